package dev.fairlead.agent.data.capture;

import java.net.InetAddress;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which addresses may be carried to: as original destination, endpoint, DNS answer or passthrough.
 * A pure function. What a pod may reach otherwise is the network's business, not ours.
 *
 * <p>Thread: any, if the predicate is. Cost: none for most ports.
 */
public final class AddressPolicy {

    /** Outbound, inbound, HBONE and DNS listeners in every enrolled pod. */
    private static final Set<Integer> OWN_PORTS = Set.of(15001, 15006, 15008, 15053);

    private final Predicate<InetAddress> podOfOurs;

    /**
     * @param podOfOurs whether an address is a mesh pod's, where {@link #OWN_PORTS} are ours
     */
    public AddressPolicy(Predicate<InetAddress> podOfOurs) {
        this.podOfOurs = podOfOurs;
    }

    /** Why {@code address} is not to be connected to, or null: it may be. */
    public @Nullable RefusalReason refusal(InetAddress address, int port) {
        var reason = special(address);
        if (reason != null) {
            return reason;
        }
        return OWN_PORTS.contains(port) && podOfOurs.test(address)
                ? RefusalReason.OWN_LISTENER
                : null;
    }

    /** The same for what enters a pod: there {@code address} is the pod's own, so ours. */
    public static @Nullable RefusalReason inboundRefusal(InetAddress address, int port) {
        var reason = special(address);
        if (reason != null) {
            return reason;
        }
        return OWN_PORTS.contains(port) ? RefusalReason.OWN_LISTENER : null;
    }

    boolean isOurs(InetAddress address) {
        return podOfOurs.test(address);
    }

    private static @Nullable RefusalReason special(InetAddress address) {
        if (address.isLoopbackAddress()) {
            return RefusalReason.LOOPBACK;
        }
        if (address.isLinkLocalAddress()) {
            return RefusalReason.LINK_LOCAL;
        }
        var bytes = address.getAddress();
        // 0.0.0.0/8 is this host; 255.255.255.255 everybody
        boolean thisOrAll = bytes.length == 4 && (bytes[0] == 0 || isBroadcast(bytes));
        if (thisOrAll || address.isAnyLocalAddress() || address.isMulticastAddress()) {
            return RefusalReason.MULTICAST;
        }
        return bytes.length == 16 ? embedded(bytes) : null;
    }

    /**
     * IPv6 forms that hosts or their translators take for an IPv4 address: ::a.b.c.d,
     * ::ffff:0:a.b.c.d and NAT64's 64:ff9b::a.b.c.d (RFC 6052).
     */
    private static @Nullable RefusalReason embedded(byte[] bytes) {
        boolean nat64 =
                bytes[0] == 0
                        && bytes[1] == 0x64
                        && bytes[2] == (byte) 0xff
                        && bytes[3] == (byte) 0x9b
                        && allZero(bytes, 4, 12);
        boolean translated =
                allZero(bytes, 0, 8)
                        && bytes[8] == (byte) 0xff
                        && bytes[9] == (byte) 0xff
                        && allZero(bytes, 10, 12);
        boolean compatible = allZero(bytes, 0, 12);
        if (!nat64 && !translated && !compatible) {
            return null;
        }
        try {
            return special(InetAddress.getByAddress(java.util.Arrays.copyOfRange(bytes, 12, 16)));
        } catch (java.net.UnknownHostException e) {
            throw new IllegalStateException("four bytes are an address", e);
        }
    }

    private static boolean isBroadcast(byte[] bytes) {
        return (bytes[0] & bytes[1] & bytes[2] & bytes[3]) == -1;
    }

    private static boolean allZero(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return true;
    }
}
