package dev.fairlead.agent.model.cluster;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a cluster's endpoints are chosen, spared and connected to.
 *
 * @param outliers null: none is ejected
 */
public record TrafficPolicy(
        LoadBalancing balancing,
        CircuitBreakers breakers,
        @Nullable OutlierDetection outliers,
        List<HealthCheck> healthChecks,
        ConnectionPool pool) {

    public static final TrafficPolicy DEFAULT =
            new TrafficPolicy(
                    LoadBalancing.DEFAULT,
                    CircuitBreakers.DEFAULT,
                    null,
                    List.of(),
                    ConnectionPool.DEFAULT);

    public TrafficPolicy {
        healthChecks = List.copyOf(healthChecks);
    }
}
