package dev.fairlead.agent.data.http2;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.util.AsciiString;

/** Names on their way from HTTP/1.1 into HTTP/2. Source: RFC 9113 §8.2.1, §8.2.2. */
final class HopNames {

    private static final AsciiString KEEP_ALIVE = AsciiString.cached("keep-alive");
    private static final AsciiString PROXY_CONNECTION = AsciiString.cached("proxy-connection");
    private static final AsciiString HTTP2_SETTINGS = AsciiString.cached("http2-settings");

    private HopNames() {}

    /** Whether HTTP/2 says it in another way, or not at all. */
    static boolean ofHttp1(CharSequence lower, CharSequence value) {
        return switch (lower.length()) {
            case 2 ->
                    HttpHeaderNames.TE.contentEquals(lower)
                            && !HttpHeaderValues.TRAILERS.contentEqualsIgnoreCase(value);
            case 4 -> HttpHeaderNames.HOST.contentEquals(lower);
            case 7 -> HttpHeaderNames.UPGRADE.contentEquals(lower);
            case 10 ->
                    HttpHeaderNames.CONNECTION.contentEquals(lower)
                            || KEEP_ALIVE.contentEquals(lower);
            case 14 -> HTTP2_SETTINGS.contentEquals(lower);
            case 16 -> PROXY_CONNECTION.contentEquals(lower);
            case 17 -> HttpHeaderNames.TRANSFER_ENCODING.contentEquals(lower);
            default -> false;
        };
    }

    /** The same object where it is lower case already. */
    static CharSequence lowerCase(CharSequence name) {
        if (name instanceof AsciiString ascii) {
            return ascii.toLowerCase();
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c >= 'A' && c <= 'Z') {
                return AsciiString.of(name).toLowerCase();
            }
        }
        return name;
    }
}
