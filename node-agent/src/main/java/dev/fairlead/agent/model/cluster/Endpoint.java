package dev.fairlead.agent.model.cluster;

import java.net.InetSocketAddress;

/**
 * One address of a cluster.
 *
 * @param mutualTls it speaks mTLS (its pod is captured)
 */
public record Endpoint(InetSocketAddress address, int weight, boolean mutualTls) {

    public Endpoint {
        if (weight < 1) {
            throw new IllegalArgumentException("weight " + weight + " of " + address);
        }
        if (address.isUnresolved()) {
            throw new IllegalArgumentException("endpoint " + address + " is not an address");
        }
    }
}
