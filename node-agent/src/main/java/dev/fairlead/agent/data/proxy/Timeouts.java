package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.data.grpc.GrpcTimeout;
import dev.fairlead.agent.data.http.HeaderNames;
import dev.fairlead.agent.data.http.RequestControl;
import dev.fairlead.agent.model.request.ResponseFlag;
import dev.fairlead.agent.model.route.RetryPolicy;
import dev.fairlead.agent.model.route.Route;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How long a request may take, as its route and its own headers have it, and what is said when it
 * takes longer.
 *
 * <p>Source: Envoy, "x-envoy-upstream-rq-timeout-ms" and the headers after it.
 *
 * @param whole all tries together, from the request's end; zero: for ever
 * @param ofTry each of them, from the request's end or its own start; zero: as long as all
 * @param alternative it is answered 204 and not 504
 * @param call it is a gRPC call, whose server hears of it in gRPC's words too
 */
record Timeouts(Duration whole, Duration ofTry, boolean alternative, boolean call) {

    /** Of a request that is not sent on yet. */
    static final Timeouts NONE = new Timeouts(Duration.ZERO, Duration.ZERO, false, false);

    static Timeouts of(
            Route route, RequestControl control, @Nullable RetryPolicy policy, boolean grpc) {
        Duration whole = control.timeout() == null ? route.timeout() : control.timeout();
        Duration ofTry = policy == null ? Duration.ZERO : policy.perTryTimeout();
        if (control.perTryTimeout() != null) {
            ofTry = control.perTryTimeout();
        }
        if (!whole.isZero() && ofTry.compareTo(whole) >= 0) {
            ofTry = Duration.ZERO;
        }
        return whole.isZero() && ofTry.isZero() && !control.alternative()
                ? NONE
                : new Timeouts(
                        whole, ofTry, control.alternative(), grpc && route.grpcTimeout() != null);
    }

    /**
     * Tells the upstream how long its answer is waited for.
     *
     * @param elapsedNanos since the request had ended; 0: it has not
     */
    void announce(HttpHeaders request, long elapsedNanos) {
        long millis = millis(elapsedNanos);
        if (millis == 0) {
            return;
        }
        request.set(HeaderNames.X_ENVOY_EXPECTED_RQ_TIMEOUT_MS, Long.toString(millis));
        if (call) {
            GrpcTimeout.shorten(request, millis);
        }
    }

    /** Of the next try; zero: for ever. */
    private long millis(long elapsedNanos) {
        long millis = ofTry.isZero() ? whole.toMillis() : ofTry.toMillis();
        if (millis == 0 || whole.isZero()) {
            return millis;
        }
        long left = whole.toMillis() - TimeUnit.NANOSECONDS.toMillis(elapsedNanos);
        return Math.min(millis, Math.max(1, left)); // 0 would be for ever
    }

    /**
     * Likewise the upstream of a copy, which has all the time at once where that is bounded; what
     * it is told in gRPC's words is copied.
     */
    void announceToCopy(HttpHeaders request) {
        long millis = whole.isZero() ? ofTry.toMillis() : whole.toMillis();
        if (millis > 0) {
            request.set(HeaderNames.X_ENVOY_EXPECTED_RQ_TIMEOUT_MS, Long.toString(millis));
            if (call) {
                GrpcTimeout.shorten(request, millis(0));
            }
        }
    }

    /** Of the answer when nothing has come in time. */
    int status() {
        return alternative
                ? HttpResponseStatus.NO_CONTENT.code()
                : ResponseFlag.UPSTREAM_TIMEOUT.status();
    }

    String body() {
        return alternative ? "" : ResponseFlag.UPSTREAM_TIMEOUT.body();
    }
}
