package dev.fairlead.agent.ops.admin;

import dev.fairlead.agent.data.stats.EndpointState;
import dev.fairlead.agent.data.stats.WorkerStats;
import dev.fairlead.agent.model.cluster.Endpoint;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;

/**
 * How an endpoint is: as the control plane says, and as some pods find it.
 *
 * @param failsChecks whether active health checks fail
 * @param ejectedBy pods that leave it alone
 * @param successRate the least that a pod sees, in percent; -1: none can tell
 * @param localOriginSuccessRate likewise
 */
record EndpointHealth(
        Endpoint.Health said,
        boolean failsChecks,
        int ejectedBy,
        double successRate,
        double localOriginSuccessRate) {

    private static final EndpointHealth UNWATCHED =
            new EndpointHealth(Endpoint.Health.HEALTHY, false, 0, -1, -1);

    /** Which endpoint of which cluster. */
    record Of(String cluster, InetSocketAddress address) {}

    /** What pods say, put together. */
    static Map<Of, EndpointHealth> of(Map<WorkerStats.Endpoint, EndpointState> states) {
        Map<Of, EndpointHealth> all = new HashMap<>();
        states.forEach((endpoint, state) ->
                all.merge(
                        new Of(endpoint.cluster().name(), endpoint.address()),
                        new EndpointHealth(
                                Endpoint.Health.HEALTHY,
                                state.failsChecks(),
                                state.ejected() ? 1 : 0,
                                state.successRate(),
                                state.localOriginSuccessRate()),
                        EndpointHealth::and));
        return all;
    }

    private EndpointHealth and(EndpointHealth other) {
        return new EndpointHealth(
                said,
                failsChecks || other.failsChecks,
                ejectedBy + other.ejectedBy,
                least(successRate, other.successRate),
                least(localOriginSuccessRate, other.localOriginSuccessRate));
    }

    private static double least(double one, double other) {
        return one < 0 ? other : other < 0 ? one : Math.min(one, other);
    }

    static EndpointHealth in(Map<Of, EndpointHealth> all, String cluster, Endpoint endpoint) {
        EndpointHealth seen = all.getOrDefault(new Of(cluster, endpoint.address()), UNWATCHED);
        return new EndpointHealth(
                endpoint.health(),
                seen.failsChecks,
                seen.ejectedBy,
                seen.successRate,
                seen.localOriginSuccessRate);
    }

    /** As Envoy prints them: {@code healthy}, or {@code /failed_outlier_check/...}. */
    String flags() {
        StringBuilder flags = new StringBuilder();
        if (failsChecks) {
            flags.append("/failed_active_hc");
        }
        if (ejectedBy > 0) {
            flags.append("/failed_outlier_check");
        }
        switch (said) {
            case HEALTHY -> {}
            case DEGRADED -> flags.append("/degraded_eds_health");
            case UNHEALTHY -> flags.append("/failed_eds_health");
        }
        return flags.isEmpty() ? "healthy" : flags.toString();
    }

    /** Envoy's word for what the control plane says. */
    String told() {
        return said.name();
    }
}
