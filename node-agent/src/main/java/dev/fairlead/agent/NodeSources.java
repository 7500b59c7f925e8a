package dev.fairlead.agent;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the agent learns of its node's pods.
 *
 * @param kubernetes FAIRLEAD_PODS: {@code node}, this node of a Kubernetes cluster, or {@code
 *     socket}, whoever runs pods and tells of them on the pod socket; default socket
 * @param criSocket FAIRLEAD_CRI_SOCKET: the container runtime's; default the first of containerd's
 *     and cri-o's own that is there; empty (here null): none, the node's processes are looked at
 * @param cniStateDir FAIRLEAD_CNI_STATE_DIR: what the CNI plugin reads while no agent runs; default
 *     /var/lib/fairlead/cni
 * @param hostProc FAIRLEAD_HOST_PROC: the node's processes; default /proc
 */
public record NodeSources(
        boolean kubernetes, @Nullable Path criSocket, Path cniStateDir, Path hostProc) {

    private static final List<String> CRI_SOCKETS =
            List.of("/run/containerd/containerd.sock", "/run/crio/crio.sock");

    static NodeSources fromEnv(Map<String, String> env) {
        String pods = env.getOrDefault("FAIRLEAD_PODS", "socket");
        if (!pods.equals("socket") && !pods.equals("node")) {
            throw new IllegalArgumentException(
                    "FAIRLEAD_PODS \"" + pods + "\" is not socket or node");
        }
        return new NodeSources(
                pods.equals("node"),
                criSocket(env.get("FAIRLEAD_CRI_SOCKET")),
                Path.of(env.getOrDefault("FAIRLEAD_CNI_STATE_DIR", "/var/lib/fairlead/cni")),
                Path.of(env.getOrDefault("FAIRLEAD_HOST_PROC", "/proc")));
    }

    private static @Nullable Path criSocket(@Nullable String given) {
        if (given != null) {
            return given.isEmpty() ? null : Path.of(given);
        }
        return CRI_SOCKETS.stream().map(Path::of).filter(Files::exists).findFirst().orElse(null);
    }
}
