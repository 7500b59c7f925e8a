package dev.fairlead.agent.data.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;

/** Whether a response head may be passed on. Source: RFC 9112 §6.1, §6.3. */
public final class ResponseHeadCheck {

    private ResponseHeadCheck() {}

    /**
     * False: the answer cannot be trusted, nor what follows it.
     *
     * @param upgrading whether 101 was asked for
     */
    public static boolean valid(HttpResponse response, boolean upgrading) {
        if (response.decoderResult().isFailure()) {
            return false;
        }
        int status = response.status().code();
        boolean http11 = response.protocolVersion().equals(HttpVersion.HTTP_1_1);
        if (status == 101 && !upgrading
                || status < 100
                || status > 999
                || !http11 && !response.protocolVersion().equals(HttpVersion.HTTP_1_0)) {
            return false;
        }
        HttpHeaders headers = response.headers();
        if (headers.contains(HttpHeaderNames.TRANSFER_ENCODING)) {
            return http11
                    && RequestHeadCheck.isChunkedAlone(headers)
                    && !headers.contains(HttpHeaderNames.CONTENT_LENGTH);
        }
        return true;
    }
}
