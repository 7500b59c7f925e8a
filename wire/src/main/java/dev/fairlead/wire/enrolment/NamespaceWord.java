package dev.fairlead.wire.enrolment;

import java.util.Map;
import java.util.Set;

/**
 * What of a namespace decides whether its pods are in the mesh.
 *
 * @param mesh its annotation {@code fairlead.dev/mesh}, or empty
 * @param injection it is labelled {@code istio-injection=enabled}
 * @param ambient it is labelled for Istio's ambient mode
 */
public record NamespaceWord(String name, String mesh, boolean injection, boolean ambient) {

    static final String DATAPLANE_MODE = "istio.io/dataplane-mode";

    /** Whose pods are never in the mesh: they must run before it does. */
    private static final Set<String> SYSTEM = Set.of("kube-system", "fairlead-system");

    public static NamespaceWord of(
            String name, Map<String, String> labels, Map<String, String> annotations) {
        return new NamespaceWord(
                name,
                annotations.getOrDefault(Enrolment.MESH, ""),
                "enabled".equals(labels.get("istio-injection")),
                "ambient".equals(labels.get(DATAPLANE_MODE)));
    }

    /** A namespace that says nothing, or that nobody made. */
    public static NamespaceWord silent(String name) {
        return new NamespaceWord(name, "", false, false);
    }

    public boolean system() {
        return SYSTEM.contains(name);
    }

    /** Whether its pods are in the mesh unless they say otherwise. */
    public boolean asks() {
        return !system() && !ambient && (mesh.isEmpty() ? injection : mesh.equals("enabled"));
    }
}
