package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.data.http.RequestDecoder;
import dev.fairlead.agent.data.http.RequestHeadCheck;
import dev.fairlead.agent.data.http.RequestHeadCheck.Refusal;
import dev.fairlead.agent.data.http.ResponseEncoder;
import dev.fairlead.agent.data.http.ResponseFraming;
import dev.fairlead.agent.data.http.TunnelBytes;
import dev.fairlead.agent.data.relay.Relay;
import dev.fairlead.agent.data.stats.Counters;
import dev.fairlead.agent.data.stats.HttpStat;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufHolder;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One HTTP/1.x connection from a client: its requests, one after the other. What a client sends
 * ahead waits, and the client with it.
 *
 * <p>Owner: the pod's worker loop.
 */
final class Http1Downstream extends ChannelInboundHandlerAdapter implements ClientSide {

    private static final Logger LOG = LoggerFactory.getLogger(Http1Downstream.class);

    /** How long a client may take to read a last answer and close. */
    private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final long IDLE_NANOS = TimeUnit.HOURS.toNanos(1);

    /** Reasons not to read; reading goes on when none is left. */
    private static final int BODY_WAITS = 1;

    private static final int REQUESTS_WAIT = 2;

    private final HttpRouter router;
    private final Channel channel;
    private final ResponseEncoder encoder = new ResponseEncoder();
    private final Counters<HttpStat> stats;
    private final ExchangeTimer deadline;
    private final ExchangeTimer idle;
    private final ArrayDeque<Object> ahead = new ArrayDeque<>();
    private @Nullable HttpExchange exchange;
    private int unreadable;
    private boolean asksHead;
    private boolean asksHttp10;
    private boolean closing;
    private boolean tunnelling;
    private boolean draining;
    private boolean handlingAhead;
    private long lastEndNanos = System.nanoTime();
    private @Nullable Future<?> idleTimer;

    private Http1Downstream(HttpRouter router, Channel channel) {
        this.router = router;
        this.channel = channel;
        this.stats = router.counters().counters();
        this.deadline = new ExchangeTimer(channel.eventLoop());
        this.idle = new ExchangeTimer(channel.eventLoop());
    }

