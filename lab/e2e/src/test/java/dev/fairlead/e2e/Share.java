package dev.fairlead.e2e;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How often something happened in {@code n} independent trials.
 *
 * @param n all trials, at least 1
 * @param hits those in which it happened
 */
record Share(int n, int hits) {

    private static final double LEAST_SIGMAS = 4; // a right product fails once in 16,000 checks

    double percent() {
        return 100.0 * hits / n;
    }

    /**
     * Asserts that the share is {@code percent} within {@code points}. Refuses to be asked for what
     * chance alone breaks: {@code points} must be at least four standard deviations.
     */
    void isAbout(double percent, double points) {
        double sigma = Math.sqrt(percent * (100 - percent) / n);
        assertThat(points / sigma)
                .as("tolerance of %s points in standard deviations at n=%s", points, n)
                .isGreaterThanOrEqualTo(LEAST_SIGMAS);
        assertThat(percent())
                .as("share in percent, n=%s, %.1f sigma", n, points / sigma)
                .isBetween(percent - points, percent + points);
    }
}
