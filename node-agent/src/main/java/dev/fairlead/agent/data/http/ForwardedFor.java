package dev.fairlead.agent.data.http;

import dev.fairlead.agent.model.request.RequestView;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code x-forwarded-for}; of several lines the last is the end of the list. Source: Envoy, "HTTP
 * header manipulation".
 */
public final class ForwardedFor {

    public static final AsciiString NAME = AsciiString.cached("x-forwarded-for");

    private static final int LONGEST = 45;

    private ForwardedFor() {}

    /** The last address, or null. */
    public static @Nullable String last(HttpHeaders headers) {
        return headers.contains(NAME) ? last(headers.getAll(NAME)) : null;
    }

    /** Who the proxy before us says that the caller is; null: nobody, or nothing that it knows. */
    public static @Nullable InetAddress client(RequestView request) {
        if (request.header("x-forwarded-for") == null) {
            return null;
        }
        String last = last(request.headers("x-forwarded-for"));
        return last == null ? null : NetUtil.createInetAddressFromIpAddressString(last);
    }

    private static @Nullable String last(List<String> lines) {
        String all = lines.getLast();
        String last = all.substring(all.lastIndexOf(',') + 1).strip();
        return NetUtil.isValidIpV4Address(last) || NetUtil.isValidIpV6Address(last) ? last : null;
    }

    /** The one address, or null where there are more or none. */
    public static @Nullable InetAddress single(HttpHeaders headers) {
        String first = headers.get(NAME);
        return first == null || first.length() > LONGEST || headers.getAll(NAME).size() > 1
                ? null
                : NetUtil.createInetAddressFromIpAddressString(first);
    }

    public static void append(HttpHeaders headers, String address) {
        List<String> lines = headers.getAll(NAME);
        headers.set(NAME, lines.isEmpty() ? address : String.join(",", lines) + "," + address);
    }
}
