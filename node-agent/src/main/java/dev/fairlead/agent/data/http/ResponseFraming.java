package dev.fairlead.agent.data.http;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;

/**
 * How a response tells its client where it ends and whether the connection goes on. Source: RFC
 * 9112 §6, §9.3.
 */
public final class ResponseFraming {

    private ResponseFraming() {}

    /**
     * Edits the head of a response that an upstream gave, for the client that asked: a body that
     * ends with the upstream's connection becomes chunks; chunks become, for a client that knows
     * none, a body that ends with the connection.
     *
     * @param asked method of the request
     * @param http10 whether the client knows HTTP/1.0 only
     * @return whether the connection can go on after it
     */
    public static boolean edit(
            HttpResponse response, HttpMethod asked, boolean http10, boolean keepAlive) {
        HttpHeaders headers = response.headers();
        boolean chunked = HttpUtil.isTransferEncodingChunked(response);
        boolean delimited = chunked || headers.contains(HttpHeaderNames.CONTENT_LENGTH);
        boolean goesOn = keepAlive;
        if (http10 && chunked) {
            headers.remove(HttpHeaderNames.TRANSFER_ENCODING);
            goesOn &= !mayHaveBody(response, asked);
        } else if (!delimited && mayHaveBody(response, asked)) {
            if (http10) {
                goesOn = false;
            } else {
                headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
            }
        }
        response.setProtocolVersion(HttpVersion.HTTP_1_1);
        sayConnection(headers, http10, goesOn);
        return goesOn;
    }

    private static boolean mayHaveBody(HttpResponse response, HttpMethod asked) {
        int status = response.status().code();
        return !asked.equals(HttpMethod.HEAD) && status != 204 && status != 304;
    }

    /** Says whether the connection goes on, where that is not the version's default. */
    public static void sayConnection(HttpHeaders headers, boolean http10, boolean goesOn) {
        if (!goesOn) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        } else if (http10) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
        }
    }

    /** A whole response of ours, whose body is text where nothing else is said. */
    public static DefaultFullHttpResponse reply(
            ByteBuf body, int code, boolean http10, boolean goesOn) {
        DefaultFullHttpResponse response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, StatusLine.of(code), body);
        HttpHeaders headers = response.headers();
        headers.set(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes());
        if (body.isReadable()) {
            headers.set(HttpHeaderNames.CONTENT_TYPE, "text/plain");
        }
        sayConnection(headers, http10, goesOn);
        return response;
    }
}
