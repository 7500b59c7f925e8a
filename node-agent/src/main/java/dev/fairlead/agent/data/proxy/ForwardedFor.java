package dev.fairlead.agent.data.proxy;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/** {@code x-forwarded-for}. Source: Envoy, "HTTP header manipulation". */
final class ForwardedFor {

    static final AsciiString NAME = AsciiString.cached("x-forwarded-for");

    private ForwardedFor() {}

    /** The last address, or null. */
    static @Nullable String last(HttpHeaders headers) {
        String all = headers.get(NAME);
        if (all == null) {
            return null;
        }
        String last = all.substring(all.lastIndexOf(',') + 1).strip();
        return NetUtil.isValidIpV4Address(last) || NetUtil.isValidIpV6Address(last) ? last : null;
    }

    /** The one address, or null where there are more or none. */
    static @Nullable InetAddress single(HttpHeaders headers) {
        String all = headers.get(NAME);
        return all == null || all.length() > 45
                ? null
                : NetUtil.createInetAddressFromIpAddressString(all);
    }

    static void append(HttpHeaders headers, String address) {
        String all = headers.get(NAME);
        headers.set(NAME, all == null ? address : all + "," + address);
    }
}
