package dev.fairlead.agent.control.node;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;

/**
 * A pod of this node as it runs now, with a network of its own. A pod has another one after its
 * node has restarted.
 *
 * @param uid the pod's
 * @param netns path by which its network namespace can be opened
 * @param addresses primary first; empty: who told of it does not know them
 */
public record Sandbox(String uid, Path netns, List<InetAddress> addresses) {
    public Sandbox {
        addresses = List.copyOf(addresses);
    }
}
