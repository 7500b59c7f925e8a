package dev.fairlead.pilot.state;

import dev.fairlead.pilot.state.DestinationRule.LoadBalancing;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How an endpoint is chosen.
 *
 * @param simple null: as the mesh does
 * @param hash instead of {@code simple}
 * @param locality null: as the Service or the mesh says
 * @param warmup of new endpoints; null: none
 */
public record Balancer(
        @Nullable LoadBalancing simple,
        @Nullable ConsistentHash hash,
        @Nullable LocalityBalancing locality,
        @Nullable Warmup warmup) {

    /**
     * That new endpoints are given little at first.
     *
     * @param aggression null, as {@code minimumPercent}: Envoy's
     */
    public record Warmup(
            Duration duration, @Nullable Double minimumPercent, @Nullable Double aggression) {}

    boolean asksForTrafficPolicy() {
        return hash != null || locality != null || warmup != null;
    }
}
