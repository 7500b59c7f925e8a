package dev.fairlead.agent.data.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import java.util.Set;

/** How a request tells an HTTP/1.1 server where it ends. Source: RFC 9110 §8.6, RFC 9112 §6. */
public final class RequestFraming {

    /** Methods of which a server expects no body unless it is announced. */
    private static final Set<HttpMethod> BODILESS =
            Set.of(
                    HttpMethod.GET,
                    HttpMethod.HEAD,
                    HttpMethod.DELETE,
                    HttpMethod.TRACE,
                    HttpMethod.CONNECT);

    private RequestFraming() {}

    /** Says of a request without a body that it has none, where its method lets one expect it. */
    public static void edit(HttpRequest request) {
        HttpHeaders headers = request.headers();
        if (!BODILESS.contains(request.method())
                && !headers.contains(HttpHeaderNames.CONTENT_LENGTH)
                && !HttpUtil.isTransferEncodingChunked(request)) {
            headers.set(HttpHeaderNames.CONTENT_LENGTH, HttpHeaderValues.ZERO);
        }
    }
}
