package dev.fairlead.agent.data.upstream;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How many requests have begun within an interval. Each counts for the interval and at most a tenth
 * of it longer.
 *
 * <p>Source: Envoy, CircuitBreakers.Thresholds.RetryBudget, budget_interval. Owner: the pod's
 * worker loop. Cost: an array of eleven.
 */
final class RecentRequests {

    private static final int TENTHS = 10;
    private static final int SLOTS = TENTHS + 1; // of the first and last a part is within

    private final Duration interval;
    private final long slotNanos;
    private final LongSupplier nanos;
    private final long startNanos;
    private final long[] begun = new long[SLOTS];
    private long slot;
    private long all;

    RecentRequests(Duration interval, LongSupplier nanos) {
        this.interval = interval;
        this.slotNanos = Math.max(1, interval.toNanos() / TENTHS);
        this.nanos = nanos;
        this.startNanos = nanos.getAsLong();
    }

    Duration interval() {
        return interval;
    }

    /** One more begins. */
    void begins() {
        forget();
        begun[(int) (slot % SLOTS)]++;
        all++;
    }

    long count() {
        forget();
        return all;
    }

    /** What began before the interval. */
    private void forget() {
        long now = (nanos.getAsLong() - startNanos) / slotNanos;
        for (long i = Math.max(slot + 1, now - TENTHS); i <= now; i++) {
            int at = (int) (i % SLOTS);
            all -= begun[at];
            begun[at] = 0;
        }
        slot = Math.max(slot, now);
    }
}
