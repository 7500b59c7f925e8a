package dev.fairlead.kubernetes.auth;

import java.util.function.LongSupplier;

/** How many questions the API server is asked: a token bucket. Thread: any. */
final class Budget {

    private static final double NANOS = 1e9;

    private final double burst;
    private final double perSecond;
    private final LongSupplier nanoTime;
    private double left;
    private long atNanos;

    Budget(double burst, double perSecond, LongSupplier nanoTime) {
        this.burst = burst;
        this.perSecond = perSecond;
        this.nanoTime = nanoTime;
        left = burst;
        atNanos = nanoTime.getAsLong();
    }

    synchronized boolean take() {
        long now = nanoTime.getAsLong();
        left = Math.min(burst, left + (now - atNanos) / NANOS * perSecond);
        atNanos = now;
        if (left < 1) {
            return false;
        }
        left -= 1;
        return true;
    }
}
