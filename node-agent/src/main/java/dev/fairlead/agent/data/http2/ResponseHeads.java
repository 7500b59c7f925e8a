package dev.fairlead.agent.data.http2;

import dev.fairlead.agent.data.http.StatusLine;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import org.jspecify.annotations.Nullable;

/** Responses, and trailers of both sides, in HTTP/2's form and in HTTP/1.1's. */
public final class ResponseHeads {

    private ResponseHeads() {}

    /** A response head; null where it is malformed. 101 does not exist in HTTP/2. */
    public static @Nullable HttpResponse read(Head head) {
        CharSequence status = head.status();
        if (status == null || status.length() != 3 || head.method() != null) {
            return null;
        }
        int code = 0;
        for (int i = 0; i < 3; i++) {
            int digit = status.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return null;
            }
            code = 10 * code + digit;
        }
        if (code < 100 || code == 101) {
            return null;
        }
        return new DefaultHttpResponse(HttpVersion.HTTP_1_1, StatusLine.of(code), head.headers());
    }

    public static Head write(HttpResponse response) {
        Head head = Head.writing(response.headers());
        head.status(response.status().codeAsText());
        return head;
    }

    /** The end of a body, with trailers. */
    public static LastHttpContent readTrailers(Head head) {
        return new DefaultLastHttpContent(Unpooled.EMPTY_BUFFER, head.headers());
    }

    public static Head writeTrailers(HttpHeaders trailers) {
        return Head.writing(trailers);
    }
}
