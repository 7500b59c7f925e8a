package dev.fairlead.lab.names;

import dev.fairlead.lab.cluster.network.DnsZone;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.handler.codec.dns.DatagramDnsQuery;
import io.netty.handler.codec.dns.DatagramDnsQueryDecoder;
import io.netty.handler.codec.dns.DatagramDnsResponse;
import io.netty.handler.codec.dns.DatagramDnsResponseEncoder;
import io.netty.handler.codec.dns.DefaultDnsQuery;
import io.netty.handler.codec.dns.DefaultDnsResponse;
import io.netty.handler.codec.dns.TcpDnsQueryDecoder;
import io.netty.handler.codec.dns.TcpDnsResponseEncoder;
import java.net.InetSocketAddress;
import java.util.function.Supplier;

/** Listens on port 53, UDP and TCP, and answers from the zone there is at that moment. */
public final class DnsServer {

    private static final int PORT = 53;

    private final EventLoopGroup group;
    private final Supplier<DnsZone> zone;

    /** {@code group} must be an epoll group. */
    public DnsServer(EventLoopGroup group, Supplier<DnsZone> zone) {
        this.group = group;
        this.zone = zone;
    }

    /** Listens at {@code address}; an exception says why it cannot. */
    public void listen(String address) throws InterruptedException {
        InetSocketAddress at = new InetSocketAddress(address, PORT);
        new Bootstrap()
                .group(group)
                .channel(EpollDatagramChannel.class)
                .handler(
                        new ChannelInitializer<Channel>() {
                            @Override
                            protected void initChannel(Channel channel) {
                                channel.pipeline()
                                        .addLast(
                                                new DatagramDnsQueryDecoder(),
                                                new DatagramDnsResponseEncoder(),
                                                new OverUdp());
                            }
                        })
                .bind(at)
                .sync();
        new ServerBootstrap()
                .group(group)
                .channel(EpollServerSocketChannel.class)
                .childHandler(
                        new ChannelInitializer<Channel>() {
                            @Override
                            protected void initChannel(Channel channel) {
                                channel.pipeline()
                                        .addLast(
                                                new TcpDnsQueryDecoder(),
                                                new TcpDnsResponseEncoder(),
                                                new OverTcp());
                            }
                        })
                .bind(at)
                .sync();
    }

    private final class OverUdp extends SimpleChannelInboundHandler<DatagramDnsQuery> {
        @Override
        protected void channelRead0(ChannelHandlerContext ctx, DatagramDnsQuery query) {
            var response = new DatagramDnsResponse(query.recipient(), query.sender(), query.id());
            ctx.writeAndFlush(DnsAnswers.fill(response, query, zone.get()), ctx.voidPromise());
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            // a malformed datagram: nobody is there to tell
        }
    }

    private final class OverTcp extends SimpleChannelInboundHandler<DefaultDnsQuery> {
        @Override
        protected void channelRead0(ChannelHandlerContext ctx, DefaultDnsQuery query) {
            var response = new DefaultDnsResponse(query.id());
            ctx.writeAndFlush(DnsAnswers.fill(response, query, zone.get()), ctx.voidPromise());
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }
}
