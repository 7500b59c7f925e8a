package dev.fairlead.pilot.compile;

import dev.fairlead.pilot.state.LocalityBalancing;
import dev.fairlead.pilot.state.Node;
import dev.fairlead.pilot.state.Pod;
import java.util.HashMap;
import java.util.Map;

/**
 * How many pods of a client's workload there are at each place: what Envoy calls the local cluster.
 *
 * <p>Owner: one compilation.
 */
final class Neighbours {

    private final Registry registry;
    private final Map<String, Map<Node, Integer>> byWorkload = new HashMap<>();

    Neighbours(Registry registry) {
        this.registry = registry;
    }

    /** By place, which is a node without a name; empty: its workload is not known. */
    Map<Node, Integer> of(Client client) {
        String workload = client.value(LocalityBalancing.WORKLOAD);
        return workload == null
                ? Map.of()
                : byWorkload.computeIfAbsent(
                        client.namespace() + "/" + workload,
                        name -> count(client.namespace(), workload));
    }

    private Map<Node, Integer> count(String namespace, String workload) {
        Map<Node, Integer> places = new HashMap<>();
        for (Pod pod : registry.state().pods().values()) {
            if (pod.namespace().equals(namespace)
                    && pod.workload().equals(workload)
                    && !pod.addresses().isEmpty()) {
                Node node = registry.node(pod.node());
                places.merge(place(node.region(), node.zone(), node.subZone()), 1, Integer::sum);
            }
        }
        return places;
    }

    static Node place(String region, String zone, String subZone) {
        return new Node("", region, zone, subZone);
    }
}
