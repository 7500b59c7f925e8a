package dev.fairlead.pilot.state;

/**
 * How many of a client's requests to a host may be further tries at a time.
 *
 * @param percent of those under way
 * @param minConcurrency that may be in any case
 */
public record RetryBudget(double percent, int minConcurrency) {

    public static final double DEFAULT_PERCENT = 20;
    public static final int DEFAULT_CONCURRENCY = 3;
}
