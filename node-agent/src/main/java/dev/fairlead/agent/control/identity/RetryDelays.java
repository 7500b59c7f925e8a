package dev.fairlead.agent.control.identity;

import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;

/**
 * When ca is asked again. A pod that ca has not heard of waits for us, so the first tries come
 * fast; a refusal changes seldom. Each delay is between half and the whole of its nominal length,
 * so that agents which failed together do not return together.
 */
final class RetryDelays {

    private static final Duration FIRST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofSeconds(15);
    private static final Duration FIRST_REFUSED = Duration.ofSeconds(2);
    private static final Duration LONGEST_REFUSED = Duration.ofMinutes(2);
    private static final int MAX_DOUBLINGS = 20;

    private final RandomGenerator random;

    RetryDelays(RandomGenerator random) {
        this.random = random;
    }

    /** After the {@code failures}-th failure in a row (from 1). */
    Duration afterFailure(int failures) {
        return jittered(FIRST, LONGEST, failures);
    }

    Duration afterRefusal(int failures) {
        return jittered(FIRST_REFUSED, LONGEST_REFUSED, failures);
    }

    private Duration jittered(Duration first, Duration longest, int failures) {
        Duration nominal = first.multipliedBy(1L << Math.min(failures - 1, MAX_DOUBLINGS));
        long millis = Math.min(nominal.toMillis(), longest.toMillis());
        return Duration.ofMillis(millis / 2 + random.nextLong(millis / 2 + 1));
    }

    /** 45 to 55 % of the way from {@code now} to {@code end}. */
    Instant renewal(Instant now, Instant end) {
        long left = Math.max(0, Duration.between(now, end).toMillis());
        return now.plusMillis((long) (left * (0.45 + 0.1 * random.nextDouble())));
    }
}
