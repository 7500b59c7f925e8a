package dev.fairlead.agent.data.http2;

import dev.fairlead.agent.data.http.HeaderNames;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AsciiString;
import java.util.Iterator;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Requests in HTTP/2's form and in HTTP/1.1's, in which they are routed. Source: RFC 9113 §8.3.1,
 * §8.5; RFC 8441.
 */
public final class RequestHeads {

    /** Of requests that came in HTTP/2. */
    public static final HttpVersion VERSION = new HttpVersion("HTTP", 2, 0, true);

    private static final AsciiString HTTP = AsciiString.cached("http");
    private static final AsciiString HTTPS = AsciiString.cached("https");

    private RequestHeads() {}

    /**
     * A request as routing reads it; null where it is malformed and its stream must be reset.
     *
     * <p>An extended CONNECT becomes the GET with Upgrade that it stands for.
     *
     * @param ended nothing follows the head
     */
    public static @Nullable HttpRequest read(Head head, boolean ended) {
        CharSequence method = head.method();
        if (method == null || !FieldSyntax.validMethod(method) || head.status() != null) {
            return null;
        }
        HttpMethod asked = HttpMethod.valueOf(method.toString());
        HttpHeaders headers = head.headers();
        if (!authorityAgrees(head, headers)) {
            return null;
        }
        if (asked.equals(HttpMethod.CONNECT)) {
            return connect(head, headers);
        }
        CharSequence path = head.path();
        CharSequence scheme = head.scheme();
        if (head.protocol() != null || scheme == null || path == null || !validPath(path, asked)) {
            return null;
        }
        if (!ended && !headers.contains(HttpHeaderNames.CONTENT_LENGTH)) {
            headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        }
        return new DefaultHttpRequest(VERSION, asked, path.toString(), headers);
    }

    private static @Nullable HttpRequest connect(Head head, HttpHeaders headers) {
        CharSequence protocol = head.protocol();
        CharSequence path = head.path();
        if (protocol == null) {
            CharSequence authority = head.authority();
            return authority == null
                            || !hasNoSpace(authority)
                            || path != null
                            || head.scheme() != null
                    ? null
                    : new DefaultHttpRequest(
                            VERSION, HttpMethod.CONNECT, authority.toString(), headers);
        }
        if (path == null || head.scheme() == null || !validPath(path, HttpMethod.GET)) {
            return null;
        }
        headers.set(HttpHeaderNames.UPGRADE, protocol);
        headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE);
        return new DefaultHttpRequest(VERSION, HttpMethod.GET, path.toString(), headers);
    }

    private static boolean validPath(CharSequence path, HttpMethod method) {
        if (path.length() == 1 && path.charAt(0) == '*') {
            return method.equals(HttpMethod.OPTIONS);
        }
        return path.length() > 0 && path.charAt(0) == '/' && hasNoSpace(path);
    }

    /** Netty's request would throw. */
    private static boolean hasNoSpace(CharSequence target) {
        return AsciiString.indexOf(target, ' ', 0) < 0;
    }

    /** One host, said as :authority, as Host, or as both. */
    private static boolean authorityAgrees(Head head, HttpHeaders headers) {
        CharSequence authority = head.authority();
        Iterator<String> hosts = headers.valueStringIterator(HttpHeaderNames.HOST);
        String host = hosts.hasNext() ? hosts.next() : null;
        if (hosts.hasNext()) {
            return false;
        }
        if (authority == null) {
            return true; // without any host the head check answers 400
        }
        if (host != null && !AsciiString.contentEqualsIgnoreCase(authority, host)) {
            return false;
        }
        headers.set(HttpHeaderNames.HOST, (Object) authority);
        return true;
    }

    /**
     * A request to be written. An Upgrade that it asks for becomes an extended CONNECT.
     *
     * @param upgrade protocol that is asked for; null: none
     */
    public static Head write(HttpRequest request, @Nullable String upgrade) {
        HttpHeaders headers = request.headers();
        Head head = Head.writing(headers);
        head.authority(Objects.requireNonNullElse(headers.get(HttpHeaderNames.HOST), ""));
        if (upgrade != null) {
            head.method(HttpMethod.CONNECT.asciiName());
            head.protocol(upgrade);
        } else {
            head.method(request.method().asciiName());
        }
        if (upgrade != null || !request.method().equals(HttpMethod.CONNECT)) {
            head.path(request.uri());
            head.scheme(scheme(headers));
        }
        return head;
    }

    private static AsciiString scheme(HttpHeaders headers) {
        String said = headers.get(HeaderNames.X_FORWARDED_PROTO);
        return said != null && HTTPS.contentEqualsIgnoreCase(said) ? HTTPS : HTTP;
    }
}
