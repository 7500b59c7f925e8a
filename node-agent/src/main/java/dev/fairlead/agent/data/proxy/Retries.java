package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.data.grpc.GrpcStatus;
import dev.fairlead.agent.data.http.RequestControl;
import dev.fairlead.agent.data.stats.ClusterStat;
import dev.fairlead.agent.data.stats.RouteStat;
import dev.fairlead.agent.data.stats.WorkerStats.RouteCounters;
import dev.fairlead.agent.data.upstream.PodCluster;
import dev.fairlead.agent.model.request.RequestView;
import dev.fairlead.agent.model.request.ResponseFlag;
import dev.fairlead.agent.model.route.HeaderMatcher;
import dev.fairlead.agent.model.route.RetryPolicy;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Whether a request that failed is sent again: its conditions, how many tries are left, and how
 * long it waits before the next.
 *
 * <p>Source: Envoy, "x-envoy-retry-on", "x-envoy-retry-grpc-on". Owner: its exchange.
 */
final class Retries {

    /** As Envoy has it where a route says nothing. */
    private static final RetryPolicy BY_HEADERS_ALONE =
            new RetryPolicy(
                    Set.of(),
                    1,
                    Duration.ZERO,
                    Set.of(),
                    List.of(),
                    List.of(),
                    Duration.ofMillis(25),
                    Duration.ofMillis(250),
                    false,
                    1,
                    0);

    /** What comes of a try. */
    enum Verdict {
        /** It is the answer. */
        FINAL,
        /** The request is sent again. */
        AGAIN,
        /** It would be, but was too often. */
        LIMIT,
        /** It would be, but too many others are. */
        OVERFLOW
    }

    private final RetryPolicy policy;
    private final Set<String> on;
    private final Set<Integer> statuses;
    private final Set<String> responseHeaders;
    private int left;
    private long nextIntervalNanos;
    private int tries = 1;
    private @Nullable PodCluster permitOf;
    private @Nullable RouteCounters byRoute;

    private Retries(
            RetryPolicy policy,
            Set<String> on,
            Set<Integer> statuses,
            Set<String> responseHeaders,
            int left) {
        this.policy = policy;
        this.on = on;
        this.statuses = statuses;
        this.responseHeaders = responseHeaders;
        this.left = left;
        this.nextIntervalNanos = policy.baseInterval().toNanos();
    }

    /** Null: nothing is ever sent again. */
    static @Nullable Retries of(
            @Nullable RetryPolicy route, RequestControl control, RequestView request) {
        if (route == null && control.retryOn().isEmpty()) {
            return null;
        }
        RetryPolicy policy = route == null ? BY_HEADERS_ALONE : route;
        if (!allows(policy, request)) {
            return null;
        }
        Set<String> on = policy.on();
        if (!control.retryOn().isEmpty()) {
            on = both(on, control.retryOn());
        }
        if (on.isEmpty()) {
            return null;
        }
        return new Retries(
                policy,
                on,
                control.statuses().isEmpty()
                        ? policy.statuses()
                        : both(policy.statuses(), control.statuses()),
                control.responseHeaders(),
                control.retries() >= 0 ? control.retries() : policy.retries());
    }

    private static <T> Set<T> both(Set<T> some, Set<T> others) {
        Set<T> all = new HashSet<>(some);
        all.addAll(others);
        return all;
    }

    private static boolean allows(RetryPolicy policy, RequestView request) {
        return policy.requestHeaders().isEmpty() || anyMatches(policy.requestHeaders(), request);
    }

    private static boolean anyMatches(List<HeaderMatcher> matchers, RequestView head) {
        for (int i = 0; i < matchers.size(); i++) {
            if (matchers.get(i).matches(head)) {
                return true;
            }
        }
        return false;
    }

    RetryPolicy policy() {
        return policy;
    }

    /** How often the request was sent, this time included. */
    int tries() {
        return tries;
    }

    /** Of an answer. */
    Verdict afterHead(HttpResponse response, PodCluster cluster) {
        return decide(wanted(response.status().code(), response.headers()), cluster);
    }

