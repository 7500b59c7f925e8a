package dev.fairlead.agent.data.proxy;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The end of a request on which nothing moves for too long. Its timer is armed again only when it
 * fires.
 *
 * <p>Source: Envoy, HttpConnectionManager.stream_idle_timeout, RouteAction.idle_timeout. Owner: its
 * exchange, on the pod's loop.
 */
final class StreamIdle {

    private final EventLoop loop;
    private final long idleNanos;
    private final Runnable expired;
    private long movedNanos = System.nanoTime();
    private @Nullable Future<?> armed;

    StreamIdle(EventLoop loop, long idleNanos, Runnable expired) {
        this.loop = loop;
        this.idleNanos = idleNanos;
        this.expired = expired;
        arm(idleNanos);
    }

    private void arm(long afterNanos) {
        armed = loop.schedule(this::due, afterNanos, TimeUnit.NANOSECONDS);
    }

    /** Something was read or written. */
    void moved() {
        movedNanos = System.nanoTime();
    }

    private void due() {
        long left = idleNanos - (System.nanoTime() - movedNanos);
        if (left <= 0) {
            armed = null;
            expired.run();
        } else {
            arm(left);
        }
    }

    void cancel() {
        Future<?> last = armed;
        armed = null;
        if (last != null) {
            last.cancel(false);
        }
    }
}
