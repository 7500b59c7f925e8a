package dev.fairlead.agent.data.relay;

import dev.fairlead.agent.model.request.ResponseFlag;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Two legs of one opaque connection on one loop. A leg that ends its sending ends the other's
 * receiving and goes on receiving; a leg that is reset resets the other; a leg that cannot take
 * more stops the other's reading.
 *
 * <p>On a leg with TLS, half an end is a bare FIN, without close_notify: BoringSSL through tcnative
 * answers a close_notify with its own and sends nothing afterwards, so with it the way back would
 * be lost. Who could forge a FIN on the wire can thus end one direction early, as with Envoy, which
 * takes a FIN for an end too. A whole end carries close_notify.
 *
 * <p>Owner: the loop of both channels.
 */
public final class Relay {

    /** Of a channel that we have reset. */
    private static final AttributeKey<Boolean> RESET = AttributeKey.valueOf(Relay.class, "reset");

    /** Who counts. All calls come on the loop; {@link #ended} is called once. */
    public interface Observer {

        /** Bytes on their way to the upstream. */
        void received(int bytes);

        /** Bytes on their way to the downstream. */
        void sent(int bytes);

        /** Nothing moved for long, and {@link #ended} follows. */
        void idle();

        void ended(ResponseFlag flag);
    }

    private final Observer observer;
    private final Channel downstream;
    private final Channel upstream;
    private final long idleNanos;
    private boolean ended;
    private long movedNanos = System.nanoTime();
    private @Nullable Future<?> idleTimer;

    private Relay(Channel downstream, Channel upstream, long idleNanos, Observer observer) {
        this.downstream = downstream;
        this.upstream = upstream;
        this.idleNanos = idleNanos;
        this.observer = observer;
    }

    /**
     * Joins two open channels and begins to read from both.
     *
     * @param idleNanos nothing moved for so long: both legs close; 0: never. Source: Envoy, TCP
     *     proxy, idle_timeout
     */
    public static Relay join(
            Channel downstream, Channel upstream, long idleNanos, Observer observer) {
        Relay relay = new Relay(downstream, upstream, idleNanos, observer);
        Leg down = relay.new Leg(downstream, upstream, true);
        Leg up = relay.new Leg(upstream, downstream, false);
        down.opposite = up;
        up.opposite = down;
        downstream.pipeline().addLast(down);
        upstream.pipeline().addLast(up);
        if (!downstream.isActive()) {
            relay.end(ResponseFlag.DOWNSTREAM_CLOSED);
            reset(upstream);
        } else if (!upstream.isActive()) {
            relay.end(ResponseFlag.UPSTREAM_CLOSED);
            reset(downstream);
        } else {
            if (idleNanos > 0) {
                relay.armIdleTimer(idleNanos);
            }
            up.readOn();
            down.readOn();
        }
        return relay;
    }

    /** Both legs end now. */
    public void cut(ResponseFlag flag) {
        end(flag);
        reset(downstream);
        reset(upstream);
    }

    private void end(ResponseFlag flag) {
        if (!ended) {
            ended = true;
            observer.ended(flag);
        }
    }

    private void armIdleTimer(long delayNanos) {
        idleTimer =
                downstream.eventLoop().schedule(this::checkIdle, delayNanos, TimeUnit.NANOSECONDS);
    }

    private void checkIdle() {
        long left = idleNanos - (System.nanoTime() - movedNanos);
        if (left > 0) {
            armIdleTimer(left);
            return;
        }
        if (!ended) {
            observer.idle();
        }
        cut(ResponseFlag.NONE);
    }

    /** Both channels are closed, or the last of them is about to be. */
    private void legClosed() {
        if (idleTimer != null && !downstream.isOpen() && !upstream.isOpen()) {
            idleTimer.cancel(false);
        }
    }

    /** What is read on one channel and written to the other. */
    private final class Leg extends ChannelInboundHandlerAdapter {

        private final Channel own;
        private final Channel other;
        private final boolean fromDownstream;
        private Leg opposite = this;
        private boolean inputEnded;
        private boolean reset;

        Leg(Channel own, Channel other, boolean fromDownstream) {
            this.own = own;
            this.other = other;
            this.fromDownstream = fromDownstream;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            int bytes = ((ByteBuf) message).readableBytes();
            if (fromDownstream) {
                observer.received(bytes);
            } else {
                observer.sent(bytes);
            }
            other.write(message, other.voidPromise());
            if (!other.isWritable()) {
                other.flush();
                readOn();
            }
        }

        /** As long as the other takes it; an input that has ended is not to be touched again. */
        void readOn() {
            if (!inputEnded && !((DuplexChannel) own).isInputShutdown()) {
                own.config().setAutoRead(other.isWritable());
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            movedNanos = System.nanoTime();
            other.flush();
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            movedNanos = System.nanoTime();
            opposite.readOn();
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof ChannelInputShutdownEvent
                    || event instanceof SslCloseCompletionEvent closed && closed.isSuccess()) {
                endInput();
            }
        }

        private void endInput() {
            if (inputEnded || reset) {
                return;
            }
            inputEnded = true;
            if (opposite.inputEnded) {
                end(ResponseFlag.NONE);
                closeAfterFlush(own);
                closeAfterFlush(other);
            } else {
                other.writeAndFlush(Unpooled.EMPTY_BUFFER)
                        .addListener(_ -> ((DuplexChannel) other).shutdownOutput());
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            if (reset) {
                end(fromDownstream ? ResponseFlag.DOWNSTREAM_CLOSED : ResponseFlag.UPSTREAM_CLOSED);
                Relay.reset(other);
            } else if (own.hasAttr(RESET)) { // who reads the other must not take it for an end
                end(ResponseFlag.NONE);
                Relay.reset(other);
            } else {
                end(ResponseFlag.NONE);
                closeAfterFlush(other);
            }
            legClosed();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            reset = true;
            Relay.reset(own);
        }
    }

    private static void closeAfterFlush(Channel channel) {
        if (channel.isActive()) {
            channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }
    }

    /**
     * Closes with RST, and without TLS's close_notify, so that the peer cannot take it for an
     * orderly end.
     */
    public static void reset(Channel channel) {
        if (channel.isOpen()) {
            channel.attr(RESET).set(true);
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
            ChannelHandlerContext first = channel.pipeline().firstContext();
            if (first == null) {
                channel.close();
            } else {
                first.close(); // past all handlers, TLS among them
            }
        }
    }
}
