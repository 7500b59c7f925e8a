package dev.fairlead.agent.control.xds.compile;

import dev.fairlead.agent.model.request.Cidr;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.core.v3.CidrRange;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;

/** Values that several types have: addresses, ranges, ports, durations, sources. */
final class Values {

    private static final int MAX_PORT = 65535;

    private Values() {}

    /** An IP address in its usual text form; a name is not looked up but refused. */
    static InetAddress address(String text, At at) throws Refusal {
        try {
            boolean v6 = text.indexOf(':') >= 0;
            InetAddress address = InetAddress.ofLiteral(text);
            // ofLiteral also reads 127.1, mapped and scoped addresses: one text, one address.
            boolean usual =
                    v6
                            ? address.getAddress().length == 16 && text.indexOf('%') < 0
                            : address.getHostAddress().equals(text);
            if (usual) {
                return address;
            }
        } catch (IllegalArgumentException e) {
            // said below
        }
        throw at.refuse("\"" + text + "\" is not an IP address");
    }

    static InetSocketAddress socketAddress(Address address, At at) throws Refusal {
        At socketAt = at.field("socket_address");
        var socket = address.getSocketAddress();
        InetAddress ip = address(socket.getAddress(), socketAt.field("address"));
        int port = port(socket.getPortValue(), socketAt.field("port_value"));
        return new InetSocketAddress(ip, port);
    }

    static int port(int value, At at) throws Refusal {
        if (value < 1 || value > MAX_PORT) {
            throw at.refuse(Integer.toUnsignedString(value) + " is not a port");
        }
        return value;
    }

    /** Bits after the prefix are dropped, as Envoy does. */
    static Cidr range(CidrRange range, At at) throws Refusal {
        InetAddress address = address(range.getAddressPrefix(), at.field("address_prefix"));
        byte[] bytes = address.getAddress();
        int length = range.getPrefixLen().getValue();
        if (length < 0 || length > bytes.length * 8) {
            throw at.field("prefix_len").refuse(Integer.toUnsignedString(length) + " bits");
        }
        for (int bit = length; bit < bytes.length * 8; bit++) {
            bytes[bit / 8] &= (byte) ~(0x80 >> bit % 8);
        }
        try {
            return new Cidr(InetAddress.getByAddress(bytes), length);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e); // the length is an address's
        }
    }

    static Duration duration(com.google.protobuf.Duration value, At at) throws Refusal {
        Duration duration;
        try {
            duration = Duration.ofSeconds(value.getSeconds(), value.getNanos());
        } catch (ArithmeticException e) {
            throw at.refuse("out of range");
        }
        if (duration.isNegative() || duration.toDays() > 365) {
            throw at.refuse(duration + " is not between 0 and a year");
        }
        return duration;
    }

    static Duration positive(com.google.protobuf.Duration value, At at) throws Refusal {
        Duration duration = duration(value, at);
        if (duration.isZero()) {
            throw at.refuse("0");
        }
        return duration;
    }

    static double percent(double value, At at) throws Refusal {
        if (!(value >= 0 && value <= 100)) {
            throw at.refuse(value + " is not between 0 and 100");
        }
        return value;
    }

    /** Anything but "over this stream" is refused. */
    static void requireAds(ConfigSource source, At at) throws Refusal {
        if (!source.hasAds()) {
            throw at.field("ads").refuse("not set");
        }
        if (source.getResourceApiVersion() != ApiVersion.V3) {
            throw at.field("resource_api_version").refuse("not V3");
        }
    }

    static String notEmpty(String value, At at) throws Refusal {
        if (value.isEmpty()) {
            throw at.refuse("empty");
        }
        return value;
    }
}
