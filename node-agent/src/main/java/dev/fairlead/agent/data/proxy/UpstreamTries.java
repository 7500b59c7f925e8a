package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.data.http.HeaderNames;
import dev.fairlead.agent.data.stats.ClusterStat;
import dev.fairlead.agent.data.upstream.DestinationAccount;
import dev.fairlead.agent.data.upstream.PendingRequest;
import dev.fairlead.agent.data.upstream.PickContext;
import dev.fairlead.agent.data.upstream.PodCluster;
import dev.fairlead.agent.data.upstream.ResponseSink;
import dev.fairlead.agent.data.upstream.UpstreamHost;
import dev.fairlead.agent.data.upstream.UpstreamRequest;
import dev.fairlead.agent.model.request.ResponseFlag;
import dev.fairlead.agent.model.route.RetryPolicy;
import dev.fairlead.agent.model.route.RoutePolicy;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The ways of one request to its cluster, one after the other, until one brings the answer or there
 * are no more: picks an endpoint, waits for a connection, sends what of the request is there and
 * what follows, and tells its exchange what came of it.
 *
 * <p>Owner: its exchange, on the pod's loop.
 */
final class UpstreamTries implements ResponseSink, PodCluster.HttpWaiter {

    /** Methods that may be sent again when a kept-alive connection turns out to be closed. */
    private static final Set<HttpMethod> IDEMPOTENT =
            Set.of(
                    HttpMethod.GET,
                    HttpMethod.HEAD,
                    HttpMethod.OPTIONS,
                    HttpMethod.TRACE,
                    HttpMethod.PUT,
                    HttpMethod.DELETE);

    private final HttpExchange exchange;
    private final HttpRouter router;
    private final HttpRequest head;
    private final boolean http2;
    private final ExchangeBooks books;
    private final WaitingBody waiting;
    private final PodCluster cluster;
    private final Timeouts timeouts;
    private final @Nullable Retries retries;
    private final @Nullable Tunnel tunnel;
    private @Nullable PickContext picks;
    private @Nullable ExchangeTimer timer;
    private @Nullable Future<?> backOff;
    private @Nullable PendingRequest pending;
    private @Nullable UpstreamRequest upstream;
    private boolean beginning;
    private boolean vouched;
    private @Nullable String beforeVouching;
    private boolean discarding;
    private boolean replayed;

    /**
     * @param waiting the request's body as far as it is there
     * @param retries null: there is one try only
     * @param tunnel that is asked for; null: none
     */
    UpstreamTries(
            HttpExchange exchange,
            HttpRouter router,
            ExchangeBooks books,
            WaitingBody waiting,
            Timeouts timeouts,
            @Nullable Retries retries,
            @Nullable Tunnel tunnel) {
        this.exchange = exchange;
        this.router = router;
        this.head = exchange.request();
        this.http2 = head.protocolVersion().majorVersion() == 2;
        this.books = books;
        this.waiting = waiting;
        this.cluster = books.cluster();
        this.timeouts = timeouts;
        this.retries = retries;
        this.tunnel = tunnel;
        if (retries != null) {
            waiting.keep();
        }
    }

    /**
     * Notes what of the request, as its route has changed it, and of its route decides the endpoint
     * of each try.
     *
     * @return value of a cookie that the client is to get with the answer; null: none
     */
    @Nullable String choose(RoutePolicy policy, InetSocketAddress client) {
        String cookie = null;
        if (retries != null) {
            RetryPolicy rules = retries.policy();
            if (rules.otherHosts() || rules.otherPriorities() > 0) {
                picks = new PickContext(router.destination());
                picks.avoidTried(
                        rules.otherHosts() ? rules.hostAttempts() : 0, rules.otherPriorities());
            }
        }
        if (!policy.hashing().isEmpty()) {
            picks = picks == null ? new PickContext(router.destination()) : picks;
            cookie = RequestHash.into(picks, policy.hashing(), head, client, router.random());
        }
        return cookie;
    }

    /** Null: there is none. */
    @Nullable UpstreamHost pick() {
        UpstreamHost picked = cluster.pick(picks == null ? router.plainPick() : picks);
        if (picked != null) {
            books.picked(picked);
        }
        return picked;
    }

    /**
     * The first try.
     *
     * @param flushed whether what is written now leaves with what else this turn of the loop reads
     */
    void begin(UpstreamHost host, boolean flushed) {
        timeouts.announce(head.headers(), 0);
        beginning = flushed;
        pending = cluster.acquire(host, router.from(), false, http2, head.headers(), this);
        beginning = false;
    }

    /** How often the request was sent, this time included. */
    int count() {
        return retries == null ? 1 : retries.tries();
    }

    /** Whether one is under way, and not only waited for. */
    boolean underWay() {
        return pending != null || (upstream != null && !discarding);
    }

