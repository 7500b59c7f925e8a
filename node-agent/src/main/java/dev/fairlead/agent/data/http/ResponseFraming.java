package dev.fairlead.agent.data.http;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
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
            goesOn &= asked.equals(HttpMethod.HEAD) || !mayHaveBody(response);
        } else if (!delimited && mayHaveBody(response)) {
            if (!http10) { // in answer to HEAD, as it would be in answer to GET
                headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
            } else if (!asked.equals(HttpMethod.HEAD)) {
                goesOn = false;
            }
        }
        response.setProtocolVersion(HttpVersion.HTTP_1_1);
        sayConnection(headers, http10, goesOn);
        return goesOn;
    }

    /** Where its request asks for one. */
    private static boolean mayHaveBody(HttpResponse response) {
        int status = response.status().code();
        return status >= 200 && status != 204 && status != 304;
    }

    /**
     * Says where a whole response ends that says nothing of it: it has no body. What a GET would
     * bring is not known when HEAD asks; Envoy then says chunks.
     */
    public static void editWhole(FullHttpResponse response, boolean head, boolean http10) {
        HttpHeaders headers = response.headers();
        if (mayHaveBody(response)
                && !headers.contains(HttpHeaderNames.CONTENT_LENGTH)
                && !headers.contains(HttpHeaderNames.TRANSFER_ENCODING)) {
            if (!head) {
                headers.set(HttpHeaderNames.CONTENT_LENGTH, HttpHeaderValues.ZERO);
            } else if (!http10) {
                headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
            }
        }
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
        if (body.isReadable()) { // HTTP/1 says of others that they have none
            headers.set(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes());
            headers.set(HttpHeaderNames.CONTENT_TYPE, "text/plain");
        }
        sayConnection(headers, http10, goesOn);
        return response;
    }
}
