package dev.fairlead.pilot.source.kubernetes;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Changes that belong together: taken when nothing has changed for a moment, or when the first of
 * them has waited long enough. Newer versions of unchanged objects are in no hurry.
 *
 * <p>Thread: any for changes, one that waits.
 */
final class Burst {

    private static final long QUIET = Duration.ofMillis(10).toNanos();
    private static final long AT_MOST = Duration.ofMillis(100).toNanos();
    private static final long NO_HURRY = Duration.ofSeconds(10).toNanos();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition news = lock.newCondition();
    private long first; // of changes; guarded by lock, as all below
    private long last;
    private int changes;
    private long idleSince;
    private boolean versionsOnly;
    private long taken;

    /** Something changed. */
    void changed() {
        lock.lock();
        try {
            last = System.nanoTime();
            if (changes++ == 0) {
                first = last;
            }
            news.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Only versions are newer. */
    void unchanged() {
        lock.lock();
        try {
            if (!versionsOnly) {
                versionsOnly = true;
                idleSince = System.nanoTime();
                news.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /** How many changes wait. */
    int waiting() {
        lock.lock();
        try {
            return changes;
        } finally {
            lock.unlock();
        }
    }

    /** When the first change of the burst that was taken last came, in nanoTime. */
    long taken() {
        return taken;
    }

    /** Waits for a burst, and for its end. */
    void await() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = left();
            while (left > 0) {
                if (left == Long.MAX_VALUE) {
                    news.await();
                } else {
                    news.await(left, TimeUnit.NANOSECONDS);
                }
                left = left();
            }
            taken = changes > 0 ? first : idleSince;
            changes = 0;
            versionsOnly = false;
        } finally {
            lock.unlock();
        }
    }

    private long left() {
        long now = System.nanoTime();
        if (changes > 0) {
            return Math.min(QUIET - (now - last), AT_MOST - (now - first));
        }
        return versionsOnly ? NO_HURRY - (now - idleSince) : Long.MAX_VALUE;
    }
}
