package dev.fairlead.iptables;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;

/** A block of addresses. Host bits are cleared: {@code 10.1.2.3/8} is {@code 10.0.0.0/8}. */
public record Cidr(InetAddress address, int prefix) {

    public Cidr {
        var bytes = address.getAddress();
        if (prefix < 0 || prefix > bytes.length * 8) {
            throw new IllegalArgumentException(
                    "prefix " + prefix + " of " + address.getHostAddress());
        }
        for (int bit = prefix; bit < bytes.length * 8; bit++) {
            bytes[bit / 8] &= (byte) ~(0x80 >> (bit % 8));
        }
        try {
            address = InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("address of " + bytes.length + " bytes", e);
        }
    }

    /**
     * The block that {@code text} writes; an address alone is itself. Names are not looked up:
     * IllegalArgumentException.
     */
    public static Cidr parse(String text) {
        int slash = text.indexOf('/');
        var address = InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash));
        int bits = address.getAddress().length * 8;
        try {
            return new Cidr(
                    address,
                    slash < 0
                            ? bits
                            : Integer.parseUnsignedInt(text, slash + 1, text.length(), 10));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("prefix length in \"" + text + "\"", e);
        }
    }

    public IpFamily family() {
        return address instanceof Inet4Address ? IpFamily.V4 : IpFamily.V6;
    }

    public boolean contains(InetAddress candidate) {
        return candidate.getAddress().length == address.getAddress().length
                && new Cidr(candidate, prefix).address.equals(address);
    }

    @Override
    public String toString() {
        return address.getHostAddress() + "/" + prefix;
    }
}
