package dev.fairlead.agent.data.health;

import dev.fairlead.agent.data.upstream.EndpointChecks.Verdict;
import dev.fairlead.agent.model.cluster.HealthCheck;

/**
 * What the checks of an endpoint have come to. The first decides alone; then so many successes or
 * network failures in a row do, or one answer that says no.
 *
 * <p>Source: Envoy, "Health checking". Owner: its SharedCheck.
 */
final class CheckRecord {

    private final HealthCheck config;
    private Verdict verdict = Verdict.UNKNOWN;
    private int successes;
    private int failures;

    CheckRecord(HealthCheck config) {
        this.config = config;
    }

    Verdict verdict() {
        return verdict;
    }

    /** Whether it has changed the verdict. */
    boolean add(Outcome outcome) {
        Verdict before = verdict;
        switch (outcome) {
            case SUCCESS -> {
                failures = 0;
                if (before == Verdict.UNKNOWN) {
                    verdict = Verdict.HEALTHY;
                } else if (before == Verdict.FAILED) {
                    successes++;
                    verdict =
                            successes == config.healthyThreshold()
                                    ? Verdict.HEALTHY
                                    : Verdict.FAILED;
                }
            }
            case FAILURE, NETWORK_FAILURE -> {
                successes = 0;
                if (before == Verdict.HEALTHY) {
                    failures++;
                    boolean enough =
                            outcome == Outcome.FAILURE || failures == config.unhealthyThreshold();
                    verdict = enough ? Verdict.FAILED : Verdict.HEALTHY;
                } else {
                    verdict = Verdict.FAILED;
                }
            }
            case NOT_ASKED -> {}
        }
        return verdict != before;
    }
}
