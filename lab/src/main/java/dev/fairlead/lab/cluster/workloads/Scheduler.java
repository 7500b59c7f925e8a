package dev.fairlead.lab.cluster.workloads;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.lab.cluster.LabNode;
import dev.fairlead.lab.cluster.objects.Selector;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.ToIntFunction;

/**
 * Which node a pod goes to: nodeName, nodeSelector, then the fewest pods of its owner, then of all.
 */
final class Scheduler {

    private Scheduler() {}

    /** The nodes that {@code spec} allows, in the order given. */
    static List<LabNode> allowed(JsonNode spec, List<LabNode> nodes) {
        String name = spec.path("nodeName").asText("");
        Selector selector = Selector.equalities(spec.path("nodeSelector"));
        return nodes.stream()
                .filter(node -> name.isEmpty() || node.name().equals(name))
                .filter(node -> selector.matches(node.labels()))
                .toList();
    }

    static Optional<LabNode> choose(
            List<LabNode> allowed, ToIntFunction<LabNode> ofOwner, ToIntFunction<LabNode> ofAll) {
        return allowed.stream()
                .min(
                        Comparator.comparingInt(ofOwner)
                                .thenComparingInt(ofAll)
                                .thenComparingInt(LabNode::number));
    }
}
