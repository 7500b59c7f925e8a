package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.data.grpc.GrpcCall;
import dev.fairlead.agent.data.grpc.GrpcStatus;
import dev.fairlead.agent.data.grpc.GrpcTimeout;
import dev.fairlead.agent.data.stats.HttpStat;
import dev.fairlead.agent.model.request.ResponseFlag;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long an exchange may take, in all or with nothing moving, and how it ends when it takes
 * longer.
 *
 * <p>Owner: its exchange, on the pod's loop.
 */
final class ExchangeDeadlines {

    private static final String CALL_EXCEEDED = "downstream duration timeout";

    private final HttpExchange exchange;
    private final ExchangeBooks books;
    private final @Nullable GrpcCall grpc;
    private final ExchangeTimer timer;
    private final ExchangeTimer idle;
    private Timeouts timeouts = Timeouts.NONE;
    private long idleNanos;

    /**
     * @param client whose timers are used
     * @param grpc null: it is no call of gRPC's
     */
    ExchangeDeadlines(
            HttpExchange exchange,
            ClientSide client,
            ExchangeBooks books,
            @Nullable GrpcCall grpc) {
        this.exchange = exchange;
        this.books = books;
        this.grpc = grpc;
        this.timer = client.deadline();
        this.idle = client.idle();
    }

    /** Its caller may say how long it waits; {@code most}: as a route has it. */
    void boundCall(@Nullable Duration most) {
        if (grpc == null || most == null) {
            return;
        }
        long nanos = GrpcTimeout.bounded(exchange.request().headers(), most);
        if (nanos != GrpcTimeout.NONE) {
            long left = nanos - (System.nanoTime() - books.startNanos());
            timer.bound(left, this::callExceeded);
        }
    }

    /** What its route and its own headers say of its answer. */
    void of(Timeouts said) {
        timeouts = said;
    }

    /**
     * It ends when nothing moves for so long; zero: it may lie idle.
     *
     * <p>Source: Envoy, HttpConnectionManager.stream_idle_timeout, RouteAction.idle_timeout.
     */
    void boundIdle(Duration still) {
        if (!still.isZero()) {
            idleNanos = still.toNanos();
            idle.bound(idleNanos, this::lainIdle);
        }
    }

    /** Something of it was read or written. */
    void moved() {
        if (idleNanos > 0) {
            idle.putOff(idleNanos);
        }
    }

    /** All of the request is there, and known how long its answer may take. */
    void requestEnded() {
        if (!timeouts.whole().isZero()) {
            timer.bound(timeouts.whole().toNanos(), this::unansweredInTime);
        }
    }

    /** A tunnel is open: it may last. */
    void opened() {
        timer.clear();
    }

    /** The exchange is over. */
    void clear() {
        timer.clear();
        idle.clear();
    }

    private void lainIdle() {
        if (books.ended()) {
            return;
        }
        ResponseFlag flag = ResponseFlag.STREAM_IDLE_TIMEOUT;
        exchange.counters().inc(HttpStat.DOWNSTREAM_RQ_IDLE_TIMEOUT);
        exchange.abortUpstream();
        if (exchange.responseBegun()) {
            exchange.cut(flag);
        } else {
            int code =
                    exchange.requestEnded()
                            ? HttpResponseStatus.GATEWAY_TIMEOUT.code()
                            : HttpResponseStatus.REQUEST_TIMEOUT.code();
            exchange.answerForUpstream(LocalAnswer.of(code, flag.body()), flag);
        }
    }

    private void unansweredInTime() {
        UpstreamTries current = exchange.tries();
        boolean underWay = current != null && current.underWay();
        if (current != null && underWay) {
            books.timedOut();
            if (!exchange.responseBegun()) {
                current.late();
            }
        }
        exchange.abortUpstream();
        ResponseFlag flag = ResponseFlag.UPSTREAM_TIMEOUT;
        LocalAnswer late = LocalAnswer.of(timeouts.status(), timeouts.body());
        if (exchange.responseBegun()) {
            exchange.cut(flag);
        } else if (underWay) {
            exchange.answerForUpstream(late, flag);
        } else { // between two tries there is nothing that this could be the answer to
            exchange.answer(late, flag);
        }
    }

    /** The caller waits no longer. */
    private void callExceeded() {
        ResponseFlag flag = ResponseFlag.UPSTREAM_TIMEOUT;
        exchange.counters().inc(HttpStat.DOWNSTREAM_RQ_MAX_DURATION_REACHED);
        exchange.abortUpstream();
        if (!exchange.responseBegun()) {
            int code = HttpResponseStatus.REQUEST_TIMEOUT.code();
            exchange.answer(
                    LocalAnswer.of(code, GrpcStatus.DEADLINE_EXCEEDED, CALL_EXCEEDED), flag);
        } else if (grpc != null && exchange.isHttp2()) {
            exchange.endWith(grpc.end(GrpcStatus.DEADLINE_EXCEEDED, CALL_EXCEEDED), flag);
        } else {
            exchange.cut(flag);
        }
    }
}
