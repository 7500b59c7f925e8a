package dev.fairlead.agent.data.header;

import io.netty.buffer.ByteBuf;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads a PROXY header of either version from a connection's first bytes, without taking them.
 * Pure.
 *
 * <p>Source: HAProxy, "The PROXY protocol", sections 2.1 and 2.2.
 */
final class ProxyHeaderParser {

    /** What the bytes so far are. */
    sealed interface Parsed {

        /** They may become a header: read more. */
        record Incomplete(boolean certainly) implements Parsed {}

        /** They begin no header. */
        record Absent() implements Parsed {}

        /** They begin a header that nobody may send. */
        record Malformed(String reason) implements Parsed {}

        /**
         * They begin with a whole one.
         *
         * @param length in bytes, addresses and extensions included
         * @param said null: it says that there is nothing to say (LOCAL, UNKNOWN)
         */
        record Found(int length, @Nullable ProxyHeader said) implements Parsed {}
    }

    /** Section 2.1: the longest line of version 1, its end included. */
    static final int MAX_TEXT_BYTES = 107;

    /** Of version 2: far more than any extension in use needs. */
    static final int MAX_BINARY_BYTES = 4096;

    private static final byte[] TEXT = "PROXY ".getBytes(StandardCharsets.US_ASCII);
    private static final int FIXED_BYTES = ProxyHeader.SIGNATURE.length + 4;
    private static final int MAX_PORT = 65_535;
    private static final Parsed ABSENT = new Parsed.Absent();

    private ProxyHeaderParser() {}

    static Parsed parse(ByteBuf bytes) {
        if (!bytes.isReadable()) {
            return new Parsed.Incomplete(false);
        }
        byte first = bytes.getByte(bytes.readerIndex());
        if (first == TEXT[0]) {
            return begins(bytes, TEXT) ? text(bytes) : ABSENT;
        }
        return begins(bytes, ProxyHeader.SIGNATURE) ? binary(bytes) : ABSENT;
    }

    /** Whether all that there is of {@code prefix} is as it should be. */
    private static boolean begins(ByteBuf bytes, byte[] prefix) {
        int count = Math.min(prefix.length, bytes.readableBytes());
        for (int i = 0; i < count; i++) {
            if (bytes.getByte(bytes.readerIndex() + i) != prefix[i]) {
                return false;
            }
        }
        return true;
    }

    private static Parsed text(ByteBuf bytes) {
        int start = bytes.readerIndex();
        int readable = Math.min(bytes.readableBytes(), MAX_TEXT_BYTES);
        if (readable < TEXT.length) {
            return new Parsed.Incomplete(false);
        }
        int feed = bytes.indexOf(start, start + readable, (byte) '\n');
        if (feed < 0) {
            return readable == MAX_TEXT_BYTES
                    ? new Parsed.Malformed("a line of more than " + MAX_TEXT_BYTES + " bytes")
                    : new Parsed.Incomplete(true);
        }
        if (bytes.getByte(feed - 1) != '\r') {
            return new Parsed.Malformed("a line that does not end in CR LF");
        }
        int length = feed + 1 - start;
        String line =
                bytes.toString(
                        start + TEXT.length, length - TEXT.length - 2, StandardCharsets.ISO_8859_1);
        if (line.equals("UNKNOWN") || line.startsWith("UNKNOWN ")) {
            return new Parsed.Found(length, null);
        }
        ProxyHeader said = said(List.of(line.split(" ", -1)));
        return said == null
                ? new Parsed.Malformed("neither TCP4, TCP6 nor UNKNOWN in their form")
                : new Parsed.Found(length, said);
    }

    /** Family, both addresses, both ports; null where they are not that. */
    private static @Nullable ProxyHeader said(List<String> words) {
        boolean ipv4 = words.getFirst().equals("TCP4");
        if (words.size() != 5 || !(ipv4 || words.getFirst().equals("TCP6"))) {
            return null;
        }
        InetAddress source = address(words.get(1), ipv4);
        InetAddress destination = address(words.get(2), ipv4);
        int sourcePort = port(words.get(3));
        int destinationPort = port(words.get(4));
        return source == null || destination == null || sourcePort < 0 || destinationPort < 0
                ? null
                : new ProxyHeader(
                        new InetSocketAddress(source, sourcePort),
                        new InetSocketAddress(destination, destinationPort));
    }

    private static @Nullable InetAddress address(String text, boolean ipv4) {
        boolean valid =
                ipv4
                        ? NetUtil.isValidIpV4Address(text)
                        : NetUtil.isValidIpV6Address(text) && !text.contains("%");
        if (!valid || text.contains("[")) {
            return null;
        }
        return address(NetUtil.createByteArrayFromIpAddressString(text));
    }

    private static @Nullable InetAddress address(byte @Nullable [] bytes) {
        try {
            return bytes == null ? null : InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 or 16 bytes are an address", e);
        }
    }

    /** Decimal, without leading zeros; -1 where it is not. */
    private static int port(String text) {
        if (!text.matches("0|[1-9][0-9]{0,4}")) {
            return -1;
        }
        int port = Integer.parseInt(text);
        return port > MAX_PORT ? -1 : port;
    }

    private static Parsed binary(ByteBuf bytes) {
        int start = bytes.readerIndex();
        int readable = bytes.readableBytes();
        int at = start + ProxyHeader.SIGNATURE.length;
        if (readable < FIXED_BYTES) {
            return new Parsed.Incomplete(readable >= ProxyHeader.SIGNATURE.length);
        }
        int command = bytes.getUnsignedByte(at) - ProxyHeader.VERSION_2;
        int family = bytes.getUnsignedByte(at + 1);
        int length = FIXED_BYTES + bytes.getUnsignedShort(at + 2);
        if (command != ProxyHeader.LOCAL && command != ProxyHeader.PROXY) {
            return new Parsed.Malformed("neither LOCAL nor PROXY of version 2");
        }
        int needed = command == ProxyHeader.LOCAL ? 0 : addressBytes(family);
        if (needed < 0) {
            return new Parsed.Malformed("family and protocol " + family);
        }
        if (length > MAX_BINARY_BYTES || length < FIXED_BYTES + needed) {
            return new Parsed.Malformed("length " + (length - FIXED_BYTES));
        }
        if (readable < length) {
            return new Parsed.Incomplete(true);
        }
        return new Parsed.Found(length, needed == 0 ? null : said(bytes, at + 4, needed));
    }

    /** 0: nothing is said of the addresses; -1: not of a TCP connection over IP. */
    private static int addressBytes(int family) {
        return switch (family) {
            case 0 -> 0;
            case ProxyHeader.TCP_OVER_IPV4 -> ProxyHeader.IPV4_BYTES;
            case ProxyHeader.TCP_OVER_IPV6 -> ProxyHeader.IPV6_BYTES;
            default -> -1;
        };
    }

    private static @Nullable ProxyHeader said(ByteBuf bytes, int at, int length) {
        int size = (length - 4) / 2;
        byte[] source = new byte[size];
        byte[] destination = new byte[size];
        bytes.getBytes(at, source).getBytes(at + size, destination);
        InetAddress from = address(source);
        InetAddress to = address(destination);
        return from == null || to == null
                ? null
                : new ProxyHeader(
                        new InetSocketAddress(from, bytes.getUnsignedShort(at + 2 * size)),
                        new InetSocketAddress(to, bytes.getUnsignedShort(at + 2 * size + 2)));
    }
}
