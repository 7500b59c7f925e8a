package dev.fairlead.ca;

import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * A token bucket per caller. Callers come from the token list, so their number is bounded. Thread:
 * any.
 */
final class RateLimit {

    private static final double NANOS = 1e9;

    private static final class Bucket {
        double tokens;
        long atNanos;
    }

    private final double burst;
    private final double perSecond;
    private final LongSupplier nanoTime;
    private final Map<String, Bucket> buckets = new HashMap<>();

    RateLimit(double burst, double perSecond, LongSupplier nanoTime) {
        this.burst = burst;
        this.perSecond = perSecond;
        this.nanoTime = nanoTime;
    }

    /** Takes one token of {@code caller}; false where none is left. */
    synchronized boolean take(String caller) {
        long now = nanoTime.getAsLong();
        Bucket bucket = buckets.get(caller);
        if (bucket == null) {
            bucket = new Bucket();
            bucket.tokens = burst;
            buckets.put(caller, bucket);
        } else {
            double refill = (now - bucket.atNanos) / NANOS * perSecond;
            bucket.tokens = Math.min(burst, bucket.tokens + refill);
        }
        bucket.atNanos = now;
        if (bucket.tokens < 1) {
            return false;
        }
        bucket.tokens -= 1;
        return true;
    }
}
