package dev.fairlead.agent.data.header;

import dev.fairlead.agent.model.cluster.ProxyProtocol;
import io.netty.buffer.ByteBuf;
import io.netty.util.AttributeKey;
import io.netty.util.NetUtil;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/**
 * What a PROXY header says: from where a connection came and to where it was meant.
 *
 * <p>Source: HAProxy, "The PROXY protocol", sections 2.1 and 2.2.
 */
public record ProxyHeader(InetSocketAddress source, InetSocketAddress destination) {

    /** On an accepted connection that began with a header: what it said. */
    public static final AttributeKey<ProxyHeader> RECEIVED =
            AttributeKey.valueOf(ProxyHeader.class, "received");

    static final byte[] SIGNATURE = {13, 10, 13, 10, 0, 13, 10, 'Q', 'U', 'I', 'T', 10};
    static final int VERSION_2 = 0x20;
    static final int LOCAL = 0;
    static final int PROXY = 1;
    static final int TCP_OVER_IPV4 = 0x11;
    static final int TCP_OVER_IPV6 = 0x21;
    static final int IPV4_BYTES = 12;
    static final int IPV6_BYTES = 36;
    private static final int MAPPED_BYTES = 16;

    public ProxyHeader {
        if (source.isUnresolved() || destination.isUnresolved()) {
            throw new IllegalArgumentException("unresolved: " + source + " to " + destination);
        }
    }

    private boolean ipv4() {
        return source.getAddress() instanceof Inet4Address
                && destination.getAddress() instanceof Inet4Address;
    }

    /** Writes it in the form of {@code version}; NONE writes nothing. */
    public void write(ProxyProtocol version, ByteBuf into) {
        switch (version) {
            case NONE -> {}
            case V1 -> writeText(into);
            case V2 -> writeBinary(into);
        }
    }

    private void writeText(ByteBuf into) {
        into.writeCharSequence(
                "PROXY %s %s %s %d %d\r\n"
                        .formatted(
                                ipv4() ? "TCP4" : "TCP6",
                                text(source.getAddress()),
                                text(destination.getAddress()),
                                source.getPort(),
                                destination.getPort()),
                StandardCharsets.US_ASCII);
    }

    private String text(InetAddress address) {
        return ipv4() || !(address instanceof Inet4Address)
                ? NetUtil.toAddressString(address)
                : "::ffff:" + NetUtil.toAddressString(address);
    }

    private void writeBinary(ByteBuf into) {
        into.writeBytes(SIGNATURE);
        into.writeByte(VERSION_2 | PROXY);
        into.writeByte(ipv4() ? TCP_OVER_IPV4 : TCP_OVER_IPV6);
        into.writeShort(ipv4() ? IPV4_BYTES : IPV6_BYTES);
        into.writeBytes(binary(source.getAddress()));
        into.writeBytes(binary(destination.getAddress()));
        into.writeShort(source.getPort());
        into.writeShort(destination.getPort());
    }

    /** Beside an IPv6 address an IPv4 one is mapped: RFC 4291 section 2.5.5.2. */
    private byte[] binary(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (ipv4() || bytes.length == MAPPED_BYTES) {
            return bytes;
        }
        byte[] mapped = new byte[MAPPED_BYTES];
        mapped[10] = (byte) 0xff;
        mapped[11] = (byte) 0xff;
        System.arraycopy(bytes, 0, mapped, 12, bytes.length);
        return mapped;
    }
}
