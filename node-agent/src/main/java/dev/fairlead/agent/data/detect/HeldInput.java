package dev.fairlead.agent.data.detect;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;

/**
 * What a connection reads before anyone is there to take it, and that its input has ended. Reading
 * is off meanwhile, but bytes come all the same: with the peer's FIN, behind the last message of a
 * TLS handshake, and from {@link FirstBytes} when it leaves. Without this they would be lost while
 * an upstream connection is made.
 *
 * <p>It is the last handler of the pipeline; who takes over adds handlers behind it and calls
 * {@link #passOn}. Owner: the channel's loop. Bounded by the socket's receive buffer.
 */
public final class HeldInput extends ChannelInboundHandlerAdapter {

    private final ArrayDeque<Object> held = new ArrayDeque<>(2);
    private boolean inputEnded;

    private HeldInput() {}

    /** Holds what {@code channel} reads from now on. */
    public static void hold(Channel channel) {
        channel.pipeline().addLast(new HeldInput());
    }

    /** Gives what was held to the handlers behind, and holds no more. */
    public static void passOn(Channel channel) {
        HeldInput holder = channel.pipeline().get(HeldInput.class);
        if (holder != null) {
            channel.pipeline().remove(holder);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        held.add(message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        // said when it is passed on
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            inputEnded = true;
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        boolean any = !held.isEmpty();
        while (!held.isEmpty()) {
            Object message = held.remove();
            if (ctx.channel().isActive()) {
                ctx.fireChannelRead(message);
            } else {
                ReferenceCountUtil.release(message);
            }
        }
        if (any) {
            ctx.fireChannelReadComplete();
        }
        if (inputEnded) {
            ctx.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        }
    }
}