    /** The endpoint has not begun to answer in time. */
    void late() {
        if (upstream != null && !discarding) {
            books.host().timedOut(timeouts.status());
        }
    }

    @Override
    public void connected(UpstreamRequest connection) {
        if (books.ended()) {
            connection.giveBack();
            return;
        }
        upstream = connection;
        pending = null;
        books.connected(connection);
        if (exchange.policy().attempts().inRequest()) {
            int count = count();
            String said = count == 1 ? "1" : Integer.toString(count);
            head.headers().set(HeaderNames.X_ENVOY_ATTEMPT_COUNT, said);
        }
        vouch(connection.account());
        if (tunnel != null) {
            connection.sendForTunnel(head, tunnel.upgrade(), this);
            connection.flush();
            return;
        }
        connection.send(head, this);
        waiting.sendOn(connection);
        if (exchange.requestEnded()) {
            bound();
        }
        if (!beginning) {
            connection.flush();
            exchange.bodyReadable(connection.isWritable());
        }
    }

    /** The short way has no handshake: the caller's certificate is said here. */
    private void vouch(@Nullable DestinationAccount account) {
        HttpHeaders headers = head.headers();
        if (vouched) { // by a try that took the short way; this one may go elsewhere
            headers.remove(HeaderNames.X_FORWARDED_CLIENT_CERT);
            if (beforeVouching != null) {
                headers.set(HeaderNames.X_FORWARDED_CLIENT_CERT, beforeVouching);
            }
            vouched = false;
        }
        if (account != null && account.clientCertificate() != null) {
            beforeVouching = headers.get(HeaderNames.X_FORWARDED_CLIENT_CERT);
            account.clientCertificate().replace(headers);
            vouched = true;
        }
    }

    /** A piece of the request's body, or its end. */
    void request(HttpContent content) {
        UpstreamRequest current = upstream;
        if (current == null || discarding) {
            if (!waiting.add(content)) {
                exchange.bodyReadable(false);
            }
            return;
        }
        boolean last = content instanceof LastHttpContent;
        boolean kept = waiting.isWhole();
        waiting.pass(content, current);
        if (kept && !waiting.isWhole()) {
            cluster.counters().inc(ClusterStat.RETRY_OR_SHADOW_ABANDONED);
        }
        if (upstream != current) {
            return; // it failed under what was written
        }
        if (last) {
            bound();
        }
        if (!current.isWritable()) {
            current.flush();
            exchange.bodyReadable(current.isWritable());
        }
    }

    /** The connection that a tunnel's bytes take; null: not there yet, or no longer. */
    @Nullable UpstreamRequest upstream() {
        return upstream;
    }

    /** Its tunnel is open: what the client sent ahead, and its back-pressure. */
    void opened() {
        UpstreamRequest current = upstream;
        if (current != null) {
            waiting.sendOn(current);
            current.flush();
            exchange.bodyReadable(current.isWritable());
        }
    }

    /** It is somebody else's now, or nobody's. */
    void letGo() {
        upstream = null;
    }

    void flush() {
        if (upstream != null) {
            upstream.flush();
        }
    }

    /** The client takes bytes again, or no longer. */
    void readable(boolean yes) {
        if (upstream != null) {
            upstream.readable(yes);
        }
    }

    @Override
    public void failed(ResponseFlag flag) {
        pending = null;
        if (!books.ended()) {
            failed(flag, false);
        }
    }

    /** One try has come to nothing. */
    private void failed(ResponseFlag why, boolean sent) {
        Retries current = retries;
        Retries.Verdict verdict =
                current != null && mayGoOn()
                        ? current.afterFailure(why, sent, cluster)
                        : Retries.Verdict.FINAL;
        if (verdict == Retries.Verdict.AGAIN) {
            againLater();
            return;
        }
        boolean late = why == ResponseFlag.UPSTREAM_TIMEOUT;
        String body = late ? timeouts.body() : why.body();
        if (count() > 1) { // Envoy, router: so said of all but the first
            body = body.replace("headers. reset", "headers. retried and the latest reset");
        }
        ResponseFlag flag =
                switch (verdict) {
                    case LIMIT -> ResponseFlag.UPSTREAM_RETRY_LIMIT;
                    case OVERFLOW -> ResponseFlag.UPSTREAM_OVERFLOW;
                    case FINAL, AGAIN -> why;
                };
        exchange.unanswered(
                late ? timeouts.status() : why.status(),
                body,
                flag,
                why == ResponseFlag.UPSTREAM_OVERFLOW);
    }

    /** Only what is whole can be sent again, and nobody has heard anything yet. */
    private boolean mayGoOn() {
        return !exchange.responseBegun() && waiting.isWhole();
    }

    private void againLater() {
        if (timer != null) {
            timer.end();
        }
        Retries current = Objects.requireNonNull(retries, "who tries again has tries");
        backOff =
                exchange.loop()
                        .schedule(
                                this::again,
                                current.backOffNanos(router.random()),
                                TimeUnit.NANOSECONDS);
    }

