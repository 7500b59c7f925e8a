package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.data.authz.CheckedBody;
import dev.fairlead.agent.data.grpc.GrpcCall;
import dev.fairlead.agent.data.http.NettyRequestView;
import dev.fairlead.agent.data.http.PeerHeaders;
import dev.fairlead.agent.data.http.RequestControl;
import dev.fairlead.agent.data.http.RequestHeadCheck.Refusal;
import dev.fairlead.agent.data.policy.CheckedRequest;
import dev.fairlead.agent.data.proxy.HttpRouter.Target;
import dev.fairlead.agent.data.stats.Counters;
import dev.fairlead.agent.data.stats.HttpStat;
import dev.fairlead.agent.data.stats.WorkerStats.HttpCounters;
import dev.fairlead.agent.data.upstream.DestinationAccount;
import dev.fairlead.agent.data.upstream.PodCluster;
import dev.fairlead.agent.data.upstream.UpstreamHost;
import dev.fairlead.agent.data.upstream.UpstreamRequest;
import dev.fairlead.agent.model.policy.ExternalAuthorization;
import dev.fairlead.agent.model.request.ResponseFlag;
import dev.fairlead.agent.model.route.Route;
import dev.fairlead.agent.model.route.RouteAction;
import dev.fairlead.agent.model.route.RouteAction.WeightedCluster;
import dev.fairlead.agent.model.route.RoutePolicy;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One request and its response, from the head's arrival to the one place where it is counted. It
 * ends exactly once, with exactly one {@link ResponseFlag}.
 *
 * <p>Owner: the pod's worker loop.
 */
final class HttpExchange {

    private final ClientSide downstream;
    private final HttpRouter router;
    private final HttpRequest head;
    private final boolean http10;
    private final boolean http2;
    private final ExchangeBooks books;
    private final WaitingBody waiting;
    private final ExchangeDeadlines deadlines;
    private final @Nullable Tunnel tunnel;
    private final @Nullable GrpcCall grpc;
    private final ClientAnswer answer;
    private @Nullable Target target;
    private @Nullable UpstreamTries tries;
    private @Nullable RouteHeads heads;
    private @Nullable Mirrors mirrors;
    private @Nullable Runnable atEnd;
    private @Nullable Map<String, Object> tokenPayload;
    private @Nullable CheckedRequest checked;
    private @Nullable AwaitedBody awaited;
    private ResponseFlag outcome = ResponseFlag.NONE;
    private int stage;
    private boolean delayed;
    private boolean waited;
    private boolean requestEnded;

    HttpExchange(ClientSide downstream, HttpRouter router, HttpRequest head) {
        this.downstream = downstream;
        this.router = router;
        this.head = head;
        this.http10 = head.protocolVersion().equals(HttpVersion.HTTP_1_0);
        this.http2 = head.protocolVersion().majorVersion() == 2;
        this.waiting = new WaitingBody(router.load());
        this.tunnel = Tunnel.asked(head, router);
        this.grpc = tunnel == null ? GrpcCall.of(head) : null;
        this.books = new ExchangeBooks(router, head, grpc);
        this.deadlines = new ExchangeDeadlines(this, downstream, books, grpc);
        this.answer = new ClientAnswer(downstream, router, head, books, grpc);
    }

