package dev.fairlead.agent.control.xds.compile;

import dev.fairlead.agent.model.cluster.TrafficPolicy;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;

/** What a cluster says of its endpoints' choice, limits and connections. */
final class TrafficPolicies {

    private TrafficPolicies() {}

    static TrafficPolicy compile(Cluster cluster) throws Refusal {
        return new TrafficPolicy(
                LoadBalancings.compile(cluster),
                Thresholds.compile(cluster),
                OutlierDetections.compile(cluster),
                HealthChecks.compile(cluster),
                ConnectionPools.compile(cluster));
    }
}
