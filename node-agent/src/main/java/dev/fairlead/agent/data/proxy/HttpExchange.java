package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.data.grpc.GrpcCall;
import dev.fairlead.agent.data.grpc.GrpcStatus;
import dev.fairlead.agent.data.grpc.GrpcTimeout;
import dev.fairlead.agent.data.http.ConnectionHeader;
import dev.fairlead.agent.data.http.HeaderEditing;
import dev.fairlead.agent.data.http.HeaderNames;
import dev.fairlead.agent.data.http.NettyRequestView;
import dev.fairlead.agent.data.http.PeerHeaders;
import dev.fairlead.agent.data.http.RequestControl;
import dev.fairlead.agent.data.http.RequestHeadCheck.Refusal;
import dev.fairlead.agent.data.http.ResponseFraming;
import dev.fairlead.agent.data.proxy.HttpRouter.Target;
import dev.fairlead.agent.data.stats.ClusterStat;
import dev.fairlead.agent.data.stats.Counters;
import dev.fairlead.agent.data.stats.HttpStat;
import dev.fairlead.agent.data.upstream.DestinationAccount;
import dev.fairlead.agent.data.upstream.PendingRequest;
import dev.fairlead.agent.data.upstream.PickContext;
import dev.fairlead.agent.data.upstream.PodCluster;
import dev.fairlead.agent.data.upstream.ResponseSink;
import dev.fairlead.agent.data.upstream.UpstreamHost;
import dev.fairlead.agent.data.upstream.UpstreamRequest;
import dev.fairlead.agent.model.request.RequestView;
import dev.fairlead.agent.model.request.ResponseFlag;
import dev.fairlead.agent.model.route.HeaderEdits;
import dev.fairlead.agent.model.route.Redirect;
import dev.fairlead.agent.model.route.RetryPolicy;
import dev.fairlead.agent.model.route.Route;
import dev.fairlead.agent.model.route.RouteAction;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.Future;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One request and its response, from the head's arrival to the one place where it is counted. It
 * ends exactly once, with exactly one {@link ResponseFlag}.
 *
 * <p>Owner: the pod's worker loop.
 */
final class HttpExchange implements ResponseSink, PodCluster.HttpWaiter {

    /** Methods that may be sent again when a kept-alive connection turns out to be closed. */
    private static final Set<HttpMethod> IDEMPOTENT =
            Set.of(
                    HttpMethod.GET,
                    HttpMethod.HEAD,
                    HttpMethod.OPTIONS,
                    HttpMethod.TRACE,
                    HttpMethod.PUT,
                    HttpMethod.DELETE);

    private static final String DEADLINE = "downstream duration timeout";

    private final ClientSide downstream;
    private final HttpRouter router;
    private final HttpRequest head;
    private final boolean http10;
    private final boolean http2;
    private final ExchangeBooks books;
    private final WaitingBody waiting = new WaitingBody();
    private final ExchangeTimer timer = new ExchangeTimer();
    private final @Nullable Tunnel tunnel;
    private final @Nullable GrpcCall grpc;
    private boolean keepAlive;
    private @Nullable UpstreamRequest upstream;
    private @Nullable PendingRequest pending;
    private @Nullable Retries retries;
    private @Nullable PickContext picks;
    private @Nullable ExchangeTimer tryTimer;
    private @Nullable StreamIdle idle;
    private @Nullable Future<?> backOff;
    private RequestControl control = RequestControl.NONE;
    private Duration tryTimeout = Duration.ZERO;
    private ResponseFlag outcome = ResponseFlag.NONE;
    private boolean discarding;
    private boolean overloaded;
    private boolean certified;
    private @Nullable String cookie;
    private Duration timeoutAfter = Duration.ZERO;
    private boolean beginning;
    private boolean requestEnded;
    private boolean responseBegun;
    private boolean replayed;
    private @Nullable Target target;
    private @Nullable RouteHeads heads;
    private @Nullable Mirrors mirrors;
    private @Nullable Runnable atEnd;
    private int stage;
    private boolean delayed;

