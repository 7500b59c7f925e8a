package dev.fairlead.wire.tokens;

import dev.fairlead.wire.identity.SpiffeId;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;

/**
 * TLS 1.3 between the mesh's own processes, by the JDK's provider (these connections are few): the
 * server presents a SPIFFE certificate, the client a token.
 */
public final class SpiffeTls {

    private static final String PROTOCOL = "TLSv1.3";
    private static final int KEEPALIVE_SECONDS =
            20; // a dead server is noticed within half a minute
    private static final int PERMITTED_KEEPALIVE_SECONDS = 10;

    /** A Service may lead to a pod that is gone; the next attempt leads elsewhere. */
    private static final int CONNECT_MILLIS = 3_000;

    /** The shortest that can be said: connections are few, and each is to be checked. */
    private static final int SESSION_SECONDS = 1;

    private SpiffeTls() {}

    /** For callers without loops of their own; they keep no process alive. */
    private static final class SharedLoops {
        static final EventLoopGroup NIO =
                new MultiThreadIoEventLoopGroup(
                        new DefaultThreadFactory("control", true), NioIoHandler.newFactory());
    }

    /** {@link #channel(String, Path, SpiffeId, EventLoopGroup, Supplier)} on loops of ours. */
    public static NettyChannelBuilder channel(String hostPort, Path bundle, SpiffeId expected) {
        return channel(hostPort, bundle, expected, SharedLoops.NIO, NioSocketChannel::new);
    }

    /**
     * A channel to a server of ours. Before the bundle file exists calls fail UNAVAILABLE; later
     * calls of the same channel see it. What {@code ca-crl.pem} beside it takes back is not spoken
     * to, and connections that are open end.
     *
     * @param hostPort {@code host:port}, {@code [v6]:port}
     * @param sockets of the kind that {@code loop} is for
     */
    public static NettyChannelBuilder channel(
            String hostPort,
            Path bundle,
            SpiffeId expected,
            EventLoopGroup loop,
            Supplier<? extends Channel> sockets) {
        InetSocketAddress address = address(hostPort);
        MeshTrust trust = new MeshTrust(bundle);
        return NettyChannelBuilder.forAddress(address.getHostString(), address.getPort())
                .sslContext(client(trust, expected))
                .eventLoopGroup(loop)
                .channelFactory(() -> {
                    Channel channel = sockets.get();
                    channel.pipeline().addLast(new ServerWatch(trust));
                    return channel;
                })
                .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
                .keepAliveTime(KEEPALIVE_SECONDS, TimeUnit.SECONDS)
                .keepAliveTimeout(KEEPALIVE_SECONDS / 2, TimeUnit.SECONDS);
    }

    /** A server that presents {@code key}; permits the keepalive of {@link #channel}. */
    public static NettyServerBuilder server(InetSocketAddress listen, LiveKey key) {
        return NettyServerBuilder.forAddress(listen)
                .sslContext(serverContext(key))
                .permitKeepAliveTime(PERMITTED_KEEPALIVE_SECONDS, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true);
    }

    /** Trusts exactly {@code expected}. The JDK does not look at peers of resumed sessions. */
    private static SslContext client(MeshTrust trust, SpiffeId expected) {
        return build(
                SslContextBuilder.forClient()
                        .trustManager(new ServerIdentityCheck(trust, expected))
                        .sessionTimeout(SESSION_SECONDS));
    }

    private static SslContext serverContext(LiveKey key) {
        return build(SslContextBuilder.forServer(key));
    }

    private static SslContext build(SslContextBuilder builder) {
        try {
            return GrpcSslContexts.configure(builder, SslProvider.JDK).protocols(PROTOCOL).build();
        } catch (SSLException e) {
            throw new IllegalStateException("TLS context", e);
        }
    }

    /** {@code host:port} as an unresolved address. IllegalArgumentException where it is none. */
    public static InetSocketAddress address(String hostPort) {
        int colon = hostPort.lastIndexOf(':');
        String host = colon < 0 ? "" : hostPort.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.contains(":")) {
            host = "";
        }
        try {
            if (!host.isEmpty()) {
                return InetSocketAddress.createUnresolved(
                        host, Integer.parseInt(hostPort.substring(colon + 1)));
            }
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("\"" + hostPort + "\" is not host:port", e);
        }
        throw new IllegalArgumentException("\"" + hostPort + "\" is not host:port");
    }
}
