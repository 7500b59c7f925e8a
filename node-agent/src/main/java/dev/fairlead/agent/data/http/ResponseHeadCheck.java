package dev.fairlead.agent.data.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;

/** Whether a response head may be passed on. Source: RFC 9112 §6.1, §6.3. */
public final class ResponseHeadCheck {

    private ResponseHeadCheck() {}

    public static boolean valid(HttpResponse response) {
        if (response.decoderResult().isFailure()) {
            return false;
        }
        int status = response.status().code();
        if (status == 101 || status < 100 || status > 999) {
            return false;
        }
        HttpHeaders headers = response.headers();
        if (headers.contains(HttpHeaderNames.TRANSFER_ENCODING)) {
            var codings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
            return codings.size() == 1
                    && HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(codings.getFirst())
                    && !headers.contains(HttpHeaderNames.CONTENT_LENGTH);
        }
        return true;
    }
}
