package dev.fairlead.agent.data.upstream;

import dev.fairlead.agent.data.stats.ClusterStat;
import dev.fairlead.agent.data.stats.Counters;
import dev.fairlead.agent.data.stats.WorkerStats.ClusterCounters;
import dev.fairlead.agent.model.request.ResponseFlag;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * What is counted of one connection to an endpoint, from the attempt to its end, and who ended it.
 * It is the first handler of the connection's pipeline, where an end that is ours passes. Its part
 * of the limit is acquired before and released here.
 *
 * <p>Owner: the pod's worker loop.
 */
final class ConnectionBooks extends ChannelDuplexHandler {

    private final ClusterCounters counters;
    private final Counters<ClusterStat> stats;
    private final Limit limit;
    private final boolean opaque;
    private final long begunNanos = System.nanoTime();
    private boolean ours;
    private boolean theirs;
    private boolean ended;
    private @Nullable Future<?> expiry;

    /**
     * @param opaque its bytes are not looked at, and its directions end each by itself
     */
    ConnectionBooks(ClusterCounters counters, Limit limit, boolean opaque) {
        this.counters = counters;
        this.stats = counters.counters();
        this.limit = limit;
        this.opaque = opaque;
        stats.inc(ClusterStat.UPSTREAM_CX_TOTAL);
        stats.inc(ClusterStat.UPSTREAM_CX_ACTIVE);
    }

    Counters<ClusterStat> stats() {
        return stats;
    }

    long ageNanos() {
        return System.nanoTime() - begunNanos;
    }

    private long ageMillis() {
        return TimeUnit.NANOSECONDS.toMillis(ageNanos());
    }

    /** It is there. */
    void connected() {
        counters.connectMillis().record(ageMillis());
    }

    /** It is not to be had. */
    ResponseFlag failed(Throwable cause) {
        stats.inc(ClusterStat.UPSTREAM_CX_CONNECT_FAIL);
        if (cause instanceof ConnectTimeoutException
                || cause instanceof SslHandshakeTimeoutException) {
            stats.inc(ClusterStat.UPSTREAM_CX_CONNECT_TIMEOUT);
            ours = true;
            return ResponseFlag.UPSTREAM_CONNECT_TIMEOUT;
        }
        theirs = true;
        return cause instanceof SSLException
                ? ResponseFlag.UPSTREAM_TLS_FAILURE
                : ResponseFlag.UPSTREAM_CONNECT_FAILURE;
    }

    /** Runs {@code expire} when it is so old. */
    void bound(EventLoop loop, long nanos, Runnable expire) {
        expiry =
                loop.schedule(
                        () -> {
                            stats.inc(ClusterStat.UPSTREAM_CX_MAX_DURATION_REACHED);
                            expire.run();
                        },
                        nanos,
                        TimeUnit.NANOSECONDS);
    }

    /** It is no more, or never was. */
    void ended(boolean underRequests) {
        if (ended) {
            return;
        }
        ended = true;
        if (expiry != null) {
            expiry.cancel(false);
        }
        boolean byThem = theirs || !ours && !opaque;
        stats.dec(ClusterStat.UPSTREAM_CX_ACTIVE);
        stats.inc(ClusterStat.UPSTREAM_CX_DESTROY);
        stats.inc(
                byThem
                        ? ClusterStat.UPSTREAM_CX_DESTROY_REMOTE
                        : ClusterStat.UPSTREAM_CX_DESTROY_LOCAL);
        if (underRequests) {
            stats.inc(ClusterStat.UPSTREAM_CX_DESTROY_WITH_ACTIVE_RQ);
            stats.inc(
                    byThem
                            ? ClusterStat.UPSTREAM_CX_DESTROY_REMOTE_WITH_ACTIVE_RQ
                            : ClusterStat.UPSTREAM_CX_DESTROY_LOCAL_WITH_ACTIVE_RQ);
        }
        counters.connectionMillis().record(ageMillis());
        limit.release();
    }

    @Override
    public void close(ChannelHandlerContext context, ChannelPromise promise) {
        ours = true;
        context.close(promise);
    }

    /** One direction of an opaque connection. */
    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        theirs |= event instanceof ChannelInputShutdownEvent && !ours;
        context.fireUserEventTriggered(event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        theirs |= !ours;
        context.fireExceptionCaught(cause);
    }
}
