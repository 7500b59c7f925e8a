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
 * @param panicPercent of healthy endpoints under which all are taken for healthy; 0: never
 * @param localities how they share the requests
 */
public record LoadBalancing(
        int choices,
        long minimumRingSize,
        long maximumRingSize,
        int maglevTableSize,
        @Nullable SlowStart slowStart,
        double panicPercent,
        Localities localities) {

    /** Envoy's own. */
    public static final LoadBalancing DEFAULT =
            new LoadBalancing(2, 1024, 8 * 1024 * 1024, 65_537, null, 50, new Localities.Alike());

    /**
     * New endpoints get less at first.
     *
     * @param aggression above 0; 1: the share grows in proportion to time
     * @param minWeightPercent of its weight, that an endpoint begins with
     */
    public record SlowStart(Duration window, double aggression, double minWeightPercent) {}

    /** How localities share the requests of a priority. */
    public sealed interface Localities {
        /** Where an endpoint is makes no difference within its priority. */
        record Alike() implements Localities {}

        /** By the weights of the localities, times how much of each is healthy. */
        record Weighted() implements Localities {}

        /**
         * Most stay in the caller's own zone.
         *
         * @param percent of requests that zone awareness is for
         * @param minClusterSize of endpoints, under which there is none
         */
        record ZoneAware(double percent, long minClusterSize) implements Localities {}
    }
}
