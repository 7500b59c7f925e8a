package dev.fairlead.agent.model.cluster;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How one of several endpoints is chosen, beyond the cluster's {@code lbPolicy}. Source: Envoy,
 * "Load balancing".
 *
 * @param choices of which least request takes the best
 * @param minimumRingSize of a ring hash
 * @param maximumRingSize of a ring hash
 * @param maglevTableSize a prime
 * @param slowStart null: none
 * @param panicPercent of available endpoints under which all are taken for healthy; 0: never
 * @param weightedLocalities whether the localities of a priority share the requests by their
 *     weights, times how much of each is healthy; false: where an endpoint is makes no difference
 */
public record LoadBalancing(
        int choices,
        long minimumRingSize,
        long maximumRingSize,
        int maglevTableSize,
        @Nullable SlowStart slowStart,
        int panicPercent,
        boolean weightedLocalities) {

    public static final long MAX_RING_SIZE = 8 * 1024 * 1024;

    /** Envoy's own. */
    public static final LoadBalancing DEFAULT =
            new LoadBalancing(2, 1024, MAX_RING_SIZE, 65_537, null, 50, false);

    /**
     * New endpoints get less at first.
     *
     * @param aggression above 0; 1: the share grows in proportion to time
     * @param minWeightPercent of its weight, that an endpoint begins with
     */
    public record SlowStart(Duration window, double aggression, double minWeightPercent) {}
}
