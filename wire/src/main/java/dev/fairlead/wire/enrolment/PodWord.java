package dev.fairlead.wire.enrolment;

import java.util.Map;
import java.util.Set;

/**
 * What of a pod decides whether it is in the mesh.
 *
 * @param mesh its annotation {@code fairlead.dev/mesh}, or empty
 * @param optedOut it says {@code sidecar.istio.io/inject: "false"}
 */
public record PodWord(String mesh, boolean optedOut, Obstacle obstacle) {

    /** Nothing that decides: its namespace does. */
    public static final PodWord NONE = new PodWord("", false, Obstacle.NONE);

    private static final Set<String> SIDECARS = Set.of("istio-proxy", "linkerd-proxy");

    /** What forbids capture, whoever asks for it. */
    public enum Obstacle {
        NONE,
        /** It has no network of its own. */
        HOST_NETWORK,
        /** The kubelet runs it from a file of its own; nodes know it by another UID. */
        STATIC,
        /** It has another mesh's proxy in it. */
        SIDECAR,
        /** Another mesh's node proxy captures it, or is about to. */
        AMBIENT
    }

    /**
     * @param proxies names of containers that run for as long as the pod does: its containers, and
     *     init containers that are restarted always
     */
    public static PodWord of(
            Map<String, String> labels,
            Map<String, String> annotations,
            Iterable<String> proxies,
            boolean hostNetwork) {
        String inject = "sidecar.istio.io/inject";
        return new PodWord(
                annotations.getOrDefault(Enrolment.MESH, ""),
                "false".equals(annotations.getOrDefault(inject, labels.getOrDefault(inject, ""))),
                obstacle(labels, annotations, proxies, hostNetwork));
    }

    private static Obstacle obstacle(
            Map<String, String> labels,
            Map<String, String> annotations,
            Iterable<String> proxies,
            boolean hostNetwork) {
        if (hostNetwork) {
            return Obstacle.HOST_NETWORK;
        }
        if (annotations.containsKey("kubernetes.io/config.mirror")) {
            return Obstacle.STATIC;
        }
        if (annotations.containsKey("sidecar.istio.io/status")) {
            return Obstacle.SIDECAR;
        }
        for (String name : proxies) {
            if (SIDECARS.contains(name)) {
                return Obstacle.SIDECAR;
            }
        }
        boolean ambient =
                "enabled".equals(annotations.get("ambient.istio.io/redirection"))
                        || "ambient".equals(labels.get(NamespaceWord.DATAPLANE_MODE));
        return ambient ? Obstacle.AMBIENT : Obstacle.NONE;
    }
}