    private void again() {
        backOff = null;
        if (picks != null) {
            picks.tried(books.host());
        }
        UpstreamHost picked = pick();
        if (picked == null) {
            ResponseFlag none = ResponseFlag.NO_HEALTHY_UPSTREAM;
            exchange.unanswered(none.status(), none.body(), none, false);
            return;
        }
        timeouts.announce(head.headers(), books.nanosSinceRequest());
        pending = cluster.acquire(picked, router.from(), false, http2, head.headers(), this);
    }

    private void bound() {
        if (!timeouts.ofTry().isZero()) {
            if (timer == null) {
                timer = new ExchangeTimer(exchange.loop());
            }
            timer.clear();
            timer.bound(timeouts.ofTry().toNanos(), this::timedOut);
        }
    }

    private void timedOut() {
        if (books.ended() || exchange.responseBegun()) {
            return; // what has begun may go on until the whole takes too long
        }
        if (discarding) { // its answer was known, only its end did not come
            abortTry();
            againLater();
            return;
        }
        cluster.counters().inc(ClusterStat.UPSTREAM_RQ_PER_TRY_TIMEOUT);
        late();
        abortTry();
        failed(ResponseFlag.UPSTREAM_TIMEOUT, true);
    }

    @Override
    public void interim(HttpResponse interim) {
        if (exchange.interim(interim) && retries != null) {
            retries.end();
            waiting.letGo(); // the client has heard from this one: no other may answer
        }
    }

    @Override
    public void head(HttpResponse response) {
        exchange.moved();
        if (retries == null || !sendsAgain(response, retries)) {
            exchange.head(response);
        }
    }

    /** Whether the client never hears of this answer, as the request is sent once more. */
    private boolean sendsAgain(HttpResponse response, Retries tries) {
        if (!mayGoOn()) {
            return false;
        }
        switch (tries.afterHead(response, cluster)) {
            case AGAIN -> {
                books.retried(response.status().code());
                if (exchange.requestEnded() && HttpUtil.getContentLength(response, -1L) == 0) {
                    discarding = true; // its end is at hand: the connection can serve another
                } else {
                    abortTry();
                    againLater();
                }
                return true;
            }
            case LIMIT -> exchange.endsAs(ResponseFlag.UPSTREAM_RETRY_LIMIT);
            case OVERFLOW -> exchange.endsAs(ResponseFlag.UPSTREAM_OVERFLOW);
            case FINAL -> {}
        }
        waiting.letGo();
        return false;
    }

    @Override
    public void content(HttpContent content) {
        exchange.moved();
        if (!discarding) {
            exchange.content(content);
            return;
        }
        content.release();
        if (content instanceof LastHttpContent) {
            discarding = false;
            upstream = null;
            againLater();
        }
    }

    @Override
    public void pause() {
        exchange.pause();
    }

    @Override
    public void writable(boolean yes) {
        exchange.bodyReadable(yes);
    }

    @Override
    public void reset(ResponseFlag flag, Processed processed) {
        upstream = null;
        if (books.ended()) {
            return;
        }
        if (discarding) {
            discarding = false;
            againLater();
        } else if (exchange.responseBegun()) {
            exchange.cut(flag);
        } else if (replayable(processed) && !(mayGoOn() && covered(flag))) {
            replayed = true;
            cluster.counters().inc(ClusterStat.UPSTREAM_RQ_REPLAYED);
            if (!waiting.isWhole()) {
                waiting.add(LastHttpContent.EMPTY_LAST_CONTENT);
            }
            pending =
                    cluster.acquire(books.host(), router.from(), true, http2, head.headers(), this);
        } else {
            failed(flag, true);
        }
    }

    /** What the route sends again is sent again as it says: counted, and after a while. */
    private boolean covered(ResponseFlag why) {
        return retries != null && retries.covers(why, true);
    }

    private boolean replayable(Processed processed) {
        return !replayed
                && tunnel == null
                && exchange.requestEnded()
                && books.received() == 0
                && switch (processed) {
                    case NO -> true;
                    case UNLIKELY -> IDEMPOTENT.contains(head.method());
                    case PERHAPS -> false;
                };
    }

    /** The client is gone, or is answered otherwise. */
    void abort() {
        if (backOff != null) {
            backOff.cancel(false);
            backOff = null;
        }
        abortTry();
    }

    private void abortTry() {
        discarding = false;
        if (pending != null) {
            pending.cancel();
            pending = null;
        }
        UpstreamRequest current = upstream;
        upstream = null;
        if (current != null) {
            current.abort();
        }
    }

    /** The exchange is over. */
    void end() {
        if (timer != null) {
            timer.end();
        }
        if (retries != null) {
            retries.end();
            waiting.release();
        }
    }
}
