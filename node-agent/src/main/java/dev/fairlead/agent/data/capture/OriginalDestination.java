package dev.fairlead.agent.data.capture;

import io.netty.channel.ChannelException;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.RawUnixChannelOption;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Where a captured connection wanted to go.
 *
 * <p>Thread: the channel's loop. Cost: one system call. Source: SO_ORIGINAL_DST and
 * IP6T_SO_ORIGINAL_DST of netfilter's connection tracking.
 */
final class OriginalDestination {

    private static final RawUnixChannelOption V4 =
            new RawUnixChannelOption("SO_ORIGINAL_DST", 0, 80, 16); // struct sockaddr_in
    private static final RawUnixChannelOption V6 =
            new RawUnixChannelOption("IP6T_SO_ORIGINAL_DST", 41, 80, 28); // struct sockaddr_in6

    private OriginalDestination() {}

    /** Of a connection that was redirected; null: it was made straight to the listener. */
    static @Nullable InetSocketAddress redirected(EpollSocketChannel channel) {
        boolean four = channel.remoteAddress().getAddress() instanceof Inet4Address;
        try {
            return parse(channel.config().getOption(four ? V4 : V6));
        } catch (ChannelException e) {
            return null; // ENOENT: no translation is known of it
        }
    }

    /** Of a connection that TPROXY handed over: its local address. */
    static InetSocketAddress transparent(EpollSocketChannel channel) {
        return channel.localAddress();
    }

    /** Reads {@code struct sockaddr_in} (16 bytes) or {@code sockaddr_in6} (28). */
    static InetSocketAddress parse(ByteBuffer raw) {
        int start = raw.position();
        int port = Short.toUnsignedInt(raw.getShort(start + 2)); // network order, as the buffer's
        boolean four = raw.remaining() == 16;
        var address = new byte[four ? 4 : 16];
        raw.get(start + (four ? 4 : 8), address);
        try {
            // an IPv4-mapped IPv6 address becomes the IPv4 address
            return new InetSocketAddress(InetAddress.getByAddress(address), port);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("address of " + address.length + " bytes", e);
        }
    }
}
