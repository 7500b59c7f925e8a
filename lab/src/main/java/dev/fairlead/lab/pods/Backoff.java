package dev.fairlead.lab.pods;

import java.time.Duration;

/**
 * How long to wait before the next start of what ended: at once the first time, then a second,
 * doubling to a minute; forgotten after a run that was long enough.
 *
 * @param starts starts in a row that ended too soon
 */
public record Backoff(int starts) {

    public static final Backoff NONE = new Backoff(0);

    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration MOST = Duration.ofMinutes(1);

    /** A run that lasted as long counts as a good one. */
    private static final Duration GOOD_RUN = Duration.ofMinutes(2);

    public Duration delay() {
        if (starts <= 1) {
            return Duration.ZERO;
        }
        Duration delay = FIRST.multipliedBy(1L << Math.min(starts - 2, 20));
        return delay.compareTo(MOST) < 0 ? delay : MOST;
    }

    /** After a run that lasted {@code ran}. */
    public Backoff after(Duration ran) {
        return ran.compareTo(GOOD_RUN) >= 0 ? new Backoff(1) : new Backoff(starts + 1);
    }
}
