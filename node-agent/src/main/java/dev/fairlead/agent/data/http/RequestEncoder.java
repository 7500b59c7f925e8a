package dev.fairlead.agent.data.http;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequest;

/** Writes requests; their targets as they came, byte by byte. */
public final class RequestEncoder extends MessageEncoder {

    @Override
    void startLine(ByteBuf out, HttpMessage head) {
        HttpRequest request = (HttpRequest) head;
        text(out, request.method().asciiName());
        out.writeByte(' ');
        text(out, request.uri());
        out.writeByte(' ');
        text(out, request.protocolVersion().text());
        out.writeShort(CR_LF);
    }

    @Override
    boolean bodiless(HttpMessage head) {
        return false;
    }
}
