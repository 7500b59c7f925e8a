package dev.fairlead.agent.model.workload;

import dev.fairlead.wire.identity.SpiffeId;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;

/**
 * An enrolled pod of this node, as who started it told the agent.
 *
 * @param netns path by which the pod's network namespace can be opened
 * @param addresses of the pod, primary first, at least one
 */
public record LocalPod(
        String uid,
        String namespace,
        String name,
        SpiffeId identity,
        Path netns,
        List<InetAddress> addresses,
        CaptureExclusions exclusions) {

    public LocalPod {
        if (uid.isEmpty() || addresses.isEmpty()) {
            throw new IllegalArgumentException(
                    "pod without uid or address: " + namespace + "/" + name);
        }
        addresses = List.copyOf(addresses);
    }

    /** {@code namespace/name}, as users name it. */
    public String display() {
        return namespace + "/" + name;
    }
}
