package dev.fairlead.wire.tokens;

import dev.fairlead.wire.identity.SpiffeId;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.ChannelOption;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
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

    private SpiffeTls() {}

    /**
     * A channel to a server of ours. Before the bundle file exists calls fail UNAVAILABLE; later
     * calls of the same channel see it.
     *
     * @param hostPort {@code host:port}, {@code [v6]:port}
     */
    public static NettyChannelBuilder channel(String hostPort, Path bundle, SpiffeId expected) {
        InetSocketAddress address = address(hostPort);
        return NettyChannelBuilder.forAddress(address.getHostString(), address.getPort())
                .sslContext(client(bundle, expected))
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

    /** Trusts exactly {@code expected} under the PEM bundle in the file. */
    public static SslContext client(Path bundle, SpiffeId expected) {
        var trust = new ServerIdentityCheck(bundle, expected);
        return build(SslContextBuilder.forClient().trustManager(trust));
    }

    public static SslContext serverContext(LiveKey key) {
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
