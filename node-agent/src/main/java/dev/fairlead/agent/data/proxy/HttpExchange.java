package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.data.grpc.GrpcCall;
import dev.fairlead.agent.data.grpc.GrpcStatus;
import dev.fairlead.agent.data.grpc.GrpcTimeout;
import dev.fairlead.agent.data.http.ConnectionHeader;
import dev.fairlead.agent.data.http.HeaderNames;
import dev.fairlead.agent.data.http.NettyRequestView;
import dev.fairlead.agent.data.http.PeerHeaders;
import dev.fairlead.agent.data.http.RequestHeadCheck.Refusal;
import dev.fairlead.agent.data.http.ResponseFraming;
import dev.fairlead.agent.data.stats.ClusterStat;
import dev.fairlead.agent.data.stats.HttpStat;
import dev.fairlead.agent.data.upstream.DestinationAccount;
import dev.fairlead.agent.data.upstream.PendingRequest;
import dev.fairlead.agent.data.upstream.PodCluster;
import dev.fairlead.agent.data.upstream.ResponseSink;
import dev.fairlead.agent.data.upstream.UpstreamHost;
import dev.fairlead.agent.data.upstream.UpstreamRequest;
import dev.fairlead.agent.model.request.ResponseFlag;
import dev.fairlead.agent.model.route.Route;
import dev.fairlead.agent.model.route.RouteAction;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.time.Duration;
import java.util.Set;
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
    private Duration timeoutAfter = Duration.ZERO;
    private boolean beginning;
    private boolean requestEnded;
    private boolean responseBegun;
    private boolean replayed;

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

    /** Routes the request and asks for a connection. */
    void begin() {
        switch (router.route(new NettyRequestView(head))) {
            case HttpRouter.Target.Respond(int code, String body, ResponseFlag flag) ->
                    reply(code, body, flag);
            case HttpRouter.Target.Forward(
                            PodCluster to,
                            Route route,
                            RouteAction.Forward action) -> {
                if (tunnel != null && !tunnel.allowedBy(action)) {
                    router.counters().counters().inc(HttpStat.DOWNSTREAM_RQ_UPGRADE_REFUSED);
                    refuse(Refusal.UPGRADE_REFUSED);
                    return;
                }
                books.routed(to);
                timeoutAfter = route.timeout();
                boundCall(route.grpcTimeout());
                forward(to);
            }
        }
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
        UpstreamHost picked = to.pick(router.destination());
        if (picked == null) {
            reply(ResponseFlag.NO_HEALTHY_UPSTREAM);
            return;
        }
        books.picked(picked);
        if (!http10 && RequestEdit.expectsContinue(head)) {
            sendContinue();
        }
        RequestEdit.forUpstream(head, http10, router);
        if (tunnel != null) {
            tunnel.edit();
        }
        beginning = true;
        pending = to.acquire(picked, router.from(), false, http2, this);
        beginning = false;
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
        books.connected(connection);
        DestinationAccount account = connection.account();
        if (account != null && account.clientCertificate() != null) {
            head.headers().set(HeaderNames.X_FORWARDED_CLIENT_CERT, account.clientCertificate());
        }
        if (tunnel != null) {
            connection.sendForTunnel(head, tunnel.upgrade(), this);
            connection.flush();
            return;
        }
        connection.send(head, this);
        waiting.sendOn(connection);
        if (!beginning) {
            connection.flush();
            downstream.bodyReadable(connection.isWritable());
        }
    }

    @Override
    public void failed(ResponseFlag flag) {
        if (!books.ended()) {
            reply(flag);
        }
    }

    /** A piece of the request's body, or its end. */
    void requestContent(HttpContent content) {
        books.request(content);
        if (tunnel != null) {
            tunnelContent(content, tunnel);
            return;
        }
        if (content instanceof LastHttpContent last) {
            requestEnded = true;
            PeerHeaders.remove(last.trailingHeaders()); // some servers merge them into the head's
            armTimeout();
        }
        if (books.ended()) {
            content.release();
        } else if (upstream != null) {
            upstream.write(content);
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
        responseBegun = true;
        books.head(response);
        if (tunnel != null && tunnel.opens(response, downstream.loop(), this::idleTunnel)) {
            openTunnel(response);
            return;
        }
        HttpHeaders headers = response.headers();
        ConnectionHeader.removeHopByHop(headers);
        headers.set(HeaderNames.X_ENVOY_UPSTREAM_SERVICE_TIME, Long.toString(books.millis()));
        keepAlive =
                ResponseFraming.edit(
                        response, head.method(), http10, keepAlive && downstream.goesOn());
        downstream.write(response);
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
            count(ResponseFlag.NONE);
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
        if (responseBegun) {
            cut(flag);
        } else if (replayable(processed)) {
            replayed = true;
            books.cluster().counters().inc(ClusterStat.UPSTREAM_RQ_RETRY);
            waiting.add(LastHttpContent.EMPTY_LAST_CONTENT);
            pending = books.cluster().acquire(books.host(), router.from(), true, http2, this);
        } else {
            reply(flag);
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
        responseBegun = true;
        keepAlive = keepAlive && downstream.goesOn() && (requestEnded || !mayHaveRequestBody());
        var response =
                grpc == null
                        ? ResponseFraming.reply(
                                downstream.allocator(), code, body, http10, keepAlive)
                        : grpc.reply(grpcStatus, body, http2, http10, keepAlive);
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
        books.end(flag);
    }
}
