package dev.fairlead.agent.data.relay;

import dev.fairlead.agent.data.detect.HeldInput;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.TimeUnit;

/**
 * The end of a connection that nobody serves: its peer sees an end and no reset. What still comes
 * is thrown away, until the peer has ended too, or for a second. Owner: the channel's loop.
 */
public final class GentleClose extends ChannelInboundHandlerAdapter {

    private static final long LINGER_SECONDS = 1;

    private GentleClose() {}

    /** Ends {@code channel}, of which nothing has been passed on yet. */
    public static void of(Channel channel) {
        channel.pipeline().addLast(new GentleClose());
        HeldInput.passOn(channel);
        var timer =
                channel.eventLoop()
                        .schedule(() -> channel.close(), LINGER_SECONDS, TimeUnit.SECONDS);
        channel.closeFuture().addListener(_ -> timer.cancel(false));
        SslHandler ssl = channel.pipeline().get(SslHandler.class);
        if (ssl == null) {
            channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(_ -> shutdown(channel));
        } else {
            ssl.closeOutbound().addListener(_ -> shutdown(channel));
        }
        channel.config().setAutoRead(true);
    }

    private static void shutdown(Channel channel) {
        if (channel.isActive()) {
            ((DuplexChannel) channel).shutdownOutput();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ReferenceCountUtil.release(message);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            ctx.close();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
