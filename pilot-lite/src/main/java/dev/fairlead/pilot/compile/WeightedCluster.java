package dev.fairlead.pilot.compile;

import dev.fairlead.pilot.state.ConnectionPool;
import dev.fairlead.pilot.state.Tunnel;
import org.jspecify.annotations.Nullable;

/**
 * A cluster by name, and its share among those beside it. The cluster need not exist.
 *
 * @param bySource whether connections of one client go to one endpoint
 * @param connections how long they may last and be silent
 * @param tunnel what its endpoints are asked for first; null: nothing
 */
public record WeightedCluster(
        String cluster,
        int weight,
        boolean bySource,
        ConnectionPool.Tcp connections,
        @Nullable Tunnel tunnel) {

    public WeightedCluster(String cluster, int weight) {
        this(cluster, weight, false, ConnectionPool.Tcp.NONE, null);
    }
}
