package dev.fairlead.agent.data.policy;

import dev.fairlead.agent.data.stats.WorkerStats;
import dev.fairlead.agent.model.route.RateLimit;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * The limiters of one pod. A limit that a new snapshot has as it was keeps its buckets.
 *
 * <p>Owner: the pod's loop.
 */
public final class PodLimits {

    private final String pod;
    private final WorkerStats stats;
    private final LongSupplier nanos;
    private final Map<RateLimit, RateLimiter> byConfig = new HashMap<>();
    private final IdentityHashMap<RateLimit, RateLimiter> seen = new IdentityHashMap<>();

    /**
     * @param nanos a clock that only goes forward
     */
    public PodLimits(String podUid, WorkerStats stats, LongSupplier nanos) {
        this.pod = podUid;
        this.stats = stats;
        this.nanos = nanos;
    }

    RateLimiter of(RateLimit config) {
        RateLimiter known = seen.get(config);
        if (known == null) {
            known = byConfig.computeIfAbsent(config, this::limiter);
            seen.put(config, known);
        }
        return known;
    }

    private RateLimiter limiter(RateLimit config) {
        return new RateLimiter(config, stats.rateLimit(pod, config.statPrefix()), nanos);
    }

    /** A new snapshot is in force: what is as good as new need not be kept. */
    public void install() {
        seen.clear();
        byConfig.values().removeIf(RateLimiter::isFull);
    }
}
