package dev.fairlead.lab.cluster.workloads;

import dev.fairlead.lab.cluster.LabNode;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Addresses of pods, per node from .10 to .254. Each node's run on from the last one given, so that
 * a freed address comes back as late as possible: whoever still knows it does not meet another pod.
 *
 * <p>Owner: the thread that reconciles.
 */
final class PodAddresses {

    private static final int FIRST = 10;
    private static final int LAST = 254;

    private final Map<String, Integer> next = new HashMap<>();

    /** A free address of {@code node}; empty when all are in {@code used}. */
    Optional<String> take(LabNode node, Set<String> used) {
        int start = next.getOrDefault(node.name(), FIRST);
        for (int i = 0; i <= LAST - FIRST; i++) {
            int host = FIRST + (start - FIRST + i) % (LAST - FIRST + 1);
            String address = node.podAddress(host);
            if (!used.contains(address)) {
                next.put(node.name(), host == LAST ? FIRST : host + 1);
                return Optional.of(address);
            }
        }
        return Optional.empty();
    }
}
