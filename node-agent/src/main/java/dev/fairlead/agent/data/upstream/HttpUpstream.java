package dev.fairlead.agent.data.upstream;

import dev.fairlead.agent.data.http.ResponseDecoder;
import dev.fairlead.agent.data.http.ResponseHeadCheck;
import dev.fairlead.agent.data.stats.ClusterStat;
import dev.fairlead.agent.data.stats.Counters;
import dev.fairlead.agent.model.request.ResponseFlag;
import io.netty.buffer.ByteBufHolder;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestEncoder;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/1.1 connection to an endpoint. It carries one request at a time and goes back to its
 * host's idle connections only when request and response have both ended, at exactly a message
 * boundary.
 *
 * <p>Owner: the pod's worker loop.
 */
public final class HttpUpstream extends ChannelInboundHandlerAdapter {

    private static final int MAX_INTERIM = 8;

    private final PodCluster cluster;
    private final UpstreamHost host;
    private final Channel channel;
    private final ResponseDecoder decoder = new ResponseDecoder();
    private final @Nullable InetAddress from;
    private final @Nullable DestinationAccount account;
    private final boolean mutual;
    private final Counters<ClusterStat> stats;

    private @Nullable ResponseSink sink;
    private boolean requestEnded;
    private boolean responseBegun;
    private boolean reusable;
    private int interims;
    private int served;
    private boolean retired;
    private long idleSinceNanos;
    private boolean idleTimerArmed;

    HttpUpstream(
            PodCluster cluster,
            UpstreamHost host,
            Channel channel,
            @Nullable InetAddress from,
            @Nullable DestinationAccount account,
            boolean mutual) {
        this.cluster = cluster;
        this.host = host;
        this.channel = channel;
        this.from = from;
        this.account = account;
        this.mutual = mutual;
        this.stats = cluster.counters();
        channel.pipeline().addLast(new HttpRequestEncoder(), decoder, this);
    }

    /** Sends {@code head} for {@code waiting}; body and end follow by {@link #write}. */
    public void send(HttpRequest head, ResponseSink waiting) {
        sink = waiting;
        requestEnded = false;
        responseBegun = false;
        reusable = true;
        interims = 0;
        served++;
        host.began();
        stats.inc(ClusterStat.UPSTREAM_RQ_TOTAL);
        stats.inc(ClusterStat.UPSTREAM_RQ_ACTIVE);
        if (account != null) {
            stats.inc(ClusterStat.UPSTREAM_RQ_SAME_NODE);
        }
        decoder.expect(head.method().equals(HttpMethod.HEAD));
        channel.write(head, channel.voidPromise());
    }

    /** Sends a piece of the request's body, or its end. */
    public void write(HttpContent content) {
        stats.add(ClusterStat.UPSTREAM_CX_TX_BYTES_TOTAL, content.content().readableBytes());
        requestEnded = content instanceof LastHttpContent;
        channel.write(content, channel.voidPromise());
    }

    public void flush() {
        channel.flush();
    }

    public boolean isWritable() {
        return channel.isWritable();
    }

    /** Switches reading of the response on or off: back-pressure of the client. */
    public void readable(boolean yes) {
        channel.config().setAutoRead(yes);
    }

    /** The client is gone, or the response is of no use: the connection ends with it. */
    public void abort() {
        if (sink != null) {
            stats.inc(ClusterStat.UPSTREAM_RQ_TX_RESET);
            detach();
        }
        close();
    }

    /** Nothing was sent on it: it may serve another. */
    public void giveBack() {
        cluster.release(this);
    }

    void close() {
        stats.inc(ClusterStat.UPSTREAM_CX_DESTROY_LOCAL);
        channel.close();
    }

    /** It carries on with what it carries, and then closes. */
    void retire() {
        retired = true;
    }

    public UpstreamHost host() {
        return host;
    }

    /** Where the destination's side is counted; null: it counts for itself. */
    public @Nullable DestinationAccount account() {
        return account;
    }

    public boolean mutual() {
        return mutual;
    }

