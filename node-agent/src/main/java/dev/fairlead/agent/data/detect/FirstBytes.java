package dev.fairlead.agent.data.detect;

import dev.fairlead.agent.data.tls.ClientHello;
import dev.fairlead.agent.data.tls.Peeked;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads a connection's first bytes until they say what is spoken, or time is up, and then leaves
 * the pipeline; what was read goes to the handlers that were added meanwhile.
 *
 * <p>Owner: the channel's loop.
 */
public final class FirstBytes extends ChannelInboundHandlerAdapter {

    /** A ClientHello with two key shares fits, and so does Envoy's longest request line. */
    private static final int MAX_BYTES = 16 * 1024;

    /**
     * What was found.
     *
     * @param serverName SNI, lower case; empty: none
     * @param protocols ALPN offered, or the HTTP version found; empty: neither
     * @param timedOut nothing, or not enough, came in time
     */
    public record Found(boolean tls, String serverName, List<String> protocols, boolean timedOut) {

        public static final Found NOTHING = new Found(false, "", List.of(), false);
        static final Found TIMED_OUT = new Found(false, "", List.of(), true);

        public boolean speaksHttp1() {
            return protocols.contains("http/1.1") || protocols.contains("http/1.0");
        }

        static Found http(String version) {
            return new Found(false, "", List.of(version), false);
        }
    }

    private final boolean wantsHttp;
    private final Consumer<Found> next;
    private @Nullable ByteBuf seen;
    private @Nullable Future<?> timer;
    private boolean done;

    private FirstBytes(boolean wantsHttp, Consumer<Found> next) {
        this.wantsHttp = wantsHttp;
        this.next = next;
    }

    /**
     * Calls {@code next} once, on the loop, with reading switched off; not at all if the connection
     * ends before.
     *
     * @param wantsHttp whether HTTP and other plaintext must be told apart
     * @param timeout zero: none
     */
    public static void read(
            Channel channel, boolean wantsHttp, Duration timeout, Consumer<Found> next) {
        FirstBytes handler = new FirstBytes(wantsHttp, next);
        channel.pipeline().addFirst(handler);
        if (!timeout.isZero()) {
            handler.timer =
                    channel.eventLoop()
                            .schedule(
                                    () -> handler.finish(channel, Found.TIMED_OUT),
                                    timeout.toNanos(),
                                    TimeUnit.NANOSECONDS);
        }
        channel.read();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (done) {
            ctx.fireChannelRead(message);
            return;
        }
        ByteBuf before = seen;
        ByteBuf all = before == null ? bytes : joined(ctx, before, bytes);
        seen = all;
        Found found = look(all);
        if (found != null) {
            finish(ctx.channel(), found);
        }
    }

    /** Grows in steps: a client may send a byte at a time. */
    private static ByteBuf joined(ChannelHandlerContext ctx, ByteBuf before, ByteBuf more) {
        ByteBuf all = before;
        if (before.maxWritableBytes() < more.readableBytes()) {
            all = ctx.alloc().buffer(before.readableBytes() + more.readableBytes());
            all.writeBytes(before);
            before.release();
        }
        all.writeBytes(more);
        more.release();
        return all;
    }

    private @Nullable Found look(ByteBuf bytes) {
        return switch (ClientHello.peek(bytes, MAX_BYTES)) {
            case Peeked.Incomplete() -> bytes.readableBytes() >= MAX_BYTES ? Found.NOTHING : null;
            case Peeked.Hello(@Nullable String serverName, List<String> alpn) ->
                    new Found(true, serverName == null ? "" : serverName, alpn, false);
            case Peeked.NotTls() -> wantsHttp ? plaintext(bytes) : Found.NOTHING;
        };
    }

    private static @Nullable Found plaintext(ByteBuf bytes) {
        return switch (HttpSniffer.sniff(bytes, MAX_BYTES)) {
            case MORE_NEEDED -> null;
            case HTTP_1_0 -> Found.http("http/1.0");
            case HTTP_1_1 -> Found.http("http/1.1");
            case HTTP_2 -> Found.http("h2c");
            case OTHER -> Found.NOTHING;
        };
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (done) {
            ctx.fireChannelReadComplete();
        } else {
            ctx.read();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent && !done) {
            finish(ctx.channel(), Found.NOTHING); // no more will come: what there is decides
        }
        ctx.fireUserEventTriggered(event);
    }

    private void finish(Channel channel, Found found) {
        if (done || !channel.isActive()) {
            return;
        }
        done = true;
        if (timer != null) {
            timer.cancel(false);
        }
        next.accept(found);
        if (channel.isActive()) {
            channel.pipeline().remove(this);
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        ByteBuf bytes = seen;
        seen = null;
        if (bytes == null) {
            return;
        }
        if (done && ctx.channel().isActive()) {
            ctx.fireChannelRead(bytes);
            ctx.fireChannelReadComplete();
        } else {
            bytes.release();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        done = true;
        if (timer != null) {
            timer.cancel(false);
        }
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
