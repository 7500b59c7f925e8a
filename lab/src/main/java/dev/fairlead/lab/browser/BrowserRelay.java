package dev.fairlead.lab.browser;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.net.SocketAddress;
import java.util.Optional;
import java.util.function.Supplier;

/** Relays the bytes of one {@link BrowserDoor} to where its target is at that moment. */
public final class BrowserRelay {

    private final EventLoopGroup group;

    /** {@code group} must be an epoll group. */
    public BrowserRelay(EventLoopGroup group) {
        this.group = group;
    }

    /** Accepts at {@code door}; a connection is closed when {@code target} has no address. */
    public void open(BrowserDoor door, Supplier<Optional<SocketAddress>> target) {
        new ServerBootstrap()
                .group(group)
                .channelFactory(() -> new EpollServerSocketChannel(door.fd()))
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childHandler(
                        new ChannelInitializer<Channel>() {
                            @Override
                            protected void initChannel(Channel browser) {
                                connect(browser, target.get());
                            }
                        })
                .register();
    }

    private static void connect(Channel browser, Optional<SocketAddress> target) {
        if (target.isEmpty()) {
            browser.close();
            return;
        }
        boolean unix = target.get() instanceof DomainSocketAddress;
        new Bootstrap()
                .group(browser.eventLoop())
                .channel(unix ? EpollDomainSocketChannel.class : EpollSocketChannel.class)
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .handler(new Leg(browser))
                .connect(target.get())
                .addListener(
                        (ChannelFutureListener)
                                connected -> {
                                    if (!connected.isSuccess()) {
                                        browser.close();
                                        return;
                                    }
                                    browser.pipeline().addLast(new Leg(connected.channel()));
                                    browser.read();
                                    connected.channel().read();
                                });
    }

    /** One direction: what comes in here goes out at {@code other}, one read at a time. */
    private static final class Leg extends ChannelInboundHandlerAdapter {

        private final Channel other;

        Leg(Channel other) {
            this.other = other;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            other.writeAndFlush(message)
                    .addListener(
                            (ChannelFutureListener)
                                    written -> {
                                        if (written.isSuccess()) {
                                            ctx.read();
                                        } else {
                                            ctx.close();
                                        }
                                    });
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof io.netty.channel.socket.ChannelInputShutdownEvent) {
                ((io.netty.channel.socket.DuplexChannel) other).shutdownOutput();
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            other.close();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }
}
