package dev.fairlead.pilot.admission;

import dev.fairlead.pilot.state.ClusterState;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The last state that was published. Thread: any. */
public final class LatestState {

    private @Nullable ClusterState state; // guarded by this

    public synchronized void set(ClusterState newer) {
        state = newer;
        notifyAll();
    }

    /** Null until the cluster has been read. */
    public synchronized @Nullable ClusterState get() {
        return state;
    }

    /** The state that follows {@code old}; null where none comes within {@code patience}. */
    @SuppressWarnings("ReferenceEquality") // which one, not what is in it: that takes long to tell
    synchronized @Nullable ClusterState after(ClusterState old, Duration patience) {
        long end = System.nanoTime() + patience.toNanos();
        try {
            for (long left = patience.toNanos(); state == old && left > 0; ) {
                wait(Math.max(1, Duration.ofNanos(left).toMillis()));
                left = end - System.nanoTime();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return state == old ? null : state;
    }
}
