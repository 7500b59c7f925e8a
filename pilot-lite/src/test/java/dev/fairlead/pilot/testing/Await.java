package dev.fairlead.pilot.testing;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Waits for conditions. */
public final class Await {

    private static final Duration LIMIT = Duration.ofSeconds(60); // on a busy machine, too
    private static final long LOOK_EVERY_NANOS = 10_000_000;

    private Await() {}

    /** Returns when {@code condition} holds; AssertionError, naming it, when it never does. */
    public static void until(String what, Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!condition.call()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within " + LIMIT + ": " + what);
            }
            LockSupport.parkNanos(LOOK_EVERY_NANOS);
        }
    }
}
