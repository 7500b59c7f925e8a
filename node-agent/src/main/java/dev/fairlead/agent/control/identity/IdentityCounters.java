package dev.fairlead.agent.control.identity;

import java.util.concurrent.atomic.LongAdder;

/** What happened to certificates so far. Thread: any may read. */
public final class IdentityCounters {

    final LongAdder issued = new LongAdder();
    final LongAdder failed = new LongAdder();
    final LongAdder refused = new LongAdder();
    final LongAdder expired = new LongAdder();
    final LongAdder transitions = new LongAdder();

    /** Certificates received, first ones and renewals. */
    public long issued() {
        return issued.sum();
    }

    /** Requests without an answer that settles them: ca away, busy, pod not known yet. */
    public long failed() {
        return failed.sum();
    }

    /** Requests that ca refused. */
    public long refused() {
        return refused.sum();
    }

    /** Certificates that ran out before a new one came. */
    public long expired() {
        return expired.sum();
    }

    /** Changes of state. */
    public long transitions() {
        return transitions.sum();
    }
}
