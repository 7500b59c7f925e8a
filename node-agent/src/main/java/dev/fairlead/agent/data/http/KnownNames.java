package dev.fairlead.agent.data.http;

import io.netty.util.AsciiString;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The names that most header lines have. Each is one object, whose hash is counted once, in the two
 * ways in which it is usually spelled, since a line is passed on as it came.
 */
final class KnownNames {

    private static final String[] NAMES = {
        "Accept",
        "Accept-Encoding",
        "Accept-Language",
        "Accept-Ranges",
        "Access-Control-Allow-Credentials",
        "Access-Control-Allow-Origin",
        "Age",
        "Authorization",
        "B3",
        "Cache-Control",
        "Connection",
        "Content-Disposition",
        "Content-Encoding",
        "Content-Language",
        "Content-Length",
        "Content-Type",
        "Cookie",
        "Date",
        "ETag",
        "Expires",
        "Forwarded",
        "Host",
        "If-Modified-Since",
        "If-None-Match",
        "Keep-Alive",
        "Last-Modified",
        "Link",
        "Location",
        "Origin",
        "Pragma",
        "Range",
        "Referer",
        "Retry-After",
        "Server",
        "Set-Cookie",
        "Strict-Transport-Security",
        "TE",
        "Traceparent",
        "Tracestate",
        "Trailer",
        "Transfer-Encoding",
        "Upgrade",
        "User-Agent",
        "Vary",
        "Via",
        "WWW-Authenticate",
        "X-B3-Parentspanid",
        "X-B3-Sampled",
        "X-B3-Spanid",
        "X-B3-Traceid",
        "X-Content-Type-Options",
        "X-Envoy-Attempt-Count",
        "X-Envoy-Upstream-Service-Time",
        "X-Forwarded-For",
        "X-Forwarded-Host",
        "X-Forwarded-Proto",
        "X-Frame-Options",
        "X-Powered-By",
        "X-Request-Id",
    };

    private static final AsciiString[] TABLE = new AsciiString[1024]; // mostly empty: few steps

    static {
        for (String name : NAMES) {
            put(AsciiString.cached(name));
            put(AsciiString.cached(name.toLowerCase(Locale.ROOT)));
        }
    }

    private KnownNames() {}

    private static void put(AsciiString name) {
        int slot = slot(name.array(), 0, name.length());
        while (TABLE[slot] != null) {
            slot = slot + 1 & TABLE.length - 1;
        }
        TABLE[slot] = name;
    }

    /** Null: it is none of them. */
    static @Nullable AsciiString of(byte[] line, int start, int length) {
        if (length == 0) {
            return null;
        }
        int slot = slot(line, start, length);
        for (AsciiString name = TABLE[slot]; name != null; name = TABLE[slot]) {
            if (Arrays.equals(line, start, start + length, name.array(), 0, name.length())) {
                return name;
            }
            slot = slot + 1 & TABLE.length - 1;
        }
        return null;
    }

    /** By its length and four of its characters. */
    private static int slot(byte[] line, int start, int length) {
        int hash = length;
        hash = hash * 31 + line[start];
        hash = hash * 31 + line[start + length / 3];
        hash = hash * 31 + line[start + length / 2];
        hash = hash * 31 + line[start + length - 1];
        return (hash ^ hash >>> 10) & TABLE.length - 1;
    }
}
