package dev.fairlead.agent.data.proxy;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Ticker;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A timer that is moved far more often than it fires. The loop's own task stays where it was when
 * the time is put off or cleared, and looks again when it is run: an HTTP/1 connection uses one for
 * all its exchanges.
 *
 * <p>Owner: the pod's worker loop.
 */
final class ExchangeTimer {

    /** Nobody waits for longer. */
    private static final long MOST_NANOS = TimeUnit.DAYS.toNanos(365);

    private final EventLoop loop;
    private final Ticker clock;
    private @Nullable Runnable expired;
    private long dueNanos;
    private @Nullable Future<?> task;
    private long taskNanos;

    ExchangeTimer(EventLoop loop) {
        this.loop = loop;
        this.clock = loop.ticker();
    }

    /** Has {@code then} run after so long, unless an earlier bound is set. */
    void bound(long afterNanos, Runnable then) {
        long due = clock.nanoTime() + Math.clamp(afterNanos, 0, MOST_NANOS);
        if (expired != null && dueNanos - due <= 0) {
            return;
        }
        expired = then;
        dueNanos = due;
        if (task != null && taskNanos - due > 0) {
            task.cancel(false);
            task = null;
        }
        if (task == null) {
            arm(Math.clamp(afterNanos, 0, MOST_NANOS));
        }
    }

    /** What was set runs after so long from now on. */
    void putOff(long afterNanos) {
        dueNanos = clock.nanoTime() + Math.clamp(afterNanos, 0, MOST_NANOS);
    }

    /** Nothing is to be run. */
    void clear() {
        expired = null;
    }

    /** Likewise, and nothing will be set soon. */
    void end() {
        expired = null;
        if (task != null) {
            task.cancel(false);
            task = null;
        }
    }

    private void arm(long afterNanos) {
        taskNanos = clock.nanoTime() + afterNanos;
        task = loop.schedule(this::look, afterNanos, TimeUnit.NANOSECONDS);
    }

    private void look() {
        task = null;
        Runnable then = expired;
        if (then == null) {
            return;
        }
        long left = dueNanos - clock.nanoTime();
        if (left > 0) {
            arm(left);
        } else {
            expired = null;
            then.run();
        }
    }
}
