package dev.fairlead.agent.model.cluster;

import java.net.InetSocketAddress;

/**
 * One address of a cluster.
 *
 * @param mutualTls it speaks mTLS (its pod is captured)
 * @param health as the control plane knows it
 * @param healthPort where it is asked how it is; 0: where all else is asked
 */
public record Endpoint(
        InetSocketAddress address, int weight, boolean mutualTls, Health health, int healthPort) {

    /** What the control plane says of an endpoint's health. */
    public enum Health {
        HEALTHY,
        /** Taken where there are too few healthy ones. */
        DEGRADED,
        /** Unhealthy, or about to leave. */
        UNHEALTHY
    }

    public Endpoint {
        if (weight < 1) {
            throw new IllegalArgumentException("weight " + weight + " of " + address);
        }
        if (address.isUnresolved()) {
            throw new IllegalArgumentException("endpoint " + address + " is not an address");
        }
    }

    /** A healthy one. */
    public Endpoint(InetSocketAddress address, int weight, boolean mutualTls) {
        this(address, weight, mutualTls, Health.HEALTHY, 0);
    }

    public Endpoint with(Health other) {
        return new Endpoint(address, weight, mutualTls, other, healthPort);
    }
}