    @Nullable InetAddress from() {
        return from;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ResponseSink waiting = sink;
        if (waiting == null) { // bytes that nobody asked for
            ReferenceCountUtil.release(message);
            stats.inc(ClusterStat.UPSTREAM_CX_PROTOCOL_ERROR);
            close();
            return;
        }
        if (message instanceof HttpResponse head) {
            readHead(head, waiting);
        }
        if (message instanceof HttpContent content && sink != null) {
            readContent(content, waiting);
        } else if (message instanceof ByteBufHolder) {
            ReferenceCountUtil.release(message);
        }
    }

    private void readHead(HttpResponse head, ResponseSink waiting) {
        if (!ResponseHeadCheck.valid(head)) {
            fail(ResponseFlag.UPSTREAM_PROTOCOL_ERROR);
        } else if (head.status().codeClass() == HttpStatusClass.INFORMATIONAL) {
            interims++;
            if (interims > MAX_INTERIM) {
                fail(ResponseFlag.UPSTREAM_PROTOCOL_ERROR);
            } else {
                waiting.interim(head);
            }
        } else {
            responseBegun = true;
            reusable = HttpUtil.isKeepAlive(head);
            waiting.head(head);
        }
    }

    private void readContent(HttpContent content, ResponseSink waiting) {
        if (content.decoderResult().isFailure()) {
            content.release();
            fail(ResponseFlag.UPSTREAM_PROTOCOL_ERROR);
            return;
        }
        if (!responseBegun) { // the empty end of an interim response
            content.release();
            return;
        }
        stats.add(ClusterStat.UPSTREAM_CX_RX_BYTES_TOTAL, content.content().readableBytes());
        if (content instanceof LastHttpContent) {
            boolean atBoundary =
                    decoder.finish() && requestEnded && reusable && !retired && channel.isActive();
            detach();
            if (atBoundary) {
                cluster.release(this);
            }
            waiting.content(content);
            if (!atBoundary) {
                close();
            }
        } else {
            waiting.content(content);
        }
    }

    private void fail(ResponseFlag flag) {
        if (flag == ResponseFlag.UPSTREAM_PROTOCOL_ERROR) {
            stats.inc(ClusterStat.UPSTREAM_CX_PROTOCOL_ERROR);
        }
        ResponseSink waiting = sink;
        detach();
        close();
        if (waiting != null) {
            waiting.reset(flag, false);
        }
    }

    private void detach() {
        if (sink != null) {
            sink = null;
            host.ended();
            stats.dec(ClusterStat.UPSTREAM_RQ_ACTIVE);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (sink != null) {
            sink.pause();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (sink != null) {
            sink.writable(channel.isWritable());
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        ResponseSink waiting = sink;
        if (waiting != null) {
            stats.inc(ClusterStat.UPSTREAM_CX_DESTROY_WITH_ACTIVE_RQ);
            stats.inc(ClusterStat.UPSTREAM_CX_DESTROY_REMOTE);
            stats.inc(ClusterStat.UPSTREAM_RQ_RX_RESET);
            boolean untouched = !responseBegun && interims == 0 && served > 1;
            detach();
            cluster.closed(this);
            waiting.reset(ResponseFlag.UPSTREAM_CLOSED, untouched);
        } else {
            cluster.closed(this);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close(); // a reset by the peer; channelInactive tells who waits
    }

    /** It lies idle from now on and closes when it has done so for long. */
    void rest(long idleNanos) {
        idleSinceNanos = System.nanoTime();
        if (!idleTimerArmed) {
            idleTimerArmed = true;
            armIdleTimer(idleNanos, idleNanos);
        }
    }

    private void armIdleTimer(long idleNanos, long delayNanos) {
        channel.eventLoop()
                .schedule(
                        () -> {
                            if (!channel.isActive()) {
                                return;
                            }
                            long left = idleNanos - (System.nanoTime() - idleSinceNanos);
                            if (sink == null && left <= 0) {
                                stats.inc(ClusterStat.UPSTREAM_CX_IDLE_TIMEOUT);
                                close();
                            } else {
                                armIdleTimer(idleNanos, sink == null ? left : idleNanos);
                            }
                        },
                        delayNanos,
                        TimeUnit.NANOSECONDS);
    }
}