    HttpExchange(ClientSide downstream, HttpRouter router, HttpRequest head) {
        this.downstream = downstream;
        this.router = router;
        this.head = head;
        this.http10 = head.protocolVersion().equals(HttpVersion.HTTP_1_0);
        this.http2 = head.protocolVersion().majorVersion() == 2;
        this.keepAlive = HttpUtil.isKeepAlive(head);
        this.tunnel = Tunnel.asked(head, router);
        this.grpc = tunnel == null ? GrpcCall.of(head) : null;
        this.books = new ExchangeBooks(router, head, grpc);
    }

    /** Routes the request. */
    void begin() {
        Target found = router.route(new NettyRequestView(head));
        target = found;
        Route route = found.route();
        if (route != null) {
            if (!route.policy().leavesHeads()
                    || found instanceof Target.Forward to && !to.share().leavesHeads()) {
                heads();
            }
            goOn();
        } else {
            act(found);
        }
    }

    /** What it met has let it pass: on to what comes next. */
    void goOn() {
        RequestStage[] stages = router.stages();
        while (stage < stages.length) {
            if (!stages[stage++].passes(this)) {
                return;
            }
        }
        act(Objects.requireNonNull(target, "a request is routed first"));
    }

    private void act(Target found) {
        switch (found) {
            case Target.Respond(int code, String body, ResponseFlag flag, var _) ->
                    reply(code, body, flag);
            case Target.Direct(Route route) -> direct(route);
            case Target.Forward(PodCluster to, Route route, RouteAction.Forward action, var _) -> {
                if (tunnel != null && !tunnel.allowedBy(action)) {
                    router.counters().counters().inc(HttpStat.DOWNSTREAM_RQ_UPGRADE_REFUSED);
                    refuse(Refusal.UPGRADE_REFUSED);
                    return;
                }
                books.routed(to, route);
                timeoutAfter = route.timeout();
                boundCall(route.grpcTimeout());
                forward(to);
            }
        }
    }

    /** Answers as the route says. */
    private void direct(Route route) {
        RequestView view = new NettyRequestView(head);
        switch (route.action()) {
            case RouteAction.Respond(int status, ByteBuffer body) ->
                    answer(
                            status,
                            GrpcStatus.ofHttp(status),
                            grpc == null ? "" : StandardCharsets.UTF_8.decode(body).toString(),
                            Unpooled.wrappedBuffer(body),
                            location(Redirect.ofResponse(status, view)),
                            status < 400 ? ResponseFlag.NONE : ResponseFlag.NO_ROUTE);
            case Redirect redirect ->
                    answer(
                            redirect.status(),
                            GrpcStatus.ofHttp(redirect.status()),
                            "",
                            Unpooled.EMPTY_BUFFER,
                            location(redirect.location(view, route.match().path())),
                            ResponseFlag.NONE);
            case RouteAction.Forward forward ->
                    throw new IllegalStateException("no answer: " + forward);
        }
    }

    private static @Nullable HttpHeaders location(@Nullable String url) {
        return url == null ? null : new DefaultHttpHeaders().set(HttpHeaderNames.LOCATION, url);
    }

    /** The route that took the request. */
    Route route() {
        Route route = target == null ? null : target.route();
        return Objects.requireNonNull(route, "stages are met by routed requests");
    }

    HttpRequest request() {
        return head;
    }

    Counters<HttpStat> counters() {
        return router.counters().counters();
    }

    EventLoop loop() {
        return downstream.loop();
    }

    boolean ended() {
        return books.ended();
    }

    /** It was made to wait. */
    void delayed() {
        delayed = true;
    }

    /** Runs {@code last} when it ends, however it does. */
    void atEnd(Runnable last) {
        atEnd = last;
    }