    /** Routes the request. */
    void begin() {
        router.receive(head);
        LocalAnswer spelling = RequestPath.normalize(head, router.manager().paths());
        if (spelling != null) {
            answer(spelling, ResponseFlag.NONE);
            return;
        }
        Target found = router.route(new NettyRequestView(head));
        target = found;
        Route route = found.route();
        if (route != null) {
            WeightedCluster share = found.share();
            if (!route.policy().leavesHeads() || share != null && !share.leavesHeads()) {
                heads();
            }
        }
        goOn();
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
            case Target.Respond(int code, String body, ResponseFlag flag, var _, var _) ->
                    answerForUpstream(LocalAnswer.of(code, body), flag);
            case Target.Direct(Route route) ->
                    answer(LocalAnswer.of(route, new NettyRequestView(head)), ResponseFlag.NONE);
            case Target.Forward(PodCluster to, Route route, RouteAction.Forward action, var _) -> {
                if (tunnel != null && !tunnel.allowedBy(action)) {
                    router.counters().counters().inc(HttpStat.DOWNSTREAM_RQ_UPGRADE_REFUSED);
                    refuse(Refusal.UPGRADE_REFUSED);
                    return;
                }
                books.routed(to, route);
                deadlines.boundCall(route.grpcTimeout());
                forward(route);
            }
        }
    }

    /** The route that took the request; null: none did. */
    @Nullable Route route() {
        return target == null ? null : target.route();
    }

    /** What that route says of it. */
    RoutePolicy policy() {
        Route route = route();
        return route == null ? RoutePolicy.NONE : route.policy();
    }

    HttpRequest request() {
        return head;
    }

    /**
     * As its checks see it.
     *
     * @param connection that it came by
     */
    CheckedRequest checked(Facts connection) {
        CheckedRequest known = checked;
        if (known == null) {
            known = new CheckedRequest(connection, new NettyRequestView(head));
            if (tokenPayload != null) {
                known.proven(tokenPayload);
            }
            checked = known;
        }
        return known;
    }

    /** Its destination, where it took the short way; null: it did not. */
    @Nullable DestinationAccount account() {
        return books.account();
    }

    /** What is configured has changed: it ends where it would be refused now. */
    void reconsider() {
        if (target == null || books.ended()) {
            return;
        }
        String why = router.revocation(this);
        if (why == null) {
            return;
        }
        counters().inc(HttpStat.RBAC_REVOKED);
        books.details(why);
        abortUpstream();
        if (answer.begun()) {
            cut(ResponseFlag.RBAC);
        } else {
            answer.closes();
            answer(
                    LocalAnswer.of(ResponseFlag.RBAC.status(), ResponseFlag.RBAC.body()),
                    ResponseFlag.RBAC);
        }
    }

    Counters<HttpStat> counters() {
        return router.counters().counters();
    }

    HttpCounters allCounters() {
        return router.counters();
    }

    EventLoop loop() {
        return downstream.loop();
    }

    boolean ended() {
        return books.ended();
    }

    /** Its tokens hold, and say this; null: nothing. */
    void authenticated(@Nullable Map<String, Object> claims) {
        tokenPayload = claims;
        if (checked != null && claims != null) {
            checked.proven(claims);
        }
    }

    /** It was made to wait, and is counted so. */
    void delayed() {
        delayed = true;
        waited = true;
    }

    /** It waits for what it must know. */
    void waits() {
        waited = true;
    }

    /**
     * Reads its body before it goes on. Where there is too much of it, it is answered.
     *
     * @param then runs once enough is there, perhaps at once
     */
    void awaitBody(ExternalAuthorization.Body wanted, Runnable then) {
        if (!http10 && RequestEdit.expectsContinue(head)) {
            head.headers().remove(HttpHeaderNames.EXPECT);
            sendContinue();
        }
        awaited = new AwaitedBody(wanted, then);
        lookAtBody();
    }

    /** Whether it has a body, here or still to come; a tunnel's bytes are none. */
    boolean hasBody() {
        return tunnel == null && (waiting.bytes() > 0 || !requestEnded);
    }

    /** What is here of its body. */
    CheckedBody body(ExternalAuthorization.Body wanted) {
        return new CheckedBody(
                waiting.copy(wanted.maxBytes()),
                waiting.bytes() > wanted.maxBytes(),
                wanted.asBytes());
    }

    /** Whether more of the body is to be read. */
    private boolean lookAtBody() {
        AwaitedBody now = awaited;
        if (now == null) {
            return false;
        }
        AwaitedBody.State state = now.of(waiting, requestEnded);
        if (state == AwaitedBody.State.MORE_TO_COME) {
            return true;
        }
        awaited = null;
        LocalAnswer refusal = state.refusal();
        if (refusal == null) {
            now.then().run();
            return false;
        }
        if (state == AwaitedBody.State.TOO_MUCH) {
            counters().inc(HttpStat.DOWNSTREAM_RQ_TOO_LARGE);
        }
        answer(refusal, ResponseFlag.NONE);
        return false;
    }

    /** Its client's port. */
    int sourcePort() {
        return downstream.remote().getPort();
    }

    /** Its answer, whoever gives it, has these too. */
    void answerBrings(HttpHeaders more) {
        answer.brings(more);
    }

    /** Runs {@code last} when it ends, however it does. */
    void atEnd(Runnable last) {
        Runnable before = atEnd;
        atEnd =
                before == null
                        ? last
                        : () -> {
                            before.run();
                            last.run();
                        };
    }

    /** What its route changes of its heads. */
    RouteHeads heads() {
        RouteHeads known = heads;
        if (known == null) {
            Target found = target;
            known =
                    new RouteHeads(
                            router,
                            head,
                            downstream,
                            route(),
                            found == null ? null : found.share(),
                            found instanceof Target.Forward to
                                    ? to.cluster().config().statName()
                                    : "");
            heads = known;
            answer.editedBy(known);
        }
        return known;
    }

    private void forward(Route route) {
        RequestControl control =
                router.honoursControl()
                        ? RequestControl.take(head.headers(), true)
                        : RequestControl.NONE; // taken off when it came
        Retries retries =
                tunnel == null
                        ? Retries.of(route.policy().retries(), control, new NettyRequestView(head))
                        : null;
        if (retries != null) {
            retries.countFor(books.byRoute());
        }
        Timeouts timeouts = Timeouts.of(route, control, route.policy().retries(), grpc != null);
        deadlines.of(timeouts);
        UpstreamTries sending =
                new UpstreamTries(this, router, books, waiting, timeouts, retries, tunnel);
        tries = sending;
        boolean expectsContinue = !http10 && RequestEdit.expectsContinue(head);
        RequestEdit.forUpstream(head, http10, router);
        if (heads != null) {
            heads.forUpstream();
        }
        answer.brings(sending.choose(route.policy(), downstream.remote()));
        Duration still = route.policy().idleTimeout();
        deadlines.boundIdle(still == null ? router.manager().streamIdleTimeout() : still);
        UpstreamHost picked = sending.pick();
        if (picked == null) {
            reply(ResponseFlag.NO_HEALTHY_UPSTREAM);
            return;
        }
        if (expectsContinue) {
            sendContinue();
        }
        if (!route.policy().mirrors().isEmpty() && tunnel == null) {
            mirrors = Mirrors.begin(router, route, timeouts, head);
            if (mirrors != null) {
                waiting.copyTo(mirrors);
            }
        }
        if (tunnel != null) {
            tunnel.edit();
        }
        if (requestEnded) {
            deadlines.requestEnded();
        }
        sending.begin(picked, !waited); // nobody flushes for what has waited
    }

    /** Before the upstream is there, as Envoy does; but only where there is one to be asked. */
    private void sendContinue() {
        downstream.writeInterim(
                new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE));
        downstream.flush();
    }

    /** Something of it was read or written. */
    void moved() {
        deadlines.moved();
    }

    /** A piece of the request's body, or its end. */
    void requestContent(HttpContent content) {
        books.request(content);
        moved();
        if (tunnel != null) {
            tunnelContent(content, tunnel);
            return;
        }
        if (content instanceof LastHttpContent last) {
            PeerHeaders.remove(last.trailingHeaders()); // some servers merge them into the head's
            requestIsWhole();
        }
        if (books.ended()) {
            content.release();
            return;
        }
        if (mirrors != null) {
            mirrors.content(content);
        }
        if (tries != null) {
            tries.request(content);
        } else {
            boolean room = waiting.add(content);
            if (!lookAtBody() && !room && !books.ended() && tries == null) {
                downstream.bodyReadable(false);
            }
        }
    }

    /** All of the request is there. */
    private void requestIsWhole() {
        requestEnded = true;
        books.requestEnded();
        if (!books.ended()) {
            deadlines.requestEnded();
        }
    }

    /** Before it is open, an HTTP/1 client has said all, and an HTTP/2 client must wait. */
    private void tunnelContent(HttpContent content, Tunnel current) {
        boolean last = content instanceof LastHttpContent;
        UpstreamRequest upstream = tries == null ? null : tries.upstream();
        current.moved();
        if (books.ended() || !current.isOpen() && !http2) {
            content.release();
            if (last) {
                requestIsWhole();
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
        letGoOfUpstream();
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

    boolean isHttp2() {
        return http2;
    }

    /** Null: it is not sent on yet. */
    @Nullable UpstreamTries tries() {
        return tries;
    }

    boolean responseBegun() {
        return answer.begun();
    }

    void flushUpstream() {
        if (mirrors != null) {
            mirrors.flush();
        }
        if (tries != null) {
            tries.flush();
        }
    }

    /** The upstream takes more of the request, or no longer. */
    void bodyReadable(boolean yes) {
        downstream.bodyReadable(yes);
    }

    /**
     * An interim head of the upstream's.
     *
     * @return whether the client gets it
     */
    boolean interim(HttpResponse interim) {
        return answer.interim(interim);
    }

    /** How it is to be counted, whatever the answer that comes says. */
    void endsAs(ResponseFlag flag) {
        outcome = flag;
    }

    /** The head of the answer. */
    void head(HttpResponse response) {
        books.head(response);
        if (tunnel != null && tunnel.opens(response, downstream.loop(), this::idleTunnel)) {
            deadlines.opened();
            requestEnded = false;
            answer.tunnel(response);
            if (tries != null) {
                tries.opened();
            }
            return;
        }
        sayAttempt();
        answer.head(response, requestEnded);
    }

    private void sayAttempt() {
        if (tries != null && policy().attempts().inResponse()) {
            answer.ofAttempt(tries.count());
        }
    }

    /** A piece of the answer's body, or its end; releases it. */
    void content(HttpContent content) {
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
        if (last) {
            letGoOfUpstream(); // it may be another's by now: our back-pressure must not reach it
        }
        downstream.write(content);
        if (last) {
            books.answered();
            boolean reuse = answer.goesOn() && requestEnded;
            count(outcome);
            downstream.flush();
            downstream.ended(reuse);
        } else if (!downstream.isWritable()) {
            downstream.flush();
            downstreamWritable(downstream.isWritable());
        }
    }

    /** Nothing more of the answer is at hand for now. */
    void pause() {
        downstream.flush();
    }

    /** The client takes bytes again, or no longer. */
    void downstreamWritable(boolean yes) {
        if (tries != null) {
            tries.readable(yes);
        }
    }

    private void letGoOfUpstream() {
        if (tries != null) {
            tries.letGo();
        }
    }

    /**
     * No answer has come of the upstream, and none will.
     *
     * @param overload whether that is for too much being under way
     */
    void unanswered(int code, String body, ResponseFlag flag, boolean overload) {
        if (overload) {
            answer.ofOverload();
        }
        answerForUpstream(LocalAnswer.of(code, body), flag);
    }

    /** The body broke the protocol after its head was passed on. */
    void badBody() {
        abortUpstream();
        requestEnded = true;
        if (answer.begun()) {
            cut(ResponseFlag.DOWNSTREAM_PROTOCOL_ERROR);
        } else {
            answer.closes();
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
        answer.closes();
        answerForUpstream(
                LocalAnswer.of(refusal.status(), ""), ResponseFlag.DOWNSTREAM_PROTOCOL_ERROR);
    }

    private void reply(ResponseFlag flag) {
        answerForUpstream(LocalAnswer.of(flag.status(), flag.body()), flag);
    }

    /** Answers in the upstream's stead, which is counted as its answer. */
    void answerForUpstream(LocalAnswer says, ResponseFlag flag) {
        books.reply(says.status());
        answer(says, flag);
    }

    /** Answers: the request goes no further. */
    void answer(LocalAnswer says, ResponseFlag flag) {
        if (says.details() != null) {
            books.details(says.details());
        }
        sayAttempt();
        answer.local(says, requestEnded);
        finish(flag);
    }

    /** The answer, which has begun, has come to its end in this. */
    void endWith(LastHttpContent last, ResponseFlag flag) {
        downstream.write(last);
        finish(flag);
    }

    private void finish(ResponseFlag flag) {
        count(flag);
        waiting.release();
        downstream.flush();
        downstream.ended(answer.goesOn());
    }

    /** The response cannot be ended as it was begun. */
    void cut(ResponseFlag flag) {
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

    void abortUpstream() {
        if (tries != null) {
            tries.abort();
        }
    }

    /** The one exit: every ended request passes here once. */
    private void count(ResponseFlag flag) {
        if (tunnel != null) {
            tunnel.close();
        }
        deadlines.clear();
        if (tries != null) {
            tries.end();
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
