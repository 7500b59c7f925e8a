package dev.fairlead.pilot.state;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How often and when a request is sent again. Null and empty mean: as is the default.
 *
 * @param attempts beside the first; 0: none
 * @param on conditions by Envoy's names
 * @param statuses that are conditions, too
 * @param otherHosts whether a try goes to an endpoint that was not tried
 * @param otherLocalities whether a try may leave the localities that were tried
 * @param backoff before the first of them
 */
public record Retries(
        int attempts,
        @Nullable Duration perTryTimeout,
        List<String> on,
        List<Integer> statuses,
        @Nullable Boolean otherHosts,
        boolean otherLocalities,
        @Nullable Duration backoff) {

    public Retries {
        on = List.copyOf(on);
        statuses = List.copyOf(statuses);
    }
}
