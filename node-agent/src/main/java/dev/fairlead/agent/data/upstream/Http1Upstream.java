package dev.fairlead.agent.data.upstream;

import dev.fairlead.agent.data.grpc.GrpcCall;
import dev.fairlead.agent.data.http.RequestEncoder;
import dev.fairlead.agent.data.http.RequestFraming;
import dev.fairlead.agent.data.http.ResponseDecoder;
import dev.fairlead.agent.data.http.ResponseHeadCheck;
import dev.fairlead.agent.data.http.TunnelBytes;
import dev.fairlead.agent.data.stats.ClusterStat;
import dev.fairlead.agent.data.stats.Counters;
import dev.fairlead.agent.model.request.ResponseFlag;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufHolder;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelOutputShutdownException;
import io.netty.channel.unix.Errors.NativeIoException;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One HTTP/1.1 connection to an endpoint. It carries one request at a time and goes back to its
 * host's idle connections only when request and response have both ended, at exactly a message
 * boundary.
 *
 * <p>Owner: the pod's worker loop.
 */
public final class Http1Upstream extends ChannelInboundHandlerAdapter
        implements UpstreamRequest, UpstreamConnection {

    private static final Logger LOG = LoggerFactory.getLogger(Http1Upstream.class);

    private static final int MAX_INTERIM = 8;

    private final Origin origin;
    private final HostPool pool;
    private final UpstreamHost host;
    private final Channel channel;
    private final ResponseDecoder decoder = new ResponseDecoder();
    private final Counters<ClusterStat> stats;

    /** Whether the connection is, or may become, one that bytes are relayed on. */
    private enum Tunnel {
        NONE,
        UPGRADING,
        CONNECTING,
        OPEN
    }

    private @Nullable ResponseSink sink;
    private Tunnel tunnel = Tunnel.NONE;
    private boolean inputEnded;
    private boolean requestEnded;
    private boolean responseBegun;
    private boolean reusable;
    private int interims;
    private int served;
    private boolean retired;
    private boolean lent;
    private boolean grpc;
    private long requestsLeft;

    /** We have ended it under its request. */
    private boolean endedWithRequest;

    /** The peer has reset it, or took no more: what ends with the connection has not ended well. */
    private boolean broken;

    private long idleSinceNanos;
    private @Nullable Future<?> idleTimer;

    Http1Upstream(Origin origin) {
        this.origin = origin;
        this.pool = origin.pool();
        this.host = origin.host();
        this.channel = origin.channel();
        this.stats = origin.books().stats();
        this.requestsLeft = pool.cluster().requestsOfNew();
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, false);
        // A server may answer and close while a body is sent: the answer is still to be read.
        channel.config().setOption(ChannelOption.AUTO_CLOSE, false);
        channel.pipeline().addLast(new RequestEncoder(), decoder, this);
        channel.config().setAutoRead(true);
    }

    /** For one request, which counts from now on. */
    Http1Upstream lend() {
        lent = true;
        host.began();
        host.reached();
        stats.inc(ClusterStat.UPSTREAM_RQ_TOTAL);
        stats.inc(ClusterStat.UPSTREAM_RQ_ACTIVE);
        requestsLeft--;
        if (requestsLeft == 0) {
            stats.inc(ClusterStat.UPSTREAM_CX_MAX_REQUESTS);
            retired = true;
        }
        return this;
    }

    @Override
    public void send(HttpRequest head, ResponseSink waiting) {
        sink = waiting;
        requestEnded = false;
        responseBegun = false;
        reusable = true;
        interims = 0;
        served++;
        grpc = host.outliers() != null && GrpcCall.begins(head);
        if (origin.account() != null) {
            stats.inc(ClusterStat.UPSTREAM_RQ_SAME_NODE);
        }
        head.setProtocolVersion(HttpVersion.HTTP_1_1);
        RequestFraming.edit(head);
        decoder.expect(head.method().equals(HttpMethod.HEAD));
        channel.write(head, channel.voidPromise());
    }

    @Override
    public void sendForTunnel(HttpRequest head, @Nullable String upgrade, ResponseSink waiting) {
        send(head, waiting);
        tunnel = upgrade == null ? Tunnel.CONNECTING : Tunnel.UPGRADING;
        write(LastHttpContent.EMPTY_LAST_CONTENT);
        flush();
    }

    @Override
    public void write(HttpContent content) {
        stats.add(ClusterStat.UPSTREAM_CX_TX_BYTES_TOTAL, content.content().readableBytes());
        requestEnded = content instanceof LastHttpContent;
        if (tunnel == Tunnel.OPEN) {
            TunnelBytes.write(channel, content);
            if (requestEnded && inputEnded) {
                detach();
                closeWhenSent();
            }
        } else {
            channel.write(content, channel.voidPromise());
        }
    }

    @Override
    public void flush() {
        channel.flush();
    }

    @Override
    public boolean isWritable() {
        return channel.isWritable();
    }

    @Override
    public void readable(boolean yes) {
        channel.config().setAutoRead(yes);
    }

    /** The connection ends with it. */
    @Override
    public void abort() {
        endedWithRequest = lent;
        detach();
        close();
    }

    @Override
    public void giveBack() {
        detach();
        if (retired || broken || !channel.isActive()) {
            close();
        } else {
            readable(true);
            pool.free(this);
        }
    }

    private void closeWhenSent() {
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(_ -> close());
    }

    void close() {
        if (channel.isOpen()) {
            channel.close();
        }
    }

    boolean isOpen() {
        return channel.isActive();
    }

    /** Neither lent nor about to end. */
    boolean isIdle() {
        return !lent && channel.isActive();
    }

    @Override
    public void retire() {
        retired = true;
        if (!lent) {
            close();
        }
    }

    @Override
    public Origin origin() {
        return origin;
    }

    @Override
    public @Nullable DestinationAccount account() {
        return origin.account();
    }

    @Override
    public boolean mutual() {
        return origin.mutual();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ResponseSink waiting = sink;
        if (waiting == null) { // of a response that nobody waits for any more
            ReferenceCountUtil.release(message);
            close();
            return;
        }
        if (tunnel == Tunnel.OPEN) {
            readTunnel(message, waiting);
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
        if (!ResponseHeadCheck.valid(head, tunnel == Tunnel.UPGRADING)) {
            fail(ResponseFlag.UPSTREAM_PROTOCOL_ERROR);
        } else if (opensTunnel(head)) {
            openTunnel(head, waiting);
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
            host.answered(head, grpc);
            waiting.head(head);
        }
    }

    private boolean opensTunnel(HttpResponse head) {
        return switch (tunnel) {
            case UPGRADING -> head.status().code() == 101;
            case CONNECTING -> head.status().codeClass() == HttpStatusClass.SUCCESS;
            case NONE, OPEN -> false;
        };
    }

    /** What the decoder still holds comes as bytes when it has left the pipeline. */
    private void openTunnel(HttpResponse head, ResponseSink waiting) {
        tunnel = Tunnel.OPEN;
        responseBegun = true;
        requestEnded = false;
        reusable = false;
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        channel.pipeline().remove(RequestEncoder.class);
        host.answered(head, false);
        waiting.head(head);
        channel.pipeline().remove(decoder);
    }

    private void readTunnel(Object message, ResponseSink waiting) {
        if (message instanceof ByteBuf bytes) {
            stats.add(ClusterStat.UPSTREAM_CX_RX_BYTES_TOTAL, bytes.readableBytes());
            waiting.content(new DefaultHttpContent(bytes));
        } else {
            ReferenceCountUtil.release(message); // the empty end of the head's message
        }
    }

    /** In a tunnel, the end of one direction. */
    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        ResponseSink waiting = sink;
        if (tunnel == Tunnel.OPEN && waiting != null && TunnelBytes.endsInput(event)) {
            inputEnded = true;
            if (requestEnded) {
                detach();
                closeWhenSent();
            }
            waiting.content(LastHttpContent.EMPTY_LAST_CONTENT);
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
        boolean last = content instanceof LastHttpContent;
        if (last && broken && !channel.isActive()) { // a body that would end with the connection
            content.release();
            fail(ResponseFlag.UPSTREAM_CLOSED);
            return;
        }
        stats.add(ClusterStat.UPSTREAM_CX_RX_BYTES_TOTAL, content.content().readableBytes());
        if (last) {
            end(content, waiting);
        } else {
            waiting.content(content);
        }
    }

    /** First the connection is free, then the sink is told, which may want it at once. */
    private void end(HttpContent last, ResponseSink waiting) {
        boolean atBoundary = decoder.finish() && requestEnded && reusable;
        detach();
        if (atBoundary) {
            giveBack();
        }
        waiting.content(last);
        if (!atBoundary) {
            close();
        }
    }

    private void fail(ResponseFlag flag) {
        if (flag == ResponseFlag.UPSTREAM_PROTOCOL_ERROR) {
            stats.inc(ClusterStat.UPSTREAM_CX_PROTOCOL_ERROR);
        }
        ResponseSink waiting = sink;
        endedWithRequest = lent;
        detach();
        close();
        if (waiting != null) {
            host.failed(flag);
            waiting.reset(flag, ResponseSink.Processed.PERHAPS);
        }
    }

    private void detach() {
        sink = null;
        if (lent) {
            lent = false;
            host.ended();
            stats.dec(ClusterStat.UPSTREAM_RQ_ACTIVE);
            pool.cluster().breaker().requests().release();
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
        if (idleTimer != null) {
            idleTimer.cancel(false);
        }
        if (waiting != null) {
            boolean untouched = !responseBegun && interims == 0 && served > 1;
            detach();
            pool.cluster().closed(this, true);
            host.failed(ResponseFlag.UPSTREAM_CLOSED);
            waiting.reset(
                    ResponseFlag.UPSTREAM_CLOSED,
                    untouched ? ResponseSink.Processed.UNLIKELY : ResponseSink.Processed.PERHAPS);
        } else {
            detach();
            pool.cluster().closed(this, endedWithRequest);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        broken = true;
        if (tunnel == Tunnel.OPEN) {
            ctx.close(); // there is no message whose end could still be read
            return;
        }
        if (cause instanceof NativeIoException || cause instanceof ChannelOutputShutdownException) {
            return; // reading ends by itself, after what is still to be read
        }
        stats.inc(ClusterStat.UPSTREAM_CX_PROTOCOL_ERROR);
        LOG.debug("upstream connection failed host={}", host.address(), cause);
        ctx.close();
    }

    /** It lies idle from now on and closes when it has done so for long. */
    void rest(long idleNanos) {
        idleSinceNanos = System.nanoTime();
        if (idleTimer == null && idleNanos < Long.MAX_VALUE) {
            armIdleTimer(idleNanos, idleNanos);
        }
    }

    private void armIdleTimer(long idleNanos, long delayNanos) {
        idleTimer =
                channel.eventLoop()
                        .schedule(() -> checkIdle(idleNanos), delayNanos, TimeUnit.NANOSECONDS);
    }

    private void checkIdle(long idleNanos) {
        long left = idleNanos - (System.nanoTime() - idleSinceNanos);
        if (!lent && left <= 0) {
            stats.inc(ClusterStat.UPSTREAM_CX_IDLE_TIMEOUT);
            close();
        } else {
            armIdleTimer(idleNanos, lent ? idleNanos : left);
        }
    }
}
