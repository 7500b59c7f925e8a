package dev.fairlead.agent.data.capture;

import dev.fairlead.iptables.PodRules;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.IntegerUnixChannelOption;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;

/**
 * Makes sockets in one pod's network namespace. The only way by which the agent gets a socket for a
 * pod: whoever holds this can reach what the pod can reach, and nothing else.
 *
 * <p>All methods but {@link #open} run on the pod's worker loop, and so must the bootstraps'
 * connect and bind: the socket is made on the thread that calls them.
 */
public final class PodSockets implements AutoCloseable {

    // Numbers of the Linux socket API; x86-64 and arm64 agree on them.
    private static final int SOL_IP = 0;
    private static final int SOL_IPV6 = 41;
    private static final ChannelOption<Integer> SO_MARK =
            new IntegerUnixChannelOption("SO_MARK", 1, 36);
    private static final ChannelOption<Integer> IP_TRANSPARENT =
            new IntegerUnixChannelOption("IP_TRANSPARENT", SOL_IP, 19);
    private static final ChannelOption<Integer> IPV6_TRANSPARENT =
            new IntegerUnixChannelOption("IPV6_TRANSPARENT", SOL_IPV6, 75);
    private static final ChannelOption<Integer> IP_BIND_ADDRESS_NO_PORT =
            new IntegerUnixChannelOption("IP_BIND_ADDRESS_NO_PORT", SOL_IP, 24);

    private static final int BACKLOG = 4096; // the pod's somaxconn caps it

    private final NetNamespace namespace;

    private PodSockets(NetNamespace namespace) {
        this.namespace = namespace;
    }

    /** Sockets in the namespace at {@code netns}; IOException where there is none. */
    public static PodSockets open(Path netns) throws IOException {
        return new PodSockets(NetNamespace.open(netns));
    }

    /**
     * For a connection that leaves the pod, to {@code destination}, from the pod's own address.
     * Marked, so that it is not captured again. The caller adds the handler. Does not read until
     * told to.
     */
    public Bootstrap upstream(EventLoop loop, InetAddress destination) {
        return unmarked(loop, destination).option(SO_MARK, PodRules.MARK);
    }

    /**
     * For a connection to the pod's application at {@code destination} that carries {@code
     * caller}'s address. The rules bring the answers back. Where the two are of different families
     * the connection carries the pod's own address.
     */
    public Bootstrap toApplication(EventLoop loop, InetAddress destination, InetAddress caller) {
        var bootstrap = upstream(loop, destination);
        if (family(destination) != family(caller)) {
            return bootstrap;
        }
        return bootstrap
                .option(transparent(destination), 1)
                // else the kernel takes a port of its own at bind, and there are but 28,000
                .option(IP_BIND_ADDRESS_NO_PORT, 1)
                .localAddress(new InetSocketAddress(caller, 0));
    }

    /** As the pod's own processes make them: captured. For the self-test. */
    Bootstrap unmarked(EventLoop loop, InetAddress destination) {
        var family = family(destination);
        return new Bootstrap()
                .group(loop)
                .channelFactory(() -> namespace.enter(() -> new EpollSocketChannel(family)))
                .option(ChannelOption.AUTO_READ, false);
    }

    /** A listener for both families, where the kernel has both. */
    ServerBootstrap listener(EventLoop loop, boolean transparent) {
        var bootstrap =
                new ServerBootstrap()
                        .group(loop)
                        .channelFactory(() -> namespace.enter(EpollServerSocketChannel::new))
                        .option(ChannelOption.SO_BACKLOG, BACKLOG)
                        .option(ChannelOption.SO_REUSEADDR, true)
                        .childOption(ChannelOption.AUTO_READ, false);
        return transparent ? bootstrap.option(IP_TRANSPARENT, 1) : bootstrap;
    }

    private static SocketProtocolFamily family(InetAddress address) {
        return address instanceof Inet4Address
                ? SocketProtocolFamily.INET
                : SocketProtocolFamily.INET6;
    }

    private static ChannelOption<Integer> transparent(InetAddress address) {
        return address instanceof Inet4Address ? IP_TRANSPARENT : IPV6_TRANSPARENT;
    }

    /** Sockets that were made live on. May be repeated. */
    @Override
    public void close() {
        namespace.close();
    }
}
