package dev.fairlead.agent.data.http;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;

/** Writes responses, and knows of HEAD requests, whose responses have no body. */
public final class ResponseEncoder extends MessageEncoder {

    private boolean answersHead;

    /** What the next response answers. */
    public void answering(boolean headRequest) {
        answersHead = headRequest;
    }

    @Override
    void startLine(ByteBuf out, HttpMessage head) {
        HttpResponse response = (HttpResponse) head;
        HttpResponseStatus status = response.status();
        text(out, response.protocolVersion().text());
        out.writeByte(' ');
        text(out, status.codeAsText());
        out.writeByte(' ');
        text(out, status.reasonPhrase());
        out.writeShort(CR_LF);
    }

    /** Source: RFC 9112 §6.3, RFC 9110 §8.6, §15.3.6. */
    @Override
    boolean bodiless(HttpMessage head) {
        int status = ((HttpResponse) head).status().code();
        if (status < 200 || status == 204) {
            head.headers()
                    .remove(HttpHeaderNames.CONTENT_LENGTH)
                    .remove(HttpHeaderNames.TRANSFER_ENCODING);
            return status != 101;
        }
        if (status == 205) {
            head.headers()
                    .remove(HttpHeaderNames.TRANSFER_ENCODING)
                    .set(HttpHeaderNames.CONTENT_LENGTH, HttpHeaderValues.ZERO);
            return true;
        }
        return answersHead || status == 304;
    }
}
