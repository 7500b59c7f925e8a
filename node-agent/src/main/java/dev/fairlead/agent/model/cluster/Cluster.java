package dev.fairlead.agent.model.cluster;

import java.time.Duration;

/**
 * A group of endpoints that a route may name.
 *
 * @param name as routes name it; may carry a client scope after {@code @}
 * @param statName Istio's name of it, in stats
 * @param edsName by which {@link Discovery#EDS} endpoints come
 */
public record Cluster(
        String name,
        String statName,
        Discovery discovery,
        String edsName,
        LbPolicy lbPolicy,
        Duration connectTimeout,
        UpstreamTransport transport) {

    /** Where the endpoints come from. */
    public enum Discovery {
        /** By name, from the control plane. */
        EDS,
        /** The address that the caller asked for. */
        ORIGINAL_DESTINATION,
        /** None at all: a black hole. */
        EMPTY
    }

    /** How one of several endpoints is chosen. */
    public enum LbPolicy {
        ROUND_ROBIN,
        LEAST_REQUEST,
        RANDOM
    }
}
