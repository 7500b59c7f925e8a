package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.data.detect.HeldInput;
import dev.fairlead.agent.data.stats.Counters;
import dev.fairlead.agent.data.stats.HttpStat;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Where a connection becomes an HTTP connection: of version 2 if it begins with that version's
 * preface, else of version 1. What was agreed by ALPN is not asked: the mesh's own names do not
 * tell all, and a peer may speak otherwise than it offered.
 *
 * <p>Source: RFC 9113 §3.4. Owner: the channel's loop.
 */
final class HttpEntry extends ChannelInboundHandlerAdapter {

    /** For a first byte, and then for the next three. */
    private static final long PATIENCE_NANOS = TimeUnit.HOURS.toNanos(1);

    private static final ByteBuf PREFACE = Http2CodecUtil.connectionPrefaceBuf();

    private final HttpRouter router;
    private @Nullable ByteBuf seen;
    private @Nullable Future<?> timer;
    private boolean done;

    private HttpEntry(HttpRouter router) {
        this.router = router;
    }

    /** Makes {@code channel} an HTTP connection and begins to read. */
    static void install(Channel channel, HttpRouter router) {
        Counters<HttpStat> stats = router.counters().counters();
        stats.inc(HttpStat.DOWNSTREAM_CX_TOTAL);
        stats.inc(HttpStat.DOWNSTREAM_CX_ACTIVE);
        channel.closeFuture()
                .addListener(_ -> {
                    stats.dec(HttpStat.DOWNSTREAM_CX_ACTIVE);
                    stats.inc(HttpStat.DOWNSTREAM_CX_DESTROY);
                });
        if (channel.pipeline().get(SslHandler.class) != null) {
            stats.inc(HttpStat.DOWNSTREAM_CX_SSL_TOTAL);
        }
        HttpEntry entry = new HttpEntry(router);
        channel.pipeline().addLast(entry);
        entry.timer =
                channel.eventLoop()
                        .schedule(
                                () -> {
                                    stats.inc(HttpStat.DOWNSTREAM_CX_IDLE_TIMEOUT);
                                    channel.close();
                                },
                                PATIENCE_NANOS,
                                TimeUnit.NANOSECONDS);
        channel.config().setAutoRead(true);
        HeldInput.passOn(channel);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        ByteBuf before = seen;
        if (before != null) {
            seen = null;
            bytes = ctx.alloc().buffer(before.readableBytes() + bytes.readableBytes());
            bytes.writeBytes(before).writeBytes((ByteBuf) message);
            before.release();
            ((ByteBuf) message).release();
        }
        int matching = matching(bytes);
        if (matching == PREFACE.readableBytes()) {
            become(ctx, bytes, true);
        } else if (matching < bytes.readableBytes()) {
            become(ctx, bytes, false);
        } else {
            seen = bytes;
        }
    }

    private static int matching(ByteBuf bytes) {
        int most = Math.min(bytes.readableBytes(), PREFACE.readableBytes());
        for (int i = 0; i < most; i++) {
            if (bytes.getByte(bytes.readerIndex() + i) != PREFACE.getByte(i)) {
                return i;
            }
        }
        return most;
    }

    private void become(ChannelHandlerContext ctx, @Nullable ByteBuf bytes, boolean http2) {
        done = true;
        cancelTimer();
        if (http2) {
            Http2Downstream.install(ctx.channel(), router);
        } else {
            Http1Downstream.install(ctx.channel(), router);
        }
        if (bytes != null) {
            ctx.fireChannelRead(bytes);
            ctx.fireChannelReadComplete();
        }
        ctx.pipeline().remove(this);
    }

    private void cancelTimer() {
        if (timer != null) {
            timer.cancel(false);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent && !done) {
            ctx.close(); // nothing was asked, and nothing will be
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        cancelTimer();
        ctx.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        cancelTimer();
        if (seen != null) {
            seen.release();
            seen = null;
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
