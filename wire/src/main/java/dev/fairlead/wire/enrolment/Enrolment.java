package dev.fairlead.wire.enrolment;

/**
 * Whether a pod is in the mesh. Never: kube-system and fairlead-system, pods on the node's network,
 * static pods, pods with a sidecar or in ambient mode. Else its own word counts before its
 * namespace's: fairlead.dev/mesh on the pod, sidecar.istio.io/inject "false" on the pod,
 * fairlead.dev/mesh on the namespace, istio-injection on the namespace. No word: not in the mesh.
 */
public sealed interface Enrolment {

    String MESH = "fairlead.dev/mesh";

    /** Why, for the user. */
    String reason();

    /** In the mesh. */
    record Enrolled(String reason) implements Enrolment {}

    /**
     * Not in the mesh.
     *
     * @param despite where it or its namespace asks to be: what stands against it ({@code sidecar},
     *     {@code ambient}, {@code static}, {@code opted out}); else empty
     */
    record LeftAlone(String reason, String despite) implements Enrolment {}

    /** A word that cannot be understood: left alone, and an error to show. */
    record Invalid(String reason) implements Enrolment {}

    /**
     * @param name the pod's, for the reason
     */
    static Enrolment of(String name, PodWord pod, NamespaceWord namespace) {
        boolean asked =
                pod.mesh().isEmpty()
                        ? namespace.mesh().isEmpty()
                                ? namespace.injection()
                                : namespace.mesh().equals("enabled")
                        : pod.mesh().equals("enabled");
        if (namespace.system()) {
            return new LeftAlone("namespace " + namespace.name() + " is never enrolled", "");
        }
        switch (pod.obstacle()) {
            case NONE -> {
                if (namespace.ambient()) {
                    return ambient(asked);
                }
            }
            case HOST_NETWORK -> {
                return new LeftAlone("pod is on the node's network", "");
            }
            case STATIC -> {
                return new LeftAlone("pod is static", asked ? "static" : "");
            }
            case SIDECAR -> {
                return new LeftAlone("pod has a sidecar", asked ? "sidecar" : "");
            }
            case AMBIENT -> {
                return ambient(asked);
            }
        }
        if (!pod.mesh().isEmpty()) {
            return byWord("pod " + namespace.name() + "/" + name, pod.mesh(), namespace);
        }
        if (pod.optedOut()) {
            return new LeftAlone(
                    "pod: sidecar.istio.io/inject: \"false\"", asked ? "opted out" : "");
        }
        if (!namespace.mesh().isEmpty()) {
            return byWord("namespace " + namespace.name(), namespace.mesh(), namespace);
        }
        return namespace.injection()
                ? new Enrolled("namespace " + namespace.name() + ": istio-injection: enabled")
                : new LeftAlone("namespace " + namespace.name() + " does not ask for it", "");
    }

    private static Enrolment ambient(boolean asked) {
        return new LeftAlone("pod is in ambient mode", asked ? "ambient" : "");
    }

    private static Enrolment byWord(String who, String word, NamespaceWord namespace) {
        String reason = who + ": " + MESH + ": " + word;
        return switch (word) {
            case "enabled" -> new Enrolled(reason);
            case "disabled" -> new LeftAlone(reason, namespace.asks() ? "opted out" : "");
            default -> new Invalid(reason + ": enabled or disabled expected");
        };
    }
}
