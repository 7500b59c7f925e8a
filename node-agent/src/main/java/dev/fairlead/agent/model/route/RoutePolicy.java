package dev.fairlead.agent.model.route;

import dev.fairlead.agent.model.policy.AccessRules;
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
 * @param statName {@code <virtual host>.route.<prefix>}, after {@code vhost.}; empty: no stats of
 *     its own
 * @param attempts who is told how often a request was sent
 * @param access instead of its listener's access rules
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
        String statName,
        AttemptCount attempts,
        @Nullable AccessRules access) {

    public RoutePolicy(
            HeaderEdits headers,
            Rewrite rewrite,
            @Nullable RetryPolicy retries,
            @Nullable Duration idleTimeout,
            @Nullable Fault fault,
            @Nullable Cors cors,
            @Nullable RateLimit rateLimit,
            List<Mirror> mirrors,
            List<HashPolicy> hashing,
            String statName,
            AttemptCount attempts) {
        this(
                headers,
                rewrite,
                retries,
                idleTimeout,
                fault,
                cors,
                rateLimit,
                mirrors,
                hashing,
                statName,
                attempts,
                null);
    }

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
                    "",
                    AttemptCount.UNTOLD);

    public RoutePolicy {
        mirrors = List.copyOf(mirrors);
        hashing = List.copyOf(hashing);
    }

    /**
     * Who sees {@code x-envoy-attempt-count}. Source: Envoy, config.route.v3.VirtualHost,
     * include_request_attempt_count, include_attempt_count_in_response.
     */
    public record AttemptCount(boolean inRequest, boolean inResponse) {
        public static final AttemptCount UNTOLD = new AttemptCount(false, false);
    }

    /** Whether heads go on as they came. */
    public boolean leavesHeads() {
        return headers.isEmpty() && rewrite.equals(Rewrite.NONE);
    }
}
