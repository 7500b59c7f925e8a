package dev.fairlead.agent.data.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The Connection header and what else concerns one hop only.
 *
 * <p>Source: RFC 9110 §7.6.1.
 */
public final class ConnectionHeader {

    /** What a sender may not have us remove: framing, routing, and who forwarded. */
    private static final Set<String> FORBIDDEN =
            Set.of("host", "content-length", "transfer-encoding", "cookie", "authorization");

    private ConnectionHeader() {}

    /** Whether Connection names a header that it may not. */
    static boolean namesForbidden(HttpHeaders headers) {
        String only = headers.get(HttpHeaderNames.CONNECTION);
        if (only == null || isOrdinary(only)) {
            return false;
        }
        for (String name : names(headers)) {
            if (FORBIDDEN.contains(name)
                    || name.startsWith("x-forwarded-")
                    || name.startsWith("x-envoy-")
                    || name.startsWith(":")) {
                return true;
            }
        }
        return false;
    }

    /** Removes hop-by-hop headers and all that Connection names; framing stays. */
    public static void removeHopByHop(HttpHeaders headers) {
        String connection = headers.get(HttpHeaderNames.CONNECTION);
        if (connection != null) {
            if (!isOrdinary(connection) || headers.getAll(HttpHeaderNames.CONNECTION).size() > 1) {
                for (String name : names(headers)) {
                    if (!FORBIDDEN.contains(name)) {
                        headers.remove(name);
                    }
                }
            }
            headers.remove(HttpHeaderNames.CONNECTION);
        }
        headers.remove(HeaderNames.KEEP_ALIVE);
        headers.remove(HeaderNames.PROXY_CONNECTION);
        headers.remove(HttpHeaderNames.UPGRADE);
        if (headers.contains(HttpHeaderNames.TE)
                && !headers.containsValue(HttpHeaderNames.TE, "trailers", true)) {
            headers.remove(HttpHeaderNames.TE);
        }
    }

    private static boolean isOrdinary(String connection) {
        return connection.equalsIgnoreCase("keep-alive") || connection.equalsIgnoreCase("close");
    }

    private static List<String> names(HttpHeaders headers) {
        return headers.getAll(HttpHeaderNames.CONNECTION).stream()
                .flatMap(value -> List.of(value.split(",")).stream())
                .map(name -> name.strip().toLowerCase(Locale.ROOT))
                .filter(name -> !name.isEmpty())
                .toList();
    }
}