    /** What its route changes of its heads. */
    RouteHeads heads() {
        RouteHeads known = heads;
        if (known == null) {
            Target.Forward to = target instanceof Target.Forward forward ? forward : null;
            known =
                    new RouteHeads(
                            router,
                            head,
                            downstream,
                            route(),
                            to == null ? null : to.share(),
                            to == null ? "" : to.cluster().config().statName());
            heads = known;
        }
        return known;
    }

    /** Its caller may say how long it waits; {@code most}: as a route has it. */
    private void boundCall(@Nullable Duration most) {
        if (grpc == null || most == null) {
            return;
        }
        long nanos = GrpcTimeout.bounded(head.headers(), most);
        if (nanos != GrpcTimeout.NONE) {
            long left = nanos - (System.nanoTime() - books.startNanos());
            timer.bound(downstream.loop(), left, this::deadlineExceeded);
        }
    }

    private void forward(PodCluster to) {
        control = RequestControl.take(head.headers(), router.honoursControl());
        boundTries(route());
        UpstreamHost picked = to.pick(picks());
        if (picked == null) {
            reply(ResponseFlag.NO_HEALTHY_UPSTREAM);
            return;
        }
        books.picked(picked);
        if (!http10 && RequestEdit.expectsContinue(head)) {
            sendContinue();
        }
        RequestEdit.forUpstream(head, http10, router);
        if (heads != null) {
            heads.forUpstream();
        }
        if (!route().policy().mirrors().isEmpty() && tunnel == null) {
            mirrors = Mirrors.begin(router, route(), head, router.random());
            if (mirrors != null) {
                waiting.copyTo(mirrors);
            }
        }
        if (tunnel != null) {
            tunnel.edit();
        }
        beginning = !delayed; // then nobody flushes for us
        if (requestEnded) {
            armTimeout();
        }
        pending = to.acquire(picked, router.from(), false, http2, this);
        beginning = false;
    }

    /** How long the whole may take and each try, and how many tries there are. */
    private void boundTries(Route route) {
        if (control.timeout() != null) {
            timeoutAfter = control.timeout();
        }
        retries =
                tunnel == null
                        ? Retries.of(route.policy().retries(), control, new NettyRequestView(head))
                        : null;
        if (retries != null) {
            retries.countFor(books.byRoute());
            waiting.keep();
            RetryPolicy policy = retries.policy();
            tryTimeout =
                    control.perTryTimeout() != null
                            ? control.perTryTimeout()
                            : policy.perTryTimeout();
            if (policy.otherHosts() || policy.otherPriorities() > 0) {
                picks = new PickContext(router.destination());
                picks.avoidTried(
                        policy.otherHosts() ? policy.hostAttempts() : 0, policy.otherPriorities());
            }
        } else if (control.perTryTimeout() != null) {
            tryTimeout = control.perTryTimeout();
        }
        if (!route.policy().hashing().isEmpty()) {
            picks = picks == null ? new PickContext(router.destination()) : picks;
            cookie =
                    RequestHash.into(
                            picks,
                            route.policy().hashing(),
                            head,
                            downstream.remote(),
                            router.random());
        }
        if (!timeoutAfter.isZero() && tryTimeout.compareTo(timeoutAfter) >= 0) {
            tryTimeout = Duration.ZERO;
        }
        Duration expected = tryTimeout.isZero() ? timeoutAfter : tryTimeout;
        if (!expected.isZero()) {
            head.headers()
                    .set(
                            HeaderNames.X_ENVOY_EXPECTED_RQ_TIMEOUT_MS,
                            Long.toString(expected.toMillis()));
        }
        Duration still =
                route.policy().idleTimeout() != null
                        ? route.policy().idleTimeout()
                        : router.manager().streamIdleTimeout();
        if (tunnel == null && still != null && !still.isZero()) {
            idle = new StreamIdle(downstream.loop(), still.toNanos(), this::idleStream);
        }
    }

