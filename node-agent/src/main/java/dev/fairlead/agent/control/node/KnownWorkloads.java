package dev.fairlead.agent.control.node;

import dev.fairlead.agent.model.workload.Workload;
import dev.fairlead.agent.model.workload.WorkloadIndex;
import java.time.Duration;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What the control plane says of workloads, as it is now, for who waits for a change of it.
 *
 * <p>Thread: any; guarded by this.
 */
public final class KnownWorkloads {

    private static final Duration FOREVER = Duration.ofDays(10_000);

    private WorkloadIndex index = WorkloadIndex.EMPTY;
    private @Nullable Runnable onChange;

    /** From now on this is what it says. */
    public void update(WorkloadIndex next) {
        Runnable told;
        synchronized (this) {
            if (next == index) {
                return;
            }
            index = next;
            told = onChange;
            notifyAll();
        }
        if (told != null) {
            told.run();
        }
    }

    /** {@code told} is called after each change, by whoever made it; it must not wait. */
    synchronized void onChange(Runnable told) {
        onChange = told;
    }

    synchronized WorkloadIndex now() {
        return index;
    }

    synchronized @Nullable Workload withUid(String uid) {
        return index.withUid(uid);
    }

    /** Runs {@code then} on a virtual thread when it is known which namespaces ask for capture. */
    public void whenEnrolmentIsKnown(Runnable then) {
        Thread.ofVirtual()
                .name("enrolment")
                .start(() -> {
                    try {
                        if (await(index -> index.enrolledNamespaces() != null, FOREVER)) {
                            then.run();
                        }
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
    }

    /** Waits until {@code wanted} holds, not longer than {@code bound}; false: it does not. */
    synchronized boolean await(Predicate<WorkloadIndex> wanted, Duration bound)
            throws InterruptedException {
        long end = System.nanoTime() + bound.toNanos();
        while (!wanted.test(index)) {
            long millis = (end - System.nanoTime()) / 1_000_000;
            if (millis <= 0) {
                return false;
            }
            wait(millis);
        }
        return true;
    }
}
