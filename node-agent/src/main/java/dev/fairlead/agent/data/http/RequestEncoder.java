package dev.fairlead.agent.data.http;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestEncoder;
import java.nio.charset.StandardCharsets;

/**
 * Netty's request encoder, which leaves a target's bytes as they came: it would write those above
 * 127 as UTF-8, two for one, and the server be asked for another target than was routed.
 */
public final class RequestEncoder extends HttpRequestEncoder {

    private static final int CR_LF = '\r' << 8 | '\n';

    @Override
    protected void encodeInitialLine(ByteBuf out, HttpRequest request) {
        out.writeCharSequence(request.method().name(), StandardCharsets.US_ASCII);
        out.writeByte(' ');
        out.writeCharSequence(request.uri(), StandardCharsets.ISO_8859_1);
        out.writeByte(' ');
        out.writeCharSequence(request.protocolVersion().text(), StandardCharsets.US_ASCII);
        out.writeShort(CR_LF);
    }
}
