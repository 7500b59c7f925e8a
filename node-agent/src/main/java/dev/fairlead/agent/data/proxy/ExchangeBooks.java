package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.data.grpc.GrpcCall;
import dev.fairlead.agent.data.grpc.GrpcStatus;
import dev.fairlead.agent.data.stats.ClusterStat;
import dev.fairlead.agent.data.stats.HttpStat;
import dev.fairlead.agent.data.stats.RequestKinds;
import dev.fairlead.agent.data.stats.RequestSeries;
import dev.fairlead.agent.data.stats.RouteStat;
import dev.fairlead.agent.data.stats.StatusClass;
import dev.fairlead.agent.data.stats.WorkerStats.RouteCounters;
import dev.fairlead.agent.data.upstream.DestinationAccount;
import dev.fairlead.agent.data.upstream.PodCluster;
import dev.fairlead.agent.data.upstream.UpstreamHost;
import dev.fairlead.agent.data.upstream.UpstreamRequest;
import dev.fairlead.agent.model.request.ResponseFlag;
import dev.fairlead.agent.model.route.Route;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is known of one exchange and where it is counted: while it is under way, and once at its
 * end.
 *
 * <p>Owner: its exchange.
 */
final class ExchangeBooks {

    private static final Logger LOG = LoggerFactory.getLogger(ExchangeBooks.class);

    private final HttpRouter router;
    private final HttpRequest head;
    private final @Nullable GrpcCall grpc;
    private final long startNanos = System.nanoTime();
    private @Nullable PodCluster cluster;
    private @Nullable RouteCounters byRoute;
    private @Nullable UpstreamHost host;
    private @Nullable DestinationAccount account;
    private boolean mutual;
    private boolean sentOn;
    private boolean ended;
    private int status;
    private long received;
    private long sent;
    private long requestEndedNanos;
    private boolean requestEnded;
    private String details = "-";

    ExchangeBooks(HttpRouter router, HttpRequest head, @Nullable GrpcCall grpc) {
        this.router = router;
        this.head = head;
        this.grpc = grpc;
        router.counters().counters().inc(HttpStat.DOWNSTREAM_RQ_ACTIVE);
    }

    long startNanos() {
        return startNanos;
    }

    /** Why it ends as it does, for the log. Source: Envoy, response code details. */
    void details(String why) {
        details = why;
    }

    /** All of the request is there. */
    void requestEnded() {
        requestEnded = true;
        requestEndedNanos = System.nanoTime();
    }

    /** How long its answer has been waited for; 0: the request has not ended. */
    long nanosSinceRequest() {
        return requestEnded ? System.nanoTime() - requestEndedNanos : 0;
    }

    long millis() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
    }

    void routed(PodCluster to, Route route) {
        cluster = to;
        byRoute = router.routeCounters(route);
    }

    /** Where its route's requests are counted; null: nowhere. */
    @Nullable RouteCounters byRoute() {
        return byRoute;
    }

    void picked(UpstreamHost endpoint) {
        host = endpoint;
    }

    void connected(UpstreamRequest upstream) {
        account = upstream.account();
        mutual = upstream.mutual();
        sentOn = true;
        if (byRoute != null) {
            byRoute.counters().inc(RouteStat.UPSTREAM_RQ_TOTAL);
        }
    }

    /** A response of the upstream's, or what stands in its stead. */
    private void countStatus(int code) {
        if (cluster != null) {
            StatusClass.count(cluster.allCounters(), code);
        }
        if (byRoute != null) {
            StatusClass.count(byRoute, code);
        }
    }

    PodCluster cluster() {
        return Objects.requireNonNull(cluster, "a request that was sent has a cluster");
    }

    UpstreamHost host() {
        return Objects.requireNonNull(host, "a request that was sent has a host");
    }

    /** Bytes of the request's body. */
    long received() {
        return received;
    }

    boolean ended() {
        return ended;
    }

    void request(HttpContent content) {
        received += content.content().readableBytes();
        if (grpc != null) {
            grpc.request(content);
            countMessages(grpc);
        }
    }

    /** The upstream's head, before it is edited. */
    void head(HttpResponse response) {
        status = response.status().code();
        countStatus(status);
        if (grpc != null) {
            grpc.head(response);
        }
    }

    /** An answer that the client does not see: the request is sent again. */
    void retried(int code) {
        if (cluster != null) {
            cluster.allCounters().retryCodes().inc(code);
        }
        if (account != null) {
            account.ended(code);
            int before = status;
            status = code;
            record(account.requests(), ResponseFlag.NONE, millis());
            status = before;
            account = null;
        }
    }

    void response(HttpContent content) {
        sent += content.content().readableBytes();
        if (grpc != null) {
            grpc.response(content);
            countMessages(grpc);
        }
    }

    /** Its destination, where it took the short way. */
    @Nullable DestinationAccount account() {
        return account;
    }

    /** The upstream has answered wholly. */
    void answered() {
        long millis = TimeUnit.NANOSECONDS.toMillis(nanosSinceRequest());
        if (cluster != null && requestEnded) {
            cluster.allCounters().requestMillis().record(millis);
        }
        if (byRoute != null && requestEnded) {
            byRoute.requestMillis().record(millis);
        }
    }

    /** The whole took too long while the upstream had the request. */
    void timedOut() {
        if (cluster != null) {
            cluster.counters().inc(ClusterStat.UPSTREAM_RQ_TIMEOUT);
        }
        if (byRoute != null) {
            byRoute.counters().inc(RouteStat.UPSTREAM_RQ_TIMEOUT);
        }
    }

    /** The answer is ours; what stands in the upstream's stead counts as its. */
    void reply(int code) {
        countStatus(code);
    }

    /** What the client sees of an answer of ours. */
    void replied(int code, long bytes) {
        status = code;
        sent = bytes;
    }

    /** Where they count is known when the upstream is, and at the end at the latest. */
    private void countMessages(GrpcCall call) {
        if (call.hasMessages() && (sentOn || ended)) {
            GrpcCounts.messages(call, router.series(cluster, host, mutual), cluster, account);
        }
    }

    /** The one exit: every ended request passes here once. */
    void end(ResponseFlag flag) {
        ended = true;
        long millis = millis();
        router.counters().counters().dec(HttpStat.DOWNSTREAM_RQ_ACTIVE);
        if (status > 0) {
            StatusClass.count(router.counters(), status);
        }
        record(router.series(cluster, host, mutual), flag, millis);
        if (account != null) {
            account.ended(status);
            record(account.requests(), flag, millis);
        }
        if (grpc != null) {
            countMessages(grpc);
            GrpcCounts.ended(grpc, cluster, account);
        }
        if (LOG.isDebugEnabled()) {
            log(flag, millis);
        }
    }

    private void record(RequestKinds kinds, ResponseFlag flag, long millis) {
        GrpcCall call = grpc;
        RequestSeries series = call == null ? kinds.http() : kinds.grpc();
        int grpcStatus = call == null ? GrpcStatus.NONE : call.status(status);
        series.record(status, grpcStatus, flag, millis, received, sent);
    }

    private void log(ResponseFlag flag, long millis) {
        LOG.debug(
                "request method={} path={} status={} flag={} details={} cluster={} host={}"
                        + " millis={} received={} sent={}",
                head.method(),
                head.uri(),
                status,
                flag.letters(),
                details,
                cluster == null ? "-" : cluster.config().name(),
                host == null ? "-" : host.address(),
                millis,
                received,
                sent);
    }
}
