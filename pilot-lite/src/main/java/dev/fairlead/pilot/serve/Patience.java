package dev.fairlead.pilot.serve;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How long a client may take to ask for what its clusters need, before its other changes go out all
 * the same.
 *
 * <p>Owner: the stream's serial executor.
 */
final class Patience {

    private static final Duration LIMIT = Duration.ofSeconds(5); // a client in health takes millis

    private final Runnable wake;
    private @Nullable CompletableFuture<?> timer;

    Patience(Runnable wake) {
        this.wake = wake;
    }

    /** {@code met}, or true when it has been false for the limit. */
    boolean orEnough(boolean met) {
        if (met) {
            cancel();
            return true;
        }
        if (timer == null) {
            timer =
                    CompletableFuture.runAsync(
                            wake,
                            CompletableFuture.delayedExecutor(
                                    LIMIT.toMillis(), TimeUnit.MILLISECONDS));
            return false;
        }
        return timer.isDone();
    }

    void cancel() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }
}
