package dev.fairlead.agent.data.proxy;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The one timer of an exchange. Of several bounds the earliest holds.
 *
 * <p>Owner: the pod's worker loop.
 */
final class ExchangeTimer {

    /** Nobody waits for longer. */
    private static final long MOST_NANOS = TimeUnit.DAYS.toNanos(365);

    private @Nullable Future<?> armed;
    private long dueNanos;

    /** Has {@code expired} run after so long, unless an earlier bound is set. */
    void bound(EventLoop loop, long afterNanos, Runnable expired) {
        long after = Math.clamp(afterNanos, 0, MOST_NANOS);
        long due = System.nanoTime() + after;
        if (armed != null && dueNanos - due <= 0) {
            return;
        }
        cancel();
        dueNanos = due;
        armed = loop.schedule(expired, after, TimeUnit.NANOSECONDS);
    }

    void cancel() {
        Future<?> last = armed;
        armed = null;
        if (last != null) {
            last.cancel(false);
        }
    }
}
