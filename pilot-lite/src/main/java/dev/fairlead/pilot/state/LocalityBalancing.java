package dev.fairlead.pilot.state;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * That it matters where endpoints are, as seen from the client.
 *
 * @param enabled otherwise it does not matter
 * @param distribute shares of places; of these the first that is for the client's place
 * @param failover by region, where to go when one's own has nobody left
 * @param priorities labels, by the first of which that differs endpoints come later
 * @param forced whether endpoints that nobody ejects have priorities, too
 * @param zones how the client's own region is shared out; null: as it comes
 */
public record LocalityBalancing(
        boolean enabled,
        List<Distribute> distribute,
        Map<String, String> failover,
        List<Priority> priorities,
        boolean forced,
        @Nullable Zones zones) {

    /** Stands for the workload of a client, which is no label. */
    public static final String WORKLOAD = ":workload";

    public static final String REGION = "topology.kubernetes.io/region";
    public static final String ZONE = "topology.kubernetes.io/zone";
    public static final String SUB_ZONE = "topology.istio.io/subzone";
    public static final String HOSTNAME = "kubernetes.io/hostname";

    /** There is one network. */
    public static final String NETWORK = "topology.istio.io/network";

    /** What is known of a client by its node. */
    public static final Set<String> OF_NODES = Set.of(REGION, ZONE, SUB_ZONE, HOSTNAME, NETWORK);

    /** Nearest first. */
    public static final LocalityBalancing DEFAULT =
            new LocalityBalancing(true, List.of(), Map.of(), List.of(), false);

    public LocalityBalancing {
        distribute = List.copyOf(distribute);
        failover = Map.copyOf(failover);
        priorities = List.copyOf(priorities);
    }

    public LocalityBalancing(
            boolean enabled,
            List<Distribute> distribute,
            Map<String, String> failover,
            List<Priority> priorities,
            boolean forced) {
        this(enabled, distribute, failover, priorities, forced, null);
    }

    /**
     * That clients keep to their own zone as far as it has its share of the endpoints.
     *
     * @param minClusterSize with fewer endpoints it makes no difference where they are
     */
    public record Zones(int minClusterSize) {}

    /** By these labels of nodes, whether or not anybody ejects endpoints. */
    private static LocalityBalancing preferring(String... labels) {
        List<Priority> priorities = new ArrayList<>();
        for (String label : labels) {
            priorities.add(new Priority(label, ""));
        }
        return new LocalityBalancing(true, List.of(), Map.of(), priorities, true);
    }

    /** What a Service asks for by its {@code trafficDistribution}. */
    public static LocalityBalancing preferringZone() {
        return preferring(REGION, ZONE);
    }

    public static LocalityBalancing preferringNode() {
        return preferring(REGION, ZONE, SUB_ZONE, HOSTNAME);
    }

    /** The labels that clients themselves are asked for; among them {@link #WORKLOAD}. */
    public Set<String> clientLabels() {
        Set<String> labels = new HashSet<>();
        for (Priority one : priorities) {
            if (one.ofClient()) {
                labels.add(one.label);
            }
        }
        if (enabled && zones != null) {
            labels.add(WORKLOAD);
        }
        return labels;
    }

    /** The same for clients of whom {@code value} says what they have; empty: they do not. */
    public LocalityBalancing seenBy(UnaryOperator<String> value) {
        List<Priority> seen =
                priorities.stream()
                        .map(one ->
                                one.ofClient()
                                        ? new Priority(one.label, value.apply(one.label))
                                        : one)
                        .toList();
        return seen.equals(priorities)
                ? this
                : new LocalityBalancing(enabled, distribute, failover, seen, forced, zones);
    }

    /**
     * Where clients of a place go.
     *
     * @param from {@code region/zone/sub-zone}, the last may be {@code *} or missing
     * @param to by such places, percents that make 100
     */
    public record Distribute(String from, Map<String, Integer> to) {
        public Distribute {
            to = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(to));
        }
    }

    /**
     * A label that endpoints may have as the client has it.
     *
     * @param value that they must have instead; empty: the client's
     */
    public record Priority(String label, String value) {

        /** Whether it is the client's own, and not its node's. */
        boolean ofClient() {
            return value.isEmpty() && !OF_NODES.contains(label);
        }
    }
}
