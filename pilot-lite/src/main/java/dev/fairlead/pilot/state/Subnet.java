package dev.fairlead.pilot.state;

import com.google.common.net.InetAddresses;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * A range of addresses.
 *
 * @param network its first address; bits beyond {@code length} are zero
 * @param length of the prefix, in bits
 */
public record Subnet(InetAddress network, int length) {

    /**
     * The range that {@code a.b.c.d/xx}, or an address alone, stands for; null where it is none.
     */
    public static @Nullable Subnet of(String text) {
        int slash = text.indexOf('/');
        String address = slash < 0 ? text : text.substring(0, slash);
        if (!InetAddresses.isInetAddress(address)) {
            return null;
        }
        byte[] bytes = InetAddresses.forString(address).getAddress();
        String prefix = slash < 0 ? Integer.toString(bytes.length * 8) : text.substring(slash + 1);
        if (!prefix.matches("[0-9]{1,3}") || Integer.parseInt(prefix) > bytes.length * 8) {
            return null;
        }
        int length = Integer.parseInt(prefix);
        return new Subnet(network(bytes, length), length);
    }

    private static InetAddress network(byte[] address, int length) {
        byte[] masked = address.clone();
        for (int i = 0; i < masked.length; i++) {
            int bits = Math.clamp(length - i * 8L, 0, 8);
            masked[i] &= (byte) (0xff00 >> bits);
        }
        try {
            return InetAddress.getByAddress(masked);
        } catch (java.net.UnknownHostException e) {
            throw new IllegalStateException("4 or 16 bytes are an address", e);
        }
    }

    /** Whether an address, in text, is in it. */
    public boolean contains(String address) {
        byte[] bytes = InetAddresses.forString(address).getAddress();
        return bytes.length == network.getAddress().length
                && network(bytes, length).equals(network);
    }

    /** In CIDR form. */
    @Override
    public String toString() {
        return InetAddresses.toAddrString(network) + "/" + length;
    }
}
