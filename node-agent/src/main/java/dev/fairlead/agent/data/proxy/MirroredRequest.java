package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.data.grpc.GrpcStatus;
import dev.fairlead.agent.data.http.ForwardedFor;
import dev.fairlead.agent.data.http.HeaderNames;
import dev.fairlead.agent.data.stats.ClusterStat;
import dev.fairlead.agent.data.stats.StatusClass;
import dev.fairlead.agent.data.upstream.DestinationAccount;
import dev.fairlead.agent.data.upstream.PendingRequest;
import dev.fairlead.agent.data.upstream.PodCluster;
import dev.fairlead.agent.data.upstream.ResponseSink;
import dev.fairlead.agent.data.upstream.UpstreamHost;
import dev.fairlead.agent.data.upstream.UpstreamRequest;
import dev.fairlead.agent.model.request.ResponseFlag;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A copy of a request on its way to a cluster whose answer nobody waits for. What it cannot take as
 * fast as the request itself is held up to a bound, its own and its pod's; beyond, it is given up.
 *
 * <p>Its host ends in {@code -shadow}, and it says, as Envoy's, that it comes from within and from
 * this pod. Whatever its original came in, an upstream that follows its client is asked in
 * HTTP/1.1. Owner: the pod's worker loop.
 */
final class MirroredRequest implements ResponseSink, PodCluster.HttpWaiter {

    /** Bytes of a body that wait for a connection, or for an upstream that is slow. */
    private static final long MAX_WAITING = 256 * 1024;

    private final HttpRouter router;
    private final PodCluster cluster;
    private final HttpRequest head;
    private final Duration timeout;
    private final ExchangeTimer timer;
    private final ArrayDeque<HttpContent> waiting = new ArrayDeque<>(2);
    private final long startNanos = System.nanoTime();
    private @Nullable UpstreamHost host;
    private @Nullable PendingRequest pending;
    private @Nullable UpstreamRequest upstream;
    private @Nullable DestinationAccount account;
    private long waitingBytes;
    private long sent;
    private long received;
    private int status;
    private boolean over;

    MirroredRequest(
            HttpRouter router, PodCluster cluster, HttpRequest original, Timeouts timeouts) {
        this.router = router;
        this.timer = new ExchangeTimer(router.loop());
        this.cluster = cluster;
        this.timeout = timeouts.whole();
        this.head =
                new DefaultHttpRequest(
                        original.protocolVersion(),
                        original.method(),
                        original.uri(),
                        original.headers().copy());
        HttpHeaders headers = head.headers();
        String host = headers.get(HttpHeaderNames.HOST);
        if (host != null) {
            headers.set(HttpHeaderNames.HOST, shadow(host));
        }
        headers.set(HeaderNames.X_ENVOY_INTERNAL, "true");
        timeouts.announceToCopy(headers);
        ForwardedFor.append(headers, router.podAddress());
    }

    /** {@code httpbin:8000} as {@code httpbin-shadow:8000}. */
    static String shadow(String authority) {
        int colon = authority.lastIndexOf(':');
        return colon > authority.lastIndexOf(']')
                ? authority.substring(0, colon) + "-shadow" + authority.substring(colon)
                : authority + "-shadow";
    }

    /** There is one, and its head says so. */
    void countAttempt() {
        head.headers().set(HeaderNames.X_ENVOY_ATTEMPT_COUNT, "1");
    }

    void begin() {
        UpstreamHost picked = cluster.pick(router.plainPick());
        host = picked;
        if (picked == null) {
            end(ResponseFlag.NO_HEALTHY_UPSTREAM);
        } else {
            pending = cluster.acquire(picked, router.from(), false, false, head.headers(), this);
        }
    }

    @Override
    public void connected(UpstreamRequest connection) {
        if (over) {
            connection.giveBack();
            return;
        }
        upstream = connection;
        account = connection.account();
        if (account != null && account.clientCertificate() != null) {
            account.clientCertificate().replace(head.headers());
        }
        connection.send(head, this);
        while (!waiting.isEmpty() && upstream == connection) {
            connection.write(waiting.remove());
        }
        nothingWaits();
        if (upstream == connection) {
            connection.flush();
        }
    }

    @Override
    public void failed(ResponseFlag flag) {
        end(flag);
    }

    boolean isOver() {
        return over;
    }

    /** A piece of the body, or its end; releases it. */
    void write(HttpContent content) {
        sent += content.content().readableBytes();
        if (content instanceof LastHttpContent && !timeout.isZero()) {
            timer.bound(timeout.toNanos(), this::timedOut);
        }
        UpstreamRequest current = upstream;
        if (current != null && current.isWritable()) {
            nothingWaits();
        } else if (!waits(content.content().readableBytes())) {
            content.release();
            giveUp();
            return;
        }
        if (current == null) {
            waiting.add(content);
        } else {
            current.write(content);
            if (waitingBytes > 0) {
                current.flush();
            }
        }
    }

    /** False: that is more than may. */
    private boolean waits(int bytes) {
        if (waitingBytes + bytes > MAX_WAITING || bytes > 0 && !router.load().mayHold(bytes)) {
            return false;
        }
        waitingBytes += bytes;
        router.load().hold(bytes);
        return true;
    }

    private void nothingWaits() {
        router.load().release(waitingBytes);
        waitingBytes = 0;
    }

    void flush() {
        if (upstream != null) {
            upstream.flush();
        }
    }

    private void timedOut() {
        cluster.counters().inc(ClusterStat.UPSTREAM_RQ_TIMEOUT);
        if (host != null && upstream != null && status == 0) {
            host.timedOut(ResponseFlag.UPSTREAM_TIMEOUT.status());
        }
        abort(ResponseFlag.UPSTREAM_TIMEOUT);
    }

    /** It will not be whole, or cannot keep up. */
    void giveUp() {
        abort(ResponseFlag.DOWNSTREAM_CLOSED);
    }

    private void abort(ResponseFlag flag) {
        UpstreamRequest current = upstream;
        PendingRequest waits = pending;
        end(flag);
        if (waits != null) {
            waits.cancel();
        }
        if (current != null) {
            current.abort();
        }
    }

    @Override
    public void interim(HttpResponse response) {}

    @Override
    public void head(HttpResponse response) {
        status = response.status().code();
        StatusClass.count(cluster.allCounters(), status);
    }

    @Override
    public void content(HttpContent content) {
        received += content.content().readableBytes();
        boolean last = content instanceof LastHttpContent;
        content.release();
        if (last) {
            cluster.allCounters().requestMillis().record(millis());
            end(ResponseFlag.NONE);
        }
    }

    @Override
    public void pause() {}

    @Override
    public void writable(boolean yes) {
        if (yes) {
            nothingWaits();
        }
    }

    @Override
    public void reset(ResponseFlag flag, Processed processed) {
        end(flag);
    }

    private long millis() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
    }

    private void end(ResponseFlag flag) {
        if (over) {
            return;
        }
        over = true;
        upstream = null;
        timer.end();
        if (status == 0 && flag.status() > 0) {
            StatusClass.count(cluster.allCounters(), flag.status());
        }
        router.mirrorCount().giveBack();
        while (!waiting.isEmpty()) {
            waiting.remove().release();
        }
        nothingWaits();
        if (account != null) {
            account.ended(status);
            account.requests()
                    .http()
                    .record(status, GrpcStatus.NONE, flag, millis(), sent, received);
        }
    }
}
