package dev.fairlead.agent.model.route;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What a route does with a request. */
public sealed interface RouteAction permits RouteAction.Forward, RouteAction.Respond, Redirect {

    /**
     * Sends it to one of some clusters, by weight.
     *
     * @param upgrades what it allows (true) or refuses otherwise than its filter says; lower case,
     *     {@code connect} among them
     */
    record Forward(List<WeightedCluster> clusters, int totalWeight, Map<String, Boolean> upgrades)
            implements RouteAction {

        public Forward {
            clusters = List.copyOf(clusters);
            upgrades = Map.copyOf(upgrades);
            if (clusters.isEmpty() || totalWeight < 1) {
                throw new IllegalArgumentException("route without a cluster of weight");
            }
        }

        public static Forward to(String cluster) {
            return weighted(List.of(new WeightedCluster(cluster, 1)));
        }

        public static Forward weighted(List<WeightedCluster> clusters) {
            return new Forward(
                    clusters, clusters.stream().mapToInt(WeightedCluster::weight).sum(), Map.of());
        }

        /** The same, with these upgrades. */
        public Forward withUpgrades(Map<String, Boolean> allowed) {
            return new Forward(clusters, totalWeight, allowed);
        }

        /** The cluster that this request goes to. */
        public WeightedCluster pick(RandomGenerator random) {
            if (clusters.size() == 1) {
                return clusters.getFirst();
            }
            int point = random.nextInt(totalWeight);
            for (int i = 0; ; i++) {
                WeightedCluster cluster = clusters.get(i);
                point -= cluster.weight();
                if (point < 0) {
                    return cluster;
                }
            }
        }
    }

    /**
     * Answers it here.
     *
     * @param body is read by copies of it only
     */
    record Respond(int status, ByteBuffer body) implements RouteAction {

        public Respond {
            body = body.asReadOnlyBuffer();
        }

        public Respond(int status, String body) {
            this(status, ByteBuffer.wrap(body.getBytes(StandardCharsets.UTF_8)));
        }
    }

    /**
     * A cluster's share; 0 is none.
     *
     * @param headers of requests that go there
     * @param authority that these are given instead of the route's; null: the route's
     */
    record WeightedCluster(
            String name, int weight, HeaderEdits headers, @Nullable String authority) {

        public WeightedCluster(String name, int weight) {
            this(name, weight, HeaderEdits.NONE, null);
        }

        /** Whether heads go on as they came. */
        public boolean leavesHeads() {
            return authority == null && headers.isEmpty();
        }

        public WeightedCluster {
            if (weight < 0) {
                throw new IllegalArgumentException("weight " + weight + " of " + name);
            }
        }
    }
}
