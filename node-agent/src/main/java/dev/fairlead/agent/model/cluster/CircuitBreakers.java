package dev.fairlead.agent.model.cluster;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What one pod, or all pods of the node, may have under way to one cluster. Source: Envoy, "Circuit
 * breaking".
 *
 * @param maxConnections of all endpoints together
 * @param maxPending requests that wait for a connection
 * @param maxRequests requests under way
 * @param maxRetries retries under way, where there is no budget
 * @param retryBudget null: none
 * @param nodeWide whether what all pods of this node have counts, not what each has
 */
public record CircuitBreakers(
        long maxConnections,
        long maxPending,
        long maxRequests,
        long maxRetries,
        @Nullable RetryBudget retryBudget,
        boolean nodeWide) {

    /** Envoy's own. */
    public static final CircuitBreakers DEFAULT = new CircuitBreakers(1024, 1024, 1024, 3, null);

    /** Of each pod by itself. */
    public CircuitBreakers(
            long maxConnections,
            long maxPending,
            long maxRequests,
            long maxRetries,
            @Nullable RetryBudget retryBudget) {
        this(maxConnections, maxPending, maxRequests, maxRetries, retryBudget, false);
    }

    /**
     * Retries as a part of the requests that are under way or wait, or that have begun of late.
     *
     * @param minConcurrency retries that are always allowed
     * @param interval for which a request counts from its beginning; null: for as long as it takes
     */
    public record RetryBudget(double percent, long minConcurrency, @Nullable Duration interval) {

        public RetryBudget(double percent, long minConcurrency) {
            this(percent, minConcurrency, null);
        }
    }
}
