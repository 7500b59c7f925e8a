package dev.fairlead.agent.data.upstream;

import dev.fairlead.agent.data.stats.ClusterStat;
import dev.fairlead.agent.data.stats.Counters;
import dev.fairlead.agent.model.cluster.CircuitBreakers;
import dev.fairlead.agent.model.cluster.CircuitBreakers.RetryBudget;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What one pod has under way to one cluster, and how much of it there may be.
 *
 * <p>Source: Envoy, "Circuit breaking". Owner: the pod's worker loop.
 */
final class CircuitBreaker {

    private final String cluster;
    private final NodeLimits node;
    private final LongSupplier nanos;
    private final Limit connections;
    private final Limit pending;
    private final Limit requests;
    private final Limit retries;
    private CircuitBreakers config = CircuitBreakers.DEFAULT;
    private NodeLimits.@Nullable InUse shared;
    private @Nullable RecentRequests recent;

    /** {@code cluster} by its configured name. */
    CircuitBreaker(
            String cluster, NodeLimits node, Counters<ClusterStat> stats, LongSupplier nanos) {
        this.cluster = cluster;
        this.node = node;
        this.nanos = nanos;
        connections = new Limit(stats, ClusterStat.CX_OPEN, ClusterStat.REMAINING_CX);
        pending = new Limit(stats, ClusterStat.RQ_PENDING_OPEN, ClusterStat.REMAINING_PENDING);
        requests = new Limit(stats, ClusterStat.RQ_OPEN, ClusterStat.REMAINING_RQ);
        retries = new Limit(stats, ClusterStat.RQ_RETRY_OPEN, ClusterStat.REMAINING_RETRIES);
    }

    void install(CircuitBreakers now) {
        config = now;
        lookBack(now.retryBudget() == null ? null : now.retryBudget().interval());
        if (now.nodeWide() && shared == null) {
            shared = node.join(cluster);
        } else if (!now.nodeWide() && shared != null) {
            node.leave(cluster);
            shared = null;
        }
        NodeLimits.InUse in = shared;
        connections.become(now.maxConnections(), in == null ? null : in.connections());
        pending.become(now.maxPending(), in == null ? null : in.pending());
        requests.become(now.maxRequests(), in == null ? null : in.requests());
        retries.become(maxRetries(), in == null ? null : in.retries());
    }

    /** What has begun of late is known for as long as the interval stays what it is. */
    private void lookBack(@Nullable Duration interval) {
        if (interval == null) {
            recent = null;
        } else if (recent == null || !recent.interval().equals(interval)) {
            recent = new RecentRequests(interval, nanos);
        }
        requests.countIn(recent);
    }

    /** The cluster is gone; what it still has under way is nobody's limit but its own. */
    void withdraw() {
        if (config.nodeWide()) {
            install(
                    new CircuitBreakers(
                            config.maxConnections(),
                            config.maxPending(),
                            config.maxRequests(),
                            config.maxRetries(),
                            config.retryBudget()));
        }
        connections.withdraw();
        pending.withdraw();
        requests.withdraw();
        retries.withdraw();
    }

    Limit connections() {
        return connections;
    }

    /** Requests that wait for a connection. */
    Limit pending() {
        return pending;
    }

    Limit requests() {
        return requests;
    }

    boolean tryRetry() {
        if (config.retryBudget() != null) {
            retries.become(maxRetries(), shared == null ? null : shared.retries());
        }
        return retries.tryAcquire();
    }

    void retryEnded() {
        retries.release();
    }

    private long maxRetries() {
        RetryBudget budget = config.retryBudget();
        if (budget == null) {
            return config.maxRetries();
        }
        long active = recent != null ? recent.count() : requests.inUse() + pending.inUse();
        return Math.max((long) (budget.percent() / 100 * active), budget.minConcurrency());
    }
}
