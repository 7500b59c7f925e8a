package dev.fairlead.agent.control.xds.compile;

import dev.fairlead.agent.model.cluster.LoadBalancing;
import dev.fairlead.agent.model.cluster.TrafficPolicy;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import java.util.List;

/** What a cluster says of its endpoints' choice, limits and connections. */
final class TrafficPolicies {

    private TrafficPolicies() {}

    static TrafficPolicy compile(Cluster cluster) throws Refusal {
        return new TrafficPolicy(
                LoadBalancing.DEFAULT,
                Thresholds.compile(cluster),
                null,
                List.of(),
                ConnectionPools.compile(cluster));
    }
}
