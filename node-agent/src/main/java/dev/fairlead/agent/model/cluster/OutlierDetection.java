package dev.fairlead.agent.model.cluster;

import java.time.Duration;
import java.util.List;

/**
 * When an endpoint that fails is left alone for a while. Source: Envoy, "Outlier detection". A
 * number of 0 errors in a row means: not looked at.
 *
 * @param consecutive5xx errors in a row, of any kind
 * @param consecutiveGateway likewise of 502, 503 and 504
 * @param splitLocalOrigin whether failures to connect are counted by themselves
 * @param consecutiveLocalOrigin likewise of these
 * @param interval at which all endpoints are looked at
 * @param baseEjection times how often it was ejected
 * @param maxEjection at most
 * @param maxJitter that is added to an ejection, at most
 * @param maxEjectionPercent of all endpoints
 * @param alwaysEjectOne whether one may be ejected even if it is more than that
 * @param checkEndsEjection whether an active health check that succeeds ends an ejection
 * @param successRate how endpoints are compared with each other
 * @param failurePercentage likewise with a threshold
 * @param errorStatuses of answers that are errors, whatever their kind, and the only ones; none:
 *     5xx are
 */
public record OutlierDetection(
        int consecutive5xx,
        int enforcing5xxPercent,
        int consecutiveGateway,
        int enforcingGatewayPercent,
        boolean splitLocalOrigin,
        int consecutiveLocalOrigin,
        int enforcingLocalOriginPercent,
        Duration interval,
        Duration baseEjection,
        Duration maxEjection,
        Duration maxJitter,
        int maxEjectionPercent,
        boolean alwaysEjectOne,
        boolean checkEndsEjection,
        SuccessRate successRate,
        FailurePercentage failurePercentage,
        List<Integer> errorStatuses) {

    private static final int GOOD = 200;
    private static final int SERVER_ERROR = 500;

    public OutlierDetection {
        errorStatuses = List.copyOf(errorStatuses);
    }

    /**
     * As which status an answer counts.
     *
     * @param status of its head
     * @param meant what a gRPC call's own status stands for; else the same
     */
    public int counted(int status, int meant) {
        if (errorStatuses.isEmpty()) {
            return meant;
        }
        for (int i = 0; i < errorStatuses.size(); i++) {
            if (errorStatuses.get(i) == status) {
                return Math.max(status, SERVER_ERROR);
            }
        }
        return GOOD;
    }

    /**
     * @param enforcingLocalPercent of failures to connect, where these are split off
     * @param minHosts with {@code requestVolume} requests in an interval, for there to be a mean
     * @param stdevFactor thousandths of a standard deviation under the mean that are too few
     */
    public record SuccessRate(
            int enforcingPercent,
            int enforcingLocalPercent,
            int minHosts,
            int requestVolume,
            int stdevFactor) {}

    /**
     * @param enforcingLocalPercent of failures to connect, where these are split off
     * @param threshold percent of failures that is too much
     */
    public record FailurePercentage(
            int enforcingPercent,
            int enforcingLocalPercent,
            int threshold,
            int minHosts,
            int requestVolume) {}
}
