package dev.fairlead.agent.model.route;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What else a route says of the requests that it takes. Null means: nothing.
 *
 * @param headers of all its requests; those of the chosen cluster come first
 * @param rewrite on the way to the cluster
 * @param retries null: none
 * @param idleTimeout of a request on which nothing moves; null: the listener's
 * @param mirrors who gets copies
 * @param hashing for clusters that hash; the first that the request has something for
 * @param statPrefix of {@code vhost.<host>.route.<prefix>.} stats; empty: none
 */
public record RoutePolicy(
        HeaderEdits headers,
        Rewrite rewrite,
        @Nullable RetryPolicy retries,
        @Nullable Duration idleTimeout,
        @Nullable Fault fault,
        @Nullable Cors cors,
        @Nullable RateLimit rateLimit,
        List<Mirror> mirrors,
        List<HashPolicy> hashing,
        String statPrefix) {

    public static final RoutePolicy NONE =
            new RoutePolicy(
                    HeaderEdits.NONE,
                    Rewrite.NONE,
                    null,
                    null,
                    null,
                    null,
                    null,
                    List.of(),
                    List.of(),
                    "");

    public RoutePolicy {
        mirrors = List.copyOf(mirrors);
        hashing = List.copyOf(hashing);
    }
}
