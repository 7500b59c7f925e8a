package dev.fairlead.agent.data.upstream;

import dev.fairlead.agent.data.upstream.PodCluster.HttpWaiter;
import dev.fairlead.agent.model.cluster.Cluster;
import org.jspecify.annotations.Nullable;

/**
 * A request that waits for a connection.
 *
 * <p>Owner: the pod's worker loop.
 */
public final class PendingRequest {

    private final HostPool pool;
    private final HttpWaiter waiter;
    private final Cluster askedWith;
    final long number;
    @Nullable PendingRequest before;
    @Nullable PendingRequest after;
    boolean waits;

    /**
     * @param askedWith the configuration then
     * @param number in the order of asking
     */
    PendingRequest(HostPool pool, HttpWaiter waiter, Cluster askedWith, long number) {
        this.pool = pool;
        this.waiter = waiter;
        this.askedWith = askedWith;
        this.number = number;
    }

    HttpWaiter waiter() {
        return waiter;
    }

    Cluster askedWith() {
        return askedWith;
    }

    /** It is of no more use: its waiter hears nothing. Nothing happens if it has heard already. */
    public void cancel() {
        if (waits) {
            pool.cancelled(this);
        }
    }
}
