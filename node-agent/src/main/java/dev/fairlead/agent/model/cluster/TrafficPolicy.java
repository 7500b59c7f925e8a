package dev.fairlead.agent.model.cluster;

import org.jspecify.annotations.Nullable;

/**
 * How a cluster's endpoints are chosen, spared and connected to.
 *
 * @param outliers null: none is ejected
 * @param check null: none is asked how it is
 */
public record TrafficPolicy(
        LoadBalancing balancing,
        CircuitBreakers breakers,
        @Nullable OutlierDetection outliers,
        @Nullable HealthCheck check,
        ConnectionPool pool) {

    public static final TrafficPolicy DEFAULT =
            new TrafficPolicy(
                    LoadBalancing.DEFAULT,
                    CircuitBreakers.DEFAULT,
                    null,
                    null,
                    ConnectionPool.DEFAULT);
}