    private PickContext picks() {
        return picks == null ? router.plainPick() : picks;
    }

    /** Before the upstream is there, as Envoy does; but only where there is one to be asked. */
    private void sendContinue() {
        downstream.writeInterim(
                new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE));
        downstream.flush();
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
        if (route().policy().attempts().inRequest()) {
            head.headers()
                    .set(HeaderNames.X_ENVOY_ATTEMPT_COUNT, retries == null ? 1 : retries.tries());
        }
        DestinationAccount account = connection.account();
        if (account != null && account.clientCertificate() != null) {
            head.headers().set(HeaderNames.X_FORWARDED_CLIENT_CERT, account.clientCertificate());
            certified = true;
        } else if (certified) { // by a try that took the short way; this one goes elsewhere
            head.headers().remove(HeaderNames.X_FORWARDED_CLIENT_CERT);
            certified = false;
        }
        if (tunnel != null) {
            connection.sendForTunnel(head, tunnel.upgrade(), this);
            connection.flush();
            return;
        }
        connection.send(head, this);
        waiting.sendOn(connection);
        if (requestEnded) {
            boundTry();
        }
        if (!beginning) {
            connection.flush();
            downstream.bodyReadable(connection.isWritable());
        }
    }

    @Override
    public void failed(ResponseFlag flag) {
        pending = null;
        if (!books.ended()) {
            tryFailed(flag, false);
        }
    }

    /** One try has come to nothing. */
    private void tryFailed(ResponseFlag why, boolean sent) {
        Retries.Verdict verdict =
                retries != null && mayRetry()
                        ? retries.afterFailure(why, sent, books.cluster())
                        : Retries.Verdict.FINAL;
        if (verdict == Retries.Verdict.AGAIN) {
            tryAgainLater();
            return;
        }
        String body = why.body();
        if (retries != null && retries.tries() > 1) { // Envoy, router: so said of all but the first
            body = body.replace("headers. reset", "headers. retried and the latest reset");
        }
        ResponseFlag flag =
                switch (verdict) {
                    case LIMIT -> ResponseFlag.UPSTREAM_RETRY_LIMIT;
                    case OVERFLOW -> ResponseFlag.UPSTREAM_OVERFLOW;
                    case FINAL, AGAIN -> why;
                };
        overloaded = why == ResponseFlag.UPSTREAM_OVERFLOW;
        reply(why.status(), body, flag);
    }

    /** Only what is whole can be sent again, and nobody has heard anything yet. */
    private boolean mayRetry() {
        return requestEnded && !responseBegun && waiting.isWhole();
    }

    private void tryAgainLater() {
        if (tryTimer != null) {
            tryTimer.cancel();
        }
        Retries current = Objects.requireNonNull(retries, "who tries again has tries");
        backOff =
                downstream
                        .loop()
                        .schedule(
                                this::tryAgain,
                                current.backOffNanos(router.random()),
                                TimeUnit.NANOSECONDS);
    }

    private void tryAgain() {
        backOff = null;
        if (picks != null) {
            picks.tried(books.host());
        }
        PodCluster to = books.cluster();
        UpstreamHost picked = to.pick(picks());
        if (picked == null) {
            reply(ResponseFlag.NO_HEALTHY_UPSTREAM);
            return;
        }
        books.picked(picked);
        pending = to.acquire(picked, router.from(), false, http2, this);
    }

    private void boundTry() {
        if (!tryTimeout.isZero()) {
            if (tryTimer == null) {
                tryTimer = new ExchangeTimer();
            }
            tryTimer.cancel();
            tryTimer.bound(downstream.loop(), tryTimeout.toNanos(), this::tryTimedOut);
        }
    }

    private void tryTimedOut() {
        if (books.ended() || responseBegun) {
            return; // what has begun may go on until the whole takes too long
        }
        if (discarding) { // its answer was known, only its end did not come
            discarding = false;
            abortTry();
            tryAgainLater();
            return;
        }
        books.cluster().counters().inc(ClusterStat.UPSTREAM_RQ_PER_TRY_TIMEOUT);
        abortTry();
        tryFailed(ResponseFlag.UPSTREAM_TIMEOUT, true);
    }

    private void idleStream() {
        if (books.ended()) {
            return;
        }
        router.counters().counters().inc(HttpStat.DOWNSTREAM_RQ_IDLE_TIMEOUT);
        abortUpstream();
        if (responseBegun) {
            cut(ResponseFlag.STREAM_IDLE_TIMEOUT);
        } else {
            int code = requestEnded ? 504 : HttpResponseStatus.REQUEST_TIMEOUT.code();
            reply(code, ResponseFlag.STREAM_IDLE_TIMEOUT.body(), ResponseFlag.STREAM_IDLE_TIMEOUT);
        }
    }

    /** A piece of the request's body, or its end. */
    void requestContent(HttpContent content) {
        books.request(content);
        if (idle != null) {
            idle.moved();
        }
        if (tunnel != null) {
            tunnelContent(content, tunnel);
            return;
        }
        if (content instanceof LastHttpContent last) {
            requestEnded = true;
            PeerHeaders.remove(last.trailingHeaders()); // some servers merge them into the head's
            armTimeout();
        }
        if (mirrors != null && !books.ended()) {
            mirrors.content(content);
        }
        if (books.ended()) {
            content.release();
        } else if (upstream != null) {
            boolean last = content instanceof LastHttpContent;
            boolean kept = waiting.isWhole();
            waiting.pass(content, upstream);
            if (kept && !waiting.isWhole()) {
                books.cluster().counters().inc(ClusterStat.RETRY_OR_SHADOW_ABANDONED);
            }
            if (last) {
                boundTry();
            }
            if (!upstream.isWritable()) {
                upstream.flush();
                downstream.bodyReadable(upstream.isWritable());
            }
        } else {
            if (!waiting.add(content)) {
                downstream.bodyReadable(false);
            }
        }
    }

    /** Before it is open, an HTTP/1 client has said all, and an HTTP/2 client must wait. */
    private void tunnelContent(HttpContent content, Tunnel current) {
        boolean last = content instanceof LastHttpContent;
        current.moved();
        if (books.ended() || !current.isOpen() && !http2) {
            requestEnded |= last;
            content.release();
            if (!books.ended()) {
                armTimeout();
            }
        } else if (upstream == null || !current.isOpen()) {
            if (!waiting.add(content)) {
                downstream.bodyReadable(false);
            }
        } else {
            requestEnded = last;
            upstream.write(content);
            if (last) {
                upstream.flush();
                if (current.clientEnded()) {
                    endTunnel();
                }
            } else if (!upstream.isWritable()) {
                upstream.flush();
                downstream.bodyReadable(upstream.isWritable());
            }
        }
    }

    private void endTunnel() {
        upstream = null;
        count(ResponseFlag.NONE);
        downstream.flush();
        downstream.ended(false);
    }

    private void idleTunnel() {
        abortUpstream();
        cut(ResponseFlag.NONE);
    }

    boolean requestEnded() {
        return requestEnded;
    }

    void flushUpstream() {
        if (mirrors != null) {
            mirrors.flush();
        }
        if (upstream != null) {
            upstream.flush();
        }
    }

    private void armTimeout() {
        if (!timeoutAfter.isZero() && !books.ended()) {
            timer.bound(downstream.loop(), timeoutAfter.toNanos(), this::timedOut);
        }
    }

    private void timedOut() {
        PodCluster cluster = books.routedTo();
        if (cluster != null) {
            cluster.counters().inc(ClusterStat.UPSTREAM_RQ_TIMEOUT);
        }
        abortUpstream();
        if (responseBegun) {
            cut(ResponseFlag.UPSTREAM_TIMEOUT);
        } else if (control.alternative()) {
            reply(HttpResponseStatus.NO_CONTENT.code(), "", ResponseFlag.UPSTREAM_TIMEOUT);
        } else {
            reply(ResponseFlag.UPSTREAM_TIMEOUT);
        }
    }

    /** The caller waits no longer. */
    private void deadlineExceeded() {
        router.counters().counters().inc(HttpStat.DOWNSTREAM_RQ_MAX_DURATION_REACHED);
        abortUpstream();
        if (responseBegun && http2 && grpc != null) {
            downstream.write(grpc.end(GrpcStatus.DEADLINE_EXCEEDED, DEADLINE));
            finish(ResponseFlag.UPSTREAM_TIMEOUT, keepAlive);
        } else if (responseBegun) {
            cut(ResponseFlag.UPSTREAM_TIMEOUT);
        } else {
            answer(
                    HttpResponseStatus.REQUEST_TIMEOUT.code(),
                    GrpcStatus.DEADLINE_EXCEEDED,
                    DEADLINE,
                    ResponseFlag.UPSTREAM_TIMEOUT);
        }
    }

    @Override
    public void interim(HttpResponse interim) {
        if (!http10 && interim.status().code() != HttpResponseStatus.CONTINUE.code()) {
            ConnectionHeader.removeHopByHop(interim.headers());
            downstream.writeInterim(interim);
        }
    }

    @Override
    public void head(HttpResponse response) {
        if (idle != null) {
            idle.moved();
        }
        if (retries != null && sendsAgain(response, retries)) {
            return;
        }
        responseBegun = true;
        books.head(response);
        if (tunnel != null && tunnel.opens(response, downstream.loop(), this::idleTunnel)) {
            openTunnel(response);
            return;
        }
        HttpHeaders headers = response.headers();
        ConnectionHeader.removeHopByHop(headers);
        headers.set(HeaderNames.X_ENVOY_UPSTREAM_SERVICE_TIME, Long.toString(books.millis()));
        if (cookie != null) {
            headers.add(HttpHeaderNames.SET_COOKIE, cookie);
        }
        if (route().policy().attempts().inResponse()) {
            headers.set(HeaderNames.X_ENVOY_ATTEMPT_COUNT, retries == null ? 1 : retries.tries());
        }
        if (heads != null) {
            heads.forDownstream(response);
        }
        ResponseEdit.forDownstream(headers, head, router.manager());
        keepAlive =
                ResponseFraming.edit(
                        response, head.method(), http10, keepAlive && downstream.goesOn());
        downstream.write(response);
    }

    /** Whether the client never hears of this answer, as the request is sent once more. */
    private boolean sendsAgain(HttpResponse response, Retries tries) {
        if (!mayRetry()) {
            return false;
        }
        switch (tries.afterHead(response, books.cluster())) {
            case AGAIN -> {
                books.retried(response.status().code());
                if (HttpUtil.getContentLength(response, -1L) == 0) {
                    discarding = true; // its end is at hand: the connection can serve another
                } else {
                    abortTry();
                    tryAgainLater();
                }
                return true;
            }
            case LIMIT -> outcome = ResponseFlag.UPSTREAM_RETRY_LIMIT;
            case OVERFLOW -> outcome = ResponseFlag.UPSTREAM_OVERFLOW;
            case FINAL -> {}
        }
        waiting.letGo();
        return false;
    }

    private void openTunnel(HttpResponse response) {
        timer.cancel();
        requestEnded = false;
        downstream.write(response);
        downstream.tunnel();
        downstream.flush();
        if (upstream != null) {
            waiting.sendOn(upstream); // what an HTTP/2 client sent ahead
            upstream.flush();
            downstream.bodyReadable(upstream.isWritable());
        }
    }

    @Override
    public void content(HttpContent content) {
        if (idle != null) {
            idle.moved();
        }
        if (discarding) {
            content.release();
            if (content instanceof LastHttpContent) {
                discarding = false;
                upstream = null;
                tryAgainLater();
            }
            return;
        }
        books.response(content);
        if (tunnel != null && tunnel.isOpen()) {
            tunnel.moved();
            if (content instanceof LastHttpContent) {
                downstream.write(content);
                downstream.flush();
                if (tunnel.upstreamEnded()) {
                    endTunnel();
                }
                return;
            }
        }
        boolean last = content instanceof LastHttpContent;
        UpstreamRequest from = upstream;
        if (last) {
            upstream = null; // it may be another's by now: our back-pressure must not reach it
        }
        downstream.write(content);
        if (last) {
            books.answered();
            boolean reuse = keepAlive && requestEnded;
            count(outcome);
            downstream.flush();
            downstream.ended(reuse);
        } else if (!downstream.isWritable() && from != null) {
            downstream.flush();
            from.readable(downstream.isWritable());
        }
    }

    @Override
    public void pause() {
        downstream.flush();
    }

    @Override
    public void writable(boolean yes) {
        downstream.bodyReadable(yes);
    }

    /** The client takes bytes again, or no longer. */
    void downstreamWritable(boolean yes) {
        if (upstream != null) {
            upstream.readable(yes);
        }
    }

    @Override
    public void reset(ResponseFlag flag, Processed processed) {
        upstream = null;
        if (books.ended()) {
            return;
        }
        if (discarding) {
            discarding = false;
            tryAgainLater();
        } else if (responseBegun) {
            cut(flag);
        } else if (replayable(processed)) {
            replayed = true;
            books.cluster().counters().inc(ClusterStat.UPSTREAM_RQ_RETRY);
            if (!waiting.isWhole()) {
                waiting.add(LastHttpContent.EMPTY_LAST_CONTENT);
            }
            pending = books.cluster().acquire(books.host(), router.from(), true, http2, this);
        } else {
            tryFailed(flag, true);
        }
    }

    private boolean replayable(Processed processed) {
        return !replayed
                && tunnel == null
                && requestEnded
                && books.received() == 0
                && switch (processed) {
                    case NO -> true;
                    case UNLIKELY -> IDEMPOTENT.contains(head.method());
                    case PERHAPS -> false;
                };
    }

    /** The body broke the protocol after its head was passed on. */
    void badBody() {
        abortUpstream();
        requestEnded = true;
        if (responseBegun) {
            cut(ResponseFlag.DOWNSTREAM_PROTOCOL_ERROR);
        } else {
            keepAlive = false;
            reply(ResponseFlag.DOWNSTREAM_PROTOCOL_ERROR);
        }
    }

    /** The client broke the protocol in a way that leaves it no answer: its stream is reset. */
    void broken() {
        abortUpstream();
        if (!books.ended()) {
            count(ResponseFlag.DOWNSTREAM_PROTOCOL_ERROR);
            waiting.release();
        }
    }

    /** The head may not be routed. */
    void refuse(Refusal refusal) {
        keepAlive = false;
        reply(refusal.status(), "", ResponseFlag.DOWNSTREAM_PROTOCOL_ERROR);
    }

    /** A whole answer of a stage: this head, no body. */
    void reply(int code, HttpHeaders more, ResponseFlag flag) {
        answer(code, GrpcStatus.ofHttp(code), "", Unpooled.EMPTY_BUFFER, more, flag);
    }

    /**
     * The answer that goes with {@code flag}.
     *
     * @param grpcStatus for a client that understands it; -1: what {@code code} stands for
     */
    void reply(int code, int grpcStatus, ResponseFlag flag) {
        answer(code, grpcStatus < 0 ? GrpcStatus.ofHttp(code) : grpcStatus, flag.body(), flag);
    }

    /**
     * An answer of a check.
     *
     * @param grpcStatus for a client that understands it; -1: what {@code code} stands for
     * @param edits what is changed of its head
     */
    void reply(
            int code, int grpcStatus, String body, HeaderEdits.Side edits, ResponseFlag flag) {
        HttpHeaders more = null;
        if (!edits.isEmpty()) {
            more = new DefaultHttpHeaders();
            HeaderEditing.apply(edits, more, heads());
        }
        int status = grpcStatus < 0 ? GrpcStatus.ofHttp(code) : grpcStatus;
        answer(code, status, body, bytes(body), more, flag);
    }

    private void reply(ResponseFlag flag) {
        reply(flag.status(), flag.body(), flag);
    }

    /** Answers in the upstream's stead. */
    private void reply(int code, String body, ResponseFlag flag) {
        books.reply(code);
        answer(code, GrpcStatus.ofHttp(code), body, flag);
    }

    /** Of {@code code} and {@code grpcStatus} the one that the client understands. */
    private void answer(int code, int grpcStatus, String body, ResponseFlag flag) {
        answer(code, grpcStatus, body, bytes(body), null, flag);
    }

    /** None for a gRPC client, which reads it in a header. */
    private ByteBuf bytes(String body) {
        return grpc == null
                ? ByteBufUtil.writeUtf8(downstream.allocator(), body)
                : Unpooled.EMPTY_BUFFER;
    }

    /**
     * @param body is released
     * @param more headers than an answer has anyway; null: none
     */
    private void answer(
            int code,
            int grpcStatus,
            String message,
            ByteBuf body,
            @Nullable HttpHeaders more,
            ResponseFlag flag) {
        responseBegun = true;
        keepAlive = keepAlive && downstream.goesOn() && (requestEnded || !mayHaveRequestBody());
        var response =
                grpc == null
                        ? ResponseFraming.reply(body, code, http10, keepAlive)
                        : grpc.reply(grpcStatus, message, http2, http10, keepAlive);
        if (more != null) {
            response.headers().add(more);
        }
        if (overloaded) {
            response.headers().set(HeaderNames.X_ENVOY_OVERLOADED, "true");
        }
        if (heads != null) {
            heads.forDownstream(response);
        }
        ResponseEdit.forDownstream(response.headers(), head, router.manager());
        books.replied(response.status().code(), response.content().readableBytes());
        downstream.write((HttpResponse) response);
        finish(flag, keepAlive);
    }

    private boolean mayHaveRequestBody() {
        return HttpUtil.isTransferEncodingChunked(head) || HttpUtil.getContentLength(head, 0L) > 0;
    }

    private void finish(ResponseFlag flag, boolean reuse) {
        count(flag);
        waiting.release();
        downstream.flush();
        downstream.ended(reuse);
    }

    /** The response cannot be ended as it was begun. */
    private void cut(ResponseFlag flag) {
        count(flag);
        waiting.release();
        downstream.abort();
    }

    /** The client is gone. */
    void downstreamClosed() {
        abortUpstream();
        if (!books.ended()) {
            count(ResponseFlag.DOWNSTREAM_CLOSED);
            waiting.release();
        }
    }

    private void abortUpstream() {
        discarding = false;
        if (backOff != null) {
            backOff.cancel(false);
            backOff = null;
        }
        abortTry();
    }

    private void abortTry() {
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

    /** The one exit: every ended request passes here once. */
    private void count(ResponseFlag flag) {
        if (tunnel != null) {
            tunnel.close();
        }
        timer.cancel();
        if (tryTimer != null) {
            tryTimer.cancel();
        }
        if (idle != null) {
            idle.cancel();
        }
        if (retries != null) {
            retries.end();
            waiting.release();
        }
        if (mirrors != null && !requestEnded) {
            mirrors.cut();
        }
        if (atEnd != null) {
            atEnd.run();
        }
        books.end(delayed && flag == ResponseFlag.NONE ? ResponseFlag.DELAY_INJECTED : flag);
    }
}