    private boolean wanted(int status, HttpHeaders headers) {
        if (status < 300 && statuses.isEmpty() && !looksAtHeaders()) {
            return grpc(GrpcStatus.read(headers)); // most answers
        }
        if (headers.contains("x-envoy-ratelimited")) {
            return on.contains("envoy-ratelimited");
        }
        return (status >= 500 && on.contains("5xx"))
                || (status >= 502 && status <= 504 && on.contains("gateway-error"))
                || (status == 409 && on.contains("retriable-4xx"))
                || (on.contains("retriable-status-codes") && statuses.contains(status))
                || (on.contains("retriable-headers") && retriable(status, headers))
                || grpc(GrpcStatus.read(headers));
    }

    private boolean looksAtHeaders() {
        return on.contains("retriable-headers") || on.contains("envoy-ratelimited");
    }

    private boolean retriable(int status, HttpHeaders headers) {
        for (String name : responseHeaders) {
            if (headers.contains(name)) {
                return true;
            }
        }
        return !policy.responseHeaders().isEmpty()
                && anyMatches(policy.responseHeaders(), new ResponseView(status, headers));
    }

    private boolean grpc(int status) {
        return switch (status) {
            case 1 -> on.contains("cancelled");
            case 4 -> on.contains("deadline-exceeded");
            case 8 -> on.contains("resource-exhausted");
            case 13 -> on.contains("internal");
            case 14 -> on.contains("unavailable");
            default -> false;
        };
    }

    /**
     * Of a try without an answer.
     *
     * @param sent whether the request was on its way
     */
    Verdict afterFailure(ResponseFlag why, boolean sent, PodCluster cluster) {
        return decide(covers(why, sent), cluster);
    }

    /** Whether its conditions speak of a try that ended so. */
    boolean covers(ResponseFlag why, boolean sent) {
        boolean any =
                on.contains("5xx")
                        || on.contains("gateway-error")
                        || on.contains("reset")
                        || (!sent && on.contains("reset-before-request"));
        return switch (why) {
            case UPSTREAM_CONNECT_FAILURE, UPSTREAM_TLS_FAILURE, UPSTREAM_CONNECT_TIMEOUT ->
                    any || on.contains("connect-failure");
            case UPSTREAM_REFUSED -> any || on.contains("refused-stream");
            case UPSTREAM_CLOSED, UPSTREAM_RESET, UPSTREAM_PROTOCOL_ERROR, UPSTREAM_TIMEOUT -> any;
            default -> false; // an overflow, or nothing of the upstream's
        };
    }

    private void count(PodCluster cluster, ClusterStat stat, RouteStat ofRoute) {
        cluster.counters().inc(stat);
        if (byRoute != null) {
            byRoute.counters().inc(ofRoute);
        }
    }

    private Verdict decide(boolean wanted, PodCluster cluster) {
        boolean before = permitOf != null;
        end();
        if (!wanted) {
            if (before) {
                count(
                        cluster,
                        ClusterStat.UPSTREAM_RQ_RETRY_SUCCESS,
                        RouteStat.UPSTREAM_RQ_RETRY_SUCCESS);
            }
            return Verdict.FINAL;
        }
        if (left == 0) {
            count(
                    cluster,
                    ClusterStat.UPSTREAM_RQ_RETRY_LIMIT_EXCEEDED,
                    RouteStat.UPSTREAM_RQ_RETRY_LIMIT_EXCEEDED);
            return Verdict.LIMIT;
        }
        left--;
        if (!cluster.tryRetry()) {
            count(
                    cluster,
                    ClusterStat.UPSTREAM_RQ_RETRY_OVERFLOW,
                    RouteStat.UPSTREAM_RQ_RETRY_OVERFLOW);
            return Verdict.OVERFLOW;
        }
        permitOf = cluster;
        tries++;
        count(cluster, ClusterStat.UPSTREAM_RQ_RETRY, RouteStat.UPSTREAM_RQ_RETRY);
        cluster.counters().inc(ClusterStat.UPSTREAM_RQ_RETRY_BACKOFF_EXPONENTIAL);
        return Verdict.AGAIN;
    }

    /** They count there, too. */
    void countFor(@Nullable RouteCounters route) {
        byRoute = route;
    }

    /** How long the next try waits: drawn from an interval that doubles, as in Envoy. */
    long backOffNanos(RandomGenerator random) {
        long interval = nextIntervalNanos;
        nextIntervalNanos = Math.min(interval * 2, policy.maxInterval().toNanos());
        return random.nextLong(Math.max(1, interval));
    }

    /** The last try has ended, or the request has. */
    void end() {
        PodCluster cluster = permitOf;
        permitOf = null;
        if (cluster != null) {
            cluster.retryEnded();
        }
    }
}
