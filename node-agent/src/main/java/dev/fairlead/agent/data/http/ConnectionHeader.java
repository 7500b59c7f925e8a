package dev.fairlead.agent.data.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.ArrayList;
import java.util.Iterator;
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
        Iterator<String> values = headers.valueStringIterator(HttpHeaderNames.CONNECTION);
        while (values.hasNext()) {
            String value = values.next();
            if (!isOrdinary(value) && anyForbidden(names(value))) {
                return true;
            }
        }
        return false;
    }

    private static boolean anyForbidden(List<String> names) {
        for (String name : names) {
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
        if (headers.contains(HttpHeaderNames.CONNECTION)) {
            removeNamed(headers);
            headers.remove(HttpHeaderNames.CONNECTION);
        }
        headers.remove(HeaderNames.KEEP_ALIVE);
        headers.remove(HeaderNames.PROXY_CONNECTION);
        headers.remove(HttpHeaderNames.UPGRADE);
        if (headers.contains(HttpHeaderNames.TE)) {
            keepTrailersOnly(headers);
        }
    }

    private static void removeNamed(HttpHeaders headers) {
        List<String> named = null; // collected first: removing would upset the iterator
        Iterator<String> values = headers.valueStringIterator(HttpHeaderNames.CONNECTION);
        while (values.hasNext()) {
            String value = values.next();
            if (!isOrdinary(value)) {
                named = named == null ? new ArrayList<>(4) : named;
                named.addAll(names(value));
            }
        }
        if (named != null) {
            for (String name : named) {
                if (!FORBIDDEN.contains(name) && !name.equals("te")) {
                    headers.remove(name);
                }
            }
        }
    }

    /** We pass trailers on; of other codings we know nothing. */
    private static void keepTrailersOnly(HttpHeaders headers) {
        if (headers.containsValue(HttpHeaderNames.TE, HttpHeaderValues.TRAILERS, true)) {
            headers.set(HttpHeaderNames.TE, HttpHeaderValues.TRAILERS);
        } else {
            headers.remove(HttpHeaderNames.TE);
        }
    }

    private static boolean isOrdinary(String connection) {
        return connection.equalsIgnoreCase("keep-alive") || connection.equalsIgnoreCase("close");
    }

    private static List<String> names(String value) {
        List<String> names = new ArrayList<>(4);
        for (String part : value.split(",", -1)) {
            String name = part.strip().toLowerCase(Locale.ROOT);
            if (!name.isEmpty()) {
                names.add(name);
            }
        }
        return names;
    }
}
