package dev.fairlead.agent.data.capture;

import dev.fairlead.iptables.PodRules;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.IntegerUnixChannelOption;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes sockets in one pod's network namespace. The only way by which the agent gets a socket for a
 * pod: whoever holds this can reach what the pod can reach, and nothing else.
 *
 * <p>All methods but {@link #open} run on the pod's worker loop, and so must the bootstraps'
 * connect and bind: the socket is made on the thread that calls them.
 */
public final class PodSockets implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(PodSockets.class);

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
    private static final String CHOSEN_PORTS = "/proc/sys/net/ipv4/ip_local_port_range"; // v6 too
    private static final String USUAL_PORTS = "32768 60999";
    private static final int PORTS_TRIED = 16;

    private final NetNamespace namespace;
    private @Nullable CallerPorts ports; // once one is needed

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
        return family(destination) == family(caller)
                ? from(loop, () -> bound(socket(caller), caller)).option(SO_MARK, PodRules.MARK)
                : upstream(loop, destination);
    }

    /**
     * Carries {@code caller}'s address, from a port that the caller does not use; from any where
     * too many are taken.
     */
    private EpollSocketChannel bound(EpollSocketChannel channel, InetAddress caller) {
        channel.config().setOption(transparent(caller), 1);
        int fd = channel.fd().intValue();
        CallerPorts own = callerPorts();
        try {
            for (int tried = 0; tried < PORTS_TRIED; tried++) {
                int port = own.next();
                if (port == CallerPorts.ANY) {
                    break;
                }
                if (Syscalls.bind(fd, caller, port)) {
                    return channel;
                }
            }
            // else the kernel takes a port of its own at bind, and there are but 28,000
            channel.config().setOption(IP_BIND_ADDRESS_NO_PORT, 1);
            if (Syscalls.bind(fd, caller, CallerPorts.ANY)) {
                return channel;
            }
            throw new BindException(caller.getHostAddress() + " has no port left");
        } catch (IOException e) {
            channel.unsafe().closeForcibly();
            throw new UncheckedIOException(e);
        }
    }

    private CallerPorts callerPorts() {
        CallerPorts known = ports;
        if (known == null) {
            String range = USUAL_PORTS;
            try {
                range = chosenPorts();
            } catch (IOException | UncheckedIOException e) {
                log.warn("taken to be {}: {} reason=\"{}\"", range, CHOSEN_PORTS, e.getMessage());
            }
            known = CallerPorts.besides(range, System.identityHashCode(this));
            ports = known;
        }
        return known;
    }

    /** The file is the namespace's in which it is opened. */
    private String chosenPorts() throws IOException {
        int fd =
                namespace.enter(() -> {
                    try {
                        return Syscalls.open(CHOSEN_PORTS);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
        try (var file = new FileInputStream("/proc/self/fd/" + fd)) {
            byte[] text = new byte[64]; // such a file is given whole to the first read, or not
            int length = Math.max(0, file.read(text));
            return new String(text, 0, length, StandardCharsets.US_ASCII);
        } finally {
            Syscalls.close(fd);
        }
    }

    /** As the pod's own processes make them: captured. For the self-test. */
    Bootstrap unmarked(EventLoop loop, InetAddress destination) {
        return from(loop, () -> socket(destination));
    }

    private static Bootstrap from(EventLoop loop, ChannelFactory<EpollSocketChannel> sockets) {
        return new Bootstrap()
                .group(loop)
                .channelFactory(sockets)
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

    private EpollSocketChannel socket(InetAddress address) {
        return namespace.enter(() -> new EpollSocketChannel(family(address)));
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
