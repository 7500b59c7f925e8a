package dev.fairlead.agent.control.xds.state;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How long what is missing has been waited for. A thing that has once been waited for in vain is
 * not waited for again, until it has come or nobody asks for it any more. Thread: its owner's.
 */
final class Patience {

    private final Map<String, Instant> since = new HashMap<>();
    private final Set<String> asked = new HashSet<>();
    private @Nullable Instant next;

    /** A new round of questions. */
    void begin() {
        asked.clear();
        next = null;
    }

    /** Whether {@code thing}, which is missing now, must still be waited for. */
    boolean waits(String thing, Duration bound, Instant now) {
        asked.add(thing);
        Instant over = since.computeIfAbsent(thing, any -> now).plus(bound);
        if (!now.isBefore(over)) {
            return false;
        }
        if (next == null || over.isBefore(next)) {
            next = over;
        }
        return true;
    }

    /** Forgets what was not asked about in this round. */
    void end() {
        since.keySet().retainAll(asked);
    }

    /** When the next wait is over; null: nothing is waited for. */
    @Nullable Instant next() {
        return next;
    }
}
