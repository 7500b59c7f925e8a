package dev.fairlead.agent.control.pods;

import java.util.concurrent.atomic.AtomicLong;

/** What enrolment counts. Read by ops at the scrape. */
public final class EnrolmentCounters {

    final AtomicLong enrolled = new AtomicLong();
    final AtomicLong refused = new AtomicLong();
    final AtomicLong left = new AtomicLong();
    final AtomicLong repaired = new AtomicLong();

    EnrolmentCounters() {}

    /** Pods that were captured: {@code fairlead_pods_enrolled_total}. */
    public long enrolled() {
        return enrolled.get();
    }

    /** Adds that failed: {@code fairlead_pods_enrolment_failed_total}. */
    public long refused() {
        return refused.get();
    }

    /** Pods that were given up again: {@code fairlead_pods_left_total}. */
    public long left() {
        return left.get();
    }

    /**
     * Times that a pod's rules were not as they should be: {@code fairlead_capture_repaired_total}.
     */
    public long repaired() {
        return repaired.get();
    }
}
