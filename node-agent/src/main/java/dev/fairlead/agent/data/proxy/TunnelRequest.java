package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.data.relay.Relay;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.concurrent.Future;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * CONNECT on an upstream connection, and the head of its answer. What comes behind a 2xx is for who
 * takes over.
 *
 * <p>Source: Envoy, TCP proxy, tunneling_config; RFC 9110 §9.3.6. Owner: the channel's loop. Bound:
 * heads of {@link #MAX_HEAD} bytes, and the time that a connection may take.
 */
final class TunnelRequest extends ByteToMessageDecoder {

    /** Who wants the tunnel. Exactly one of both is called, once. */
    interface Waiter {
        /** It is open. Handlers that are added now get the first bytes. */
        void opened();

        /** The endpoint refuses, is silent, or says what no answer is; the connection is reset. */
        void refused();
    }

    private static final int MAX_HEAD = 16 * 1024; // that of a response, as elsewhere
    private static final int STATUS_AT = 9; // HTTP/1.1 200
    private static final int STATUS_END = 12;

    private final Waiter waiter;
    private @Nullable Future<?> timer;
    private boolean done;
    private int searched;

    private TunnelRequest(Waiter waiter) {
        this.waiter = waiter;
    }

    /** Asks for {@code target}, which is {@code host:port}. */
    static void send(Channel upstream, String target, Duration timeout, Waiter waiter) {
        var request = new TunnelRequest(waiter);
        upstream.pipeline().addLast(request);
        request.timer =
                upstream.eventLoop()
                        .schedule(
                                () -> request.refuse(upstream),
                                timeout.toNanos(),
                                TimeUnit.NANOSECONDS);
        ByteBuf head = upstream.alloc().buffer();
        ByteBufUtil.writeAscii(
                head, "CONNECT " + target + " HTTP/1.1\r\nhost: " + target + "\r\n\r\n");
        upstream.writeAndFlush(head);
        upstream.config().setAutoRead(true);
    }

    /** Nobody waits any more; a tunnel that is open stays. */
    static void cancel(Channel upstream) {
        TunnelRequest waiting = upstream.pipeline().get(TunnelRequest.class);
        if (waiting != null) {
            waiting.refuse(upstream);
        }
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        int end = done ? -1 : endOfHead(in);
        if (end < 0) {
            if (!done && in.readableBytes() > MAX_HEAD) {
                refuse(ctx.channel());
            }
            return;
        }
        int status = status(in.readSlice(end - in.readerIndex()));
        searched = 0;
        if (status >= 100 && status < 200 && status != 101) {
            return; // the answer proper is still to come
        }
        if (status < 200 || status >= 300) {
            refuse(ctx.channel());
            return;
        }
        finish();
        ctx.channel().config().setAutoRead(false);
        waiter.opened();
        ctx.pipeline().remove(this); // hands on what there is of the tunnel's bytes
    }

    /** Behind the empty line; -1: it is not there yet. */
    private int endOfHead(ByteBuf in) {
        int begin = in.readerIndex();
        for (int i = begin + Math.max(3, searched); i < in.writerIndex(); i++) {
            if (in.getByte(i) == '\n'
                    && in.getByte(i - 1) == '\r'
                    && in.getByte(i - 2) == '\n'
                    && in.getByte(i - 3) == '\r') {
                return i - begin < MAX_HEAD ? i + 1 : -1;
            }
        }
        searched = in.readableBytes();
        return -1;
    }

    /** Of a head; 0: it is none. */
    private static int status(ByteBuf head) {
        String line =
                head.toString(
                        head.readerIndex(),
                        Math.min(head.readableBytes(), STATUS_END + 1),
                        StandardCharsets.ISO_8859_1);
        if (line.length() <= STATUS_END
                || !(line.startsWith("HTTP/1.1 ") || line.startsWith("HTTP/1.0 "))
                || line.charAt(STATUS_END) != ' ' && line.charAt(STATUS_END) != '\r') {
            return 0;
        }
        int status = 0;
        for (int i = STATUS_AT; i < STATUS_END; i++) {
            int digit = line.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return 0;
            }
            status = status * 10 + digit;
        }
        return status;
    }

    private void finish() {
        done = true;
        if (timer != null) {
            timer.cancel(false);
        }
    }

    private void refuse(Channel upstream) {
        if (!done) {
            finish();
            Relay.reset(upstream);
            waiter.refused();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        refuse(ctx.channel());
        super.channelInactive(ctx);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
        super.userEventTriggered(ctx, event);
        if (event instanceof io.netty.channel.socket.ChannelInputShutdownEvent) {
            refuse(ctx.channel());
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        refuse(ctx.channel());
    }
}
