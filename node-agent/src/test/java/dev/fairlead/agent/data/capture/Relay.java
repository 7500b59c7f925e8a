package dev.fairlead.agent.data.capture;

import dev.fairlead.agent.model.workload.LocalPod;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollSocketChannel;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The least that a proxy does: connects to where the connection wanted to go, says {@code out} or
 * {@code in} to the caller, then passes bytes on.
 */
final class Relay implements CapturedPod.Handlers {

    final List<RefusalReason> refused = new CopyOnWriteArrayList<>();

    @Override
    public AcceptedConnections connectionsOf(LocalPod pod, EventLoop loop, PodSockets sockets) {
        return new AcceptedConnections() {
            @Override
            public void outbound(EpollSocketChannel downstream, InetSocketAddress destination) {
                connect(
                        downstream,
                        sockets.upstream(loop, destination.getAddress()),
                        destination,
                        "out ");
            }

            @Override
            public void inbound(EpollSocketChannel downstream, InetSocketAddress destination) {
                var caller = downstream.remoteAddress().getAddress();
                connect(
                        downstream,
                        sockets.toApplication(loop, destination.getAddress(), caller),
                        destination,
                        "in ");
            }

            @Override
            public void refused(boolean inbound, RefusalReason reason) {
                refused.add(reason);
            }
        };
    }

    private static void connect(
            Channel downstream, Bootstrap bootstrap, InetSocketAddress to, String said) {
        var connect = bootstrap.handler(new PassTo(downstream)).connect(to);
        connect.addListener(_ -> {
            if (!connect.isSuccess()) {
                Resets.reset(downstream);
                return;
            }
            downstream.writeAndFlush(Unpooled.copiedBuffer(said, StandardCharsets.US_ASCII));
            downstream.pipeline().addLast(new PassTo(connect.channel()));
            downstream.config().setAutoRead(true);
            connect.channel().config().setAutoRead(true);
        });
    }

    private static final class PassTo extends ChannelInboundHandlerAdapter {
        private final Channel other;

        private PassTo(Channel other) {
            this.other = other;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object bytes) {
            other.writeAndFlush(bytes);
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            other.close();
        }
    }
}
