package dev.fairlead.agent.control.xds;

import dev.fairlead.agent.model.snapshot.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/** Stands for the workers: takes snapshots, at once or when told to. */
final class Workers implements SnapshotInstaller {

    private static final long PATIENCE_MILLIS = 20_000;

    private final List<Snapshot> snapshots = new ArrayList<>();
    private final List<CompletableFuture<?>> waiting = new ArrayList<>();
    private boolean slow;

    @Override
    public synchronized CompletableFuture<?> install(Snapshot snapshot) {
        snapshots.add(snapshot);
        notifyAll();
        var done = new CompletableFuture<Object>();
        if (slow) {
            waiting.add(done);
        } else {
            done.complete(snapshot);
        }
        return done;
    }

    /** From now on a snapshot is installed only by {@link #finish}. */
    synchronized void becomeSlow() {
        slow = true;
    }

    synchronized void finish() {
        slow = false;
        waiting.forEach(done -> done.complete(null));
        waiting.clear();
    }

    synchronized int count() {
        return snapshots.size();
    }

    synchronized Snapshot last() {
        return snapshots.isEmpty() ? Snapshot.EMPTY : snapshots.getLast();
    }

    /** Waits until the newest snapshot is as wanted. */
    synchronized Snapshot await(Predicate<Snapshot> wanted) {
        long end = System.currentTimeMillis() + PATIENCE_MILLIS;
        while (!wanted.test(last())) {
            long left = end - System.currentTimeMillis();
            if (left <= 0) {
                throw new AssertionError("not within 20 s; the last was " + last());
            }
            try {
                wait(left);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
        return last();
    }
}
