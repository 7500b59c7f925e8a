package dev.fairlead.pilot.state;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How many of a client's requests to a host may be further tries at a time.
 *
 * @param percent of those under way
 * @param minConcurrency that may be in any case
 * @param interval for which a request counts from its beginning; null: as long as it is under way
 */
public record RetryBudget(double percent, int minConcurrency, @Nullable Duration interval) {

    public static final double DEFAULT_PERCENT = 20;
    public static final int DEFAULT_CONCURRENCY = 3;
}
