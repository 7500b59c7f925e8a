package dev.fairlead.agent.model.route;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * When and how often a request is sent again. Source: Envoy, "x-envoy-retry-on",
 * config.route.v3.RetryPolicy.
 *
 * @param on conditions by Envoy's names, {@code 5xx} and {@code cancelled} among them
 * @param retries at most; the first try does not count
 * @param perTryTimeout zero: none
 * @param statuses for {@code retriable-status-codes}
 * @param responseHeaders for {@code retriable-headers}: one must fit
 * @param requestHeaders of which one must fit for anything to be retried; empty: no matter
 * @param baseInterval of the back-off, which is doubled and drawn at random
 * @param maxInterval at most
 * @param otherHosts tries go to endpoints that were not tried, as long as {@code hostAttempts}
 *     picks find one
 * @param otherPriorities after so many tries localities that were tried are left out; 0: never
 */
public record RetryPolicy(
        Set<String> on,
        int retries,
        Duration perTryTimeout,
        Set<Integer> statuses,
        List<HeaderMatcher> responseHeaders,
        List<HeaderMatcher> requestHeaders,
        Duration baseInterval,
        Duration maxInterval,
        boolean otherHosts,
        int hostAttempts,
        int otherPriorities) {

    public RetryPolicy {
        on = Set.copyOf(on);
        statuses = Set.copyOf(statuses);
        responseHeaders = List.copyOf(responseHeaders);
        requestHeaders = List.copyOf(requestHeaders);
    }
}
