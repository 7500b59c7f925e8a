package dev.fairlead.agent.data.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.util.Iterator;

/**
 * Whether a request head may be routed at all: what Netty's decoder lets through and two proxies
 * could read in two ways is refused, and the absolute form is brought to the origin form, so that
 * routing and policy read what is forwarded.
 *
 * <p>Source: RFC 9112 §2.3, §3.2, §6.1; the table in RequestHeadCheckTest. Cost: an iterator for an
 * ordinary head.
 */
public final class RequestHeadCheck {

    /** What is wrong, with the status that says so. */
    public enum Refusal {
        BAD_REQUEST(400),
        URI_TOO_LONG(414),
        HEADERS_TOO_LARGE(431),
        VERSION_NOT_SUPPORTED(505),
        TRANSFER_CODING_NOT_SUPPORTED(501),
        UPGRADE_REFUSED(403),
        /** None: the head is in order. */
        NONE(0);

        private final int status;

        Refusal(int status) {
            this.status = status;
        }

        public int status() {
            return status;
        }
    }

    private RequestHeadCheck() {}

    /**
     * Checks a head that came in HTTP/2, whose form was checked as it was read: target, host and
     * framing as for HTTP/1.1.
     */
    public static Refusal checkHttp2(HttpRequest request) {
        Refusal target = checkTarget(request, request.headers());
        if (target != Refusal.NONE) {
            return target;
        }
        return validHost(request.headers(), true)
                ? checkFraming(request.headers(), true)
                : Refusal.BAD_REQUEST;
    }

    /** Checks {@code request} and, where it has an absolute target, rewrites target and Host. */
    public static Refusal check(HttpRequest request) {
        if (request.decoderResult().isFailure()) {
            return undecodable(request.decoderResult().cause());
        }
        HttpVersion version = request.protocolVersion();
        boolean http11 = version.equals(HttpVersion.HTTP_1_1);
        if (!http11 && !version.equals(HttpVersion.HTTP_1_0)) {
            return Refusal.VERSION_NOT_SUPPORTED;
        }
        HttpHeaders headers = request.headers();
        Refusal target = checkTarget(request, headers);
        if (target != Refusal.NONE) {
            return target;
        }
        return validHost(headers, http11) ? checkFraming(headers, http11) : Refusal.BAD_REQUEST;
    }

    /** Exactly one in HTTP/1.1, at most one in HTTP/1.0. */
    private static boolean validHost(HttpHeaders headers, boolean http11) {
        Iterator<String> hosts = headers.valueStringIterator(HttpHeaderNames.HOST);
        if (!hosts.hasNext()) {
            return !http11;
        }
        return HostSyntax.valid(hosts.next()) && !hosts.hasNext();
    }

    private static Refusal undecodable(Throwable cause) {
        return switch (cause) {
            case TooLongHttpLineException _ -> Refusal.URI_TOO_LONG;
            case TooLongHttpHeaderException _ -> Refusal.HEADERS_TOO_LARGE;
            default -> Refusal.BAD_REQUEST;
        };
    }

    private static Refusal checkTarget(HttpRequest request, HttpHeaders headers) {
        String target = request.uri();
        for (int i = 0; i < target.length(); i++) {
            char c = target.charAt(i);
            if (c <= ' ' || c == 0x7f || c == '#') {
                return Refusal.BAD_REQUEST;
            }
        }
        if (request.method().equals(HttpMethod.CONNECT)) {
            return checkConnect(headers, target);
        }
        if (target.startsWith("/")) {
            return Refusal.NONE;
        }
        if (target.equals("*")) {
            return request.method().equals(HttpMethod.OPTIONS) ? Refusal.NONE : Refusal.BAD_REQUEST;
        }
        return toOriginForm(request, headers, target);
    }

    /** The authority form, with a port; Host may only say the same. Source: RFC 9110 §9.3.6. */
    private static Refusal checkConnect(HttpHeaders headers, String target) {
        if (!HostSyntax.valid(target)
                || target.lastIndexOf(':') <= target.lastIndexOf(']')
                || headers.contains(HttpHeaderNames.TRANSFER_ENCODING)
                || headers.contains(HttpHeaderNames.CONTENT_LENGTH)) {
            return Refusal.BAD_REQUEST;
        }
        headers.set(HttpHeaderNames.HOST, target);
        return Refusal.NONE;
    }

    private static Refusal toOriginForm(HttpRequest request, HttpHeaders headers, String target) {
        int authority;
        if (target.regionMatches(true, 0, "http://", 0, 7)) {
            authority = 7;
        } else if (target.regionMatches(true, 0, "https://", 0, 8)) {
            authority = 8;
        } else {
            return Refusal.BAD_REQUEST;
        }
        int end = authority;
        while (end < target.length() && target.charAt(end) != '/' && target.charAt(end) != '?') {
            end++;
        }
        String host = target.substring(authority, end);
        Iterator<String> said = headers.valueStringIterator(HttpHeaderNames.HOST);
        if (said.hasNext()) {
            said.next();
        }
        if (!HostSyntax.valid(host) || said.hasNext()) {
            return Refusal.BAD_REQUEST;
        }
        headers.set(HttpHeaderNames.HOST, host);
        String rest = target.substring(end);
        request.setUri(rest.startsWith("/") ? rest : "/" + rest);
        return Refusal.NONE;
    }

    private static Refusal checkFraming(HttpHeaders headers, boolean http11) {
        if (headers.contains(HttpHeaderNames.TRANSFER_ENCODING)) {
            if (!http11 || headers.contains(HttpHeaderNames.CONTENT_LENGTH)) {
                return Refusal.BAD_REQUEST;
            }
            if (!isChunkedAlone(headers)) {
                return Refusal.TRANSFER_CODING_NOT_SUPPORTED;
            }
            // as everybody writes it: there are servers that know no other case
            headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        }
        String upgrade = Upgrades.asked(headers);
        if (upgrade != null) {
            if (upgrade.equals(Upgrades.H2C)) {
                return Refusal.UPGRADE_REFUSED;
            }
            if (headers.contains(HttpHeaderNames.TRANSFER_ENCODING)
                    || headers.contains(HttpHeaderNames.CONTENT_LENGTH)
                            && !"0".equals(headers.get(HttpHeaderNames.CONTENT_LENGTH))) {
                return Refusal.BAD_REQUEST; // a body that is not the new protocol's
            }
        }
        return ConnectionHeader.namesForbidden(headers) ? Refusal.BAD_REQUEST : Refusal.NONE;
    }

    /** Whether Transfer-Encoding is there once and says {@code chunked}. */
    static boolean isChunkedAlone(HttpHeaders headers) {
        Iterator<String> codings = headers.valueStringIterator(HttpHeaderNames.TRANSFER_ENCODING);
        return codings.hasNext()
                && HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(codings.next())
                && !codings.hasNext();
    }
}
