package dev.fairlead.agent.data.upstream;

import dev.fairlead.agent.data.stats.ClusterStat;
import dev.fairlead.agent.data.stats.Counters;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * How many there may be of one thing: connections, requests, retries. It counts what one pod has,
 * or what all pods of the node have.
 *
 * <p>Source: Envoy, "Circuit breaking". Owner: the pod's worker loop; a number that pods share is
 * changed from several. Cost: two array stores.
 */
final class Limit {

    private final Counters<ClusterStat> stats;
    private final ClusterStat openStat;
    private final ClusterStat remainingStat;
    private long max;
    private long own;
    private @Nullable AtomicLong shared;
    private boolean counted = true;
    private boolean open;
    private long remaining;
    private @Nullable RecentRequests recent;

    /**
     * @param openStat 1 for as long as it is reached
     * @param remainingStat how many there may still be; what pods share is not shown for each
     */
    Limit(Counters<ClusterStat> stats, ClusterStat openStat, ClusterStat remainingStat) {
        this.stats = stats;
        this.openStat = openStat;
        this.remainingStat = remainingStat;
    }

    /** One more, if there may be one. */
    boolean tryAcquire() {
        AtomicLong together = shared;
        if (together == null) {
            if (own >= max) {
                return false;
            }
        } else if (together.incrementAndGet() > max) {
            together.decrementAndGet();
            show();
            return false;
        }
        begin();
        return true;
    }

    private void begin() {
        own++;
        if (recent != null) {
            recent.begins();
        }
        show();
    }

    /** Counts from now on when each begins; null: nowhere. */
    void countIn(@Nullable RecentRequests now) {
        recent = now;
    }

    /** One more, whatever the limit. */
    void acquire() {
        if (shared != null) {
            shared.incrementAndGet();
        }
        begin();
    }

    void release() {
        if (shared != null) {
            shared.decrementAndGet();
        }
        own--;
        show();
    }

    /** How many there are, as far as it counts. */
    long inUse() {
        return shared == null ? own : shared.get();
    }

    /**
     * Holds from now on.
     *
     * @param together what all pods of the node have; null: each has a limit of its own
     */
    void become(long now, @Nullable AtomicLong together) {
        if (shared != null) {
            shared.addAndGet(-own);
        }
        if (together != null) {
            together.addAndGet(own);
        }
        shared = together;
        max = now;
        show();
    }

    /** Its owner is gone: what there is of it goes on, but is not shown any more. */
    void withdraw() {
        counted = false;
        show();
    }

    /** Clusters of one name share their stats, so each adds and takes off its part. */
    private void show() {
        boolean nowOpen = counted && inUse() >= max;
        if (nowOpen != open) {
            open = nowOpen;
            stats.add(openStat, open ? 1 : -1);
        }
        long nowRemaining = counted && shared == null ? Math.max(0, max - own) : 0;
        stats.add(remainingStat, nowRemaining - remaining);
        remaining = nowRemaining;
    }
}
