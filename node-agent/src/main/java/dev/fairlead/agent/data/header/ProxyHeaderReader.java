package dev.fairlead.agent.data.header;

import dev.fairlead.agent.data.header.ProxyHeaderParser.Parsed;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes the PROXY header off the front of a connection, if it has one, and then leaves the
 * pipeline; what came behind the header goes through the pipeline from its head, past the handlers
 * that were added meanwhile.
 *
 * <p>Owner: the channel's loop. Holds no more than one header and one read.
 */
public final class ProxyHeaderReader extends ChannelInboundHandlerAdapter {

    /** How it ended. */
    public sealed interface Outcome {

        /**
         * @param said null: that there is nothing to say
         */
        record Found(@Nullable ProxyHeader said) implements Outcome {}

        /**
         * The connection begins with other bytes.
         *
         * @param timedOut or with none, in time
         */
        record Absent(boolean timedOut) implements Outcome {}

        /** It is none that may be sent, or it did not come to its end. */
        record Malformed(String reason) implements Outcome {}
    }

    private final Consumer<Outcome> next;
    private ByteBuf seen = Unpooled.EMPTY_BUFFER;
    private @Nullable Future<?> timer;
    private boolean done;

    private ProxyHeaderReader(Consumer<Outcome> next) {
        this.next = next;
    }

    /**
     * Calls {@code next} once, on the loop, with reading switched off; not at all if the connection
     * ends before.
     *
     * @param timeout zero: none
     */
    public static void read(Channel channel, Duration timeout, Consumer<Outcome> next) {
        var handler = new ProxyHeaderReader(next);
        channel.pipeline().addFirst(handler);
        if (!timeout.isZero()) {
            handler.timer =
                    channel.eventLoop()
                            .schedule(
                                    () -> handler.noMore(channel, true),
                                    timeout.toNanos(),
                                    TimeUnit.NANOSECONDS);
        }
        channel.read();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (done) {
            ctx.fireChannelRead(message);
            return;
        }
        append(ctx, (ByteBuf) message);
        switch (ProxyHeaderParser.parse(seen)) {
            case Parsed.Incomplete _ -> {}
            case Parsed.Absent() -> finish(ctx.channel(), new Outcome.Absent(false));
            case Parsed.Malformed(String reason) ->
                    finish(ctx.channel(), new Outcome.Malformed(reason));
            case Parsed.Found(int length, @Nullable ProxyHeader said) -> {
                seen.skipBytes(length);
                finish(ctx.channel(), new Outcome.Found(said));
            }
        }
    }

    private void append(ChannelHandlerContext ctx, ByteBuf bytes) {
        if (!seen.isReadable()) {
            seen.release();
            seen = bytes;
            return;
        }
        ByteBuf all = ctx.alloc().buffer(seen.readableBytes() + bytes.readableBytes());
        all.writeBytes(seen).writeBytes(bytes);
        seen.release();
        bytes.release();
        seen = all;
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
            noMore(ctx.channel(), false);
            ctx.channel().pipeline().fireUserEventTriggered(event); // for who came before us, too
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    /** What there is decides. */
    private void noMore(Channel channel, boolean timedOut) {
        if (ProxyHeaderParser.parse(seen) instanceof Parsed.Incomplete(boolean certainly)
                && certainly) {
            finish(channel, new Outcome.Malformed("no end"));
        } else {
            finish(channel, new Outcome.Absent(timedOut));
        }
    }

    private void finish(Channel channel, Outcome outcome) {
        if (done || !channel.isActive()) {
            return;
        }
        done = true;
        cancel();
        ByteBuf rest = seen;
        seen = Unpooled.EMPTY_BUFFER;
        next.accept(outcome);
        if (channel.isActive() && rest.isReadable()) {
            channel.pipeline().remove(this);
            channel.pipeline().fireChannelRead(rest);
            channel.pipeline().fireChannelReadComplete();
        } else {
            rest.release();
            if (channel.isActive()) {
                channel.pipeline().remove(this);
            }
        }
    }

    private void cancel() {
        if (timer != null) {
            timer.cancel(false);
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        seen.release();
        seen = Unpooled.EMPTY_BUFFER;
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        done = true;
        cancel();
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
