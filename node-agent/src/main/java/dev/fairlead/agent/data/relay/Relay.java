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

/**
 * Two legs of one opaque connection on one loop. A leg that ends its sending ends the other's
 * receiving and goes on receiving; a leg that is reset resets the other; a leg that cannot take
 * more stops the other's reading.
 *
 * <p>Owner: the loop of both channels.
 */
public final class Relay {

    /** Who counts. All calls come on the loop; {@link #ended} is the last. */
    public interface Observer {

        /** Bytes on their way to the upstream. */
        void received(int bytes);

        /** Bytes on their way to the downstream. */
        void sent(int bytes);

        void ended(ResponseFlag flag);
    }

    private final Observer observer;
    private boolean ended;

    private Relay(Observer observer) {
        this.observer = observer;
    }

    /** Joins two open channels and begins to read from both. */
    public static void join(Channel downstream, Channel upstream, Observer observer) {
        Relay relay = new Relay(observer);
        Leg down = relay.new Leg(downstream, upstream, true);
        Leg up = relay.new Leg(upstream, downstream, false);
        down.opposite = up;
        up.opposite = down;
        downstream.pipeline().addLast(down);
        upstream.pipeline().addLast(up);
        if (!downstream.isActive()) {
            down.gone(false);
        } else if (!upstream.isActive()) {
            up.gone(false);
        } else {
            upstream.config().setAutoRead(true);
            downstream.config().setAutoRead(true);
        }
    }

    private void end(ResponseFlag flag) {
        if (!ended) {
            ended = true;
            observer.ended(flag);
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
                own.config().setAutoRead(other.isWritable());
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            other.flush();
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            other.config().setAutoRead(own.isWritable());
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof ChannelInputShutdownEvent
                    || event instanceof SslCloseCompletionEvent) {
                endInput();
            }
        }

        private void endInput() {
            if (inputEnded) {
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
            gone(reset);
        }

        void gone(boolean wasReset) {
            if (wasReset) {
                end(fromDownstream ? ResponseFlag.DOWNSTREAM_CLOSED : ResponseFlag.UPSTREAM_CLOSED);
                reset(other);
            } else {
                end(ResponseFlag.NONE);
                closeAfterFlush(other);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            reset = true;
            ctx.close();
        }
    }

    private static void closeAfterFlush(Channel channel) {
        if (channel.isActive()) {
            channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }
    }

    /** Closes with RST, so that the peer cannot take it for an orderly end. */
    public static void reset(Channel channel) {
        if (channel.isOpen()) {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
            channel.close();
        }
    }
}