    /**
     * Makes {@code channel} an HTTP/1 connection. A client that ends its sending is gone, as for
     * Envoy: whoever waits for an answer keeps the connection whole.
     */
    static void install(Channel channel, HttpRouter router) {
        Http1Downstream downstream = new Http1Downstream(router, channel);
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, false);
        channel.pipeline().addLast(new RequestDecoder(), downstream.encoder, downstream);
        downstream.stats.inc(HttpStat.DOWNSTREAM_CX_HTTP1_TOTAL);
        downstream.stats.inc(HttpStat.DOWNSTREAM_CX_HTTP1_ACTIVE);
        downstream.armIdleTimer(IDLE_NANOS);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (closing) {
            ReferenceCountUtil.release(message);
        } else if (tunnelling) {
            readTunnel(message);
        } else if (mustWait() || !ahead.isEmpty()) {
            ahead.add(message);
            setReadable(REQUESTS_WAIT, false);
        } else {
            handle(message);
        }
    }

    private void readTunnel(Object message) {
        HttpExchange current = exchange;
        if (current != null && message instanceof ByteBuf bytes) {
            stats.add(HttpStat.DOWNSTREAM_CX_RX_BYTES_TOTAL, bytes.readableBytes());
            current.requestContent(new DefaultHttpContent(bytes));
        } else {
            ReferenceCountUtil.release(message);
        }
    }

    /** A client that went on before it was answered has spoken HTTP, or guessed. */
    @Override
    public void tunnel() {
        if (!ahead.isEmpty()) {
            releaseAhead();
            channel.eventLoop().execute(() -> channel.close());
            return;
        }
        tunnelling = true;
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        channel.pipeline().remove(encoder);
        channel.pipeline().remove(RequestDecoder.class);
        setReadable(REQUESTS_WAIT, true);
    }

    /**
     * Whether the next message must wait: the current request is whole and its response is not, or
     * the client does not read its answers and asks on.
     */
    private boolean mustWait() {
        HttpExchange current = exchange;
        return current == null ? !channel.isWritable() : current.requestEnded();
    }

    private void handle(Object message) {
        if (message instanceof HttpRequest head) {
            begin(head);
        }
        if (message instanceof HttpContent content) {
            stats.add(HttpStat.DOWNSTREAM_CX_RX_BYTES_TOTAL, content.content().readableBytes());
            if (exchange == null || closing) {
                content.release();
            } else if (content.decoderResult().isFailure()) {
                content.release();
                stats.inc(HttpStat.DOWNSTREAM_CX_PROTOCOL_ERROR);
                exchange.badBody();
            } else {
                exchange.requestContent(content);
            }
        } else if (message instanceof ByteBufHolder) {
            ReferenceCountUtil.release(message);
        }
    }

    private void begin(HttpRequest head) {
        stats.inc(HttpStat.DOWNSTREAM_RQ_TOTAL);
        stats.inc(HttpStat.DOWNSTREAM_RQ_HTTP1_TOTAL);
        Refusal refusal = RequestHeadCheck.check(head);
        asksHead = head.method().equals(HttpMethod.HEAD);
        asksHttp10 = head.protocolVersion().equals(HttpVersion.HTTP_1_0);
        encoder.answering(asksHead);
        HttpExchange next = new HttpExchange(this, router, head);
        exchange = next;
        if (refusal == Refusal.NONE) {
            next.begin();
        } else {
            count(refusal);
            next.refuse(refusal);
        }
    }

    private void count(Refusal refusal) {
        switch (refusal) {
            case UPGRADE_REFUSED -> stats.inc(HttpStat.DOWNSTREAM_RQ_UPGRADE_REFUSED);
            default -> stats.inc(HttpStat.DOWNSTREAM_CX_PROTOCOL_ERROR);
        }
    }

    @Override
    public void ended(boolean keepAlive) {
        exchange = null;
        lastEndNanos = System.nanoTime();
        setReadable(BODY_WAITS, true);
        if (!keepAlive) {
            closeGently();
        } else {
            handleAhead();
        }
    }

    private void handleAhead() {
        if (handlingAhead) {
            return; // the loop below goes on
        }
        handlingAhead = true;
        while (!mustWait() && !closing && !ahead.isEmpty()) {
            handle(ahead.remove());
        }
        handlingAhead = false;
        if (ahead.isEmpty()) {
            setReadable(REQUESTS_WAIT, true);
        }
        if (exchange != null) {
            exchange.flushUpstream();
        }
        channel.flush();
    }

    @Override
    public void writeInterim(HttpResponse head) {
        write(head);
        write(LastHttpContent.EMPTY_LAST_CONTENT); // for the encoder, which counts messages
    }

    @Override
    public boolean goesOn() {
        return !draining;
    }

    @Override
    public void write(HttpResponse head) {
        if (head instanceof FullHttpResponse whole) {
            ResponseFraming.editWhole(whole, asksHead, asksHttp10);
        }
        channel.write(head, channel.voidPromise());
    }

    @Override
    public void write(HttpContent content) {
        stats.add(HttpStat.DOWNSTREAM_CX_TX_BYTES_TOTAL, content.content().readableBytes());
        if (tunnelling) {
            TunnelBytes.write(channel, content);
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
    public EventLoop loop() {
        return channel.eventLoop();
    }

    @Override
    public ExchangeTimer deadline() {
        return deadline;
    }

    @Override
    public ExchangeTimer idle() {
        return idle;
    }

    @Override
    public InetSocketAddress remote() {
        return (InetSocketAddress) channel.remoteAddress();
    }

    @Override
    public ByteBufAllocator allocator() {
        return channel.alloc();
    }

    @Override
    public void bodyReadable(boolean yes) {
        setReadable(BODY_WAITS, yes);
    }

    private void setReadable(int reason, boolean yes) {
        int before = unreadable;
        unreadable = yes ? before & ~reason : before | reason;
        if ((before == 0) != (unreadable == 0)) {
            channel.config().setAutoRead(unreadable == 0);
        }
    }

    @Override
    public void abort() {
        closing = true;
        exchange = null;
        stats.inc(HttpStat.DOWNSTREAM_CX_DESTROY_LOCAL);
        Relay.reset(channel);
    }

    /**
     * Sends what is written, ends our side, and closes when the client has, or after a while:
     * closing at once with bytes unread would reset the connection under the answer.
     */
    private void closeGently() {
        closing = true;
        releaseAhead();
        setReadable(REQUESTS_WAIT | BODY_WAITS, true);
        stats.inc(HttpStat.DOWNSTREAM_CX_DESTROY_LOCAL);
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(_ -> endOutput());
    }

    /** All is sent. With TLS the end is said with close_notify first. */
    private void endOutput() {
        if (!channel.isOpen()) {
            return;
        }
        armIdleTimer(LINGER_NANOS);
        SslHandler ssl = channel.pipeline().get(SslHandler.class);
        if (ssl == null) {
            ((DuplexChannel) channel).shutdownOutput();
        } else {
            ssl.closeOutbound().addListener(_ -> ((DuplexChannel) channel).shutdownOutput());
        }
    }

    private void releaseAhead() {
        ahead.forEach(ReferenceCountUtil::release);
        ahead.clear();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (exchange != null) {
            exchange.flushUpstream();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof Drain) {
            draining = true; // an idle one is not closed: its client may just be asking
        } else if (event instanceof Reconsider) {
            if (exchange != null) {
                exchange.reconsider();
            }
        } else if (tunnelling) {
            if (TunnelBytes.endsInput(event) && exchange != null) {
                exchange.requestContent(LastHttpContent.EMPTY_LAST_CONTENT);
            }
        } else if (event instanceof ChannelInputShutdownEvent) {
            ctx.close(); // seen while the connection was held; later ends close by themselves
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (exchange != null) {
            exchange.downstreamWritable(channel.isWritable());
        } else if (!closing && channel.isWritable()) {
            handleAhead();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        stats.dec(HttpStat.DOWNSTREAM_CX_HTTP1_ACTIVE);
        if (idleTimer != null) {
            idleTimer.cancel(false);
        }
        releaseAhead();
        if (!closing) {
            stats.inc(HttpStat.DOWNSTREAM_CX_DESTROY_REMOTE);
        }
        HttpExchange current = exchange;
        if (current != null) {
            exchange = null;
            closing = true;
            stats.inc(HttpStat.DOWNSTREAM_CX_DESTROY_REMOTE_ACTIVE_RQ);
            stats.inc(HttpStat.DOWNSTREAM_RQ_RX_RESET);
            current.downstreamClosed();
        }
        deadline.end();
        idle.end();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!(cause instanceof IOException || cause instanceof DecoderException)) {
            LOG.warn("connection failed peer={}", channel.remoteAddress(), cause);
        }
        ctx.close(); // channelInactive tells the exchange
    }

    /** One timer for the connection: how long it may lie idle, or linger at its end. */
    private void armIdleTimer(long delayNanos) {
        if (idleTimer != null) {
            idleTimer.cancel(false);
        }
        idleTimer = channel.eventLoop().schedule(this::checkIdle, delayNanos, TimeUnit.NANOSECONDS);
    }

    private void checkIdle() {
        long left = IDLE_NANOS - (System.nanoTime() - lastEndNanos);
        if (closing) {
            channel.close();
        } else if (exchange == null && left <= 0) {
            stats.inc(HttpStat.DOWNSTREAM_CX_IDLE_TIMEOUT);
            channel.close();
        } else {
            armIdleTimer(exchange == null ? left : IDLE_NANOS);
        }
    }
}
