package dev.fairlead.agent.data.http;

import dev.fairlead.agent.data.http.RequestHeadCheck.Refusal;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Requests of HTTP/1: what is accepted and written again is read by a strict reader as the same
 * requests, one for one.
 */
public final class RequestFuzz {

    private RequestFuzz() {}

    /** The first byte says where the rest is cut into two reads. */
    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length == 0) {
            return;
        }
        int cut = 1 + (input[0] & 0xff) % input.length;
        EmbeddedChannel in = new EmbeddedChannel(new RequestDecoder());
        EmbeddedChannel out = new EmbeddedChannel(new RequestEncoder());
        try {
            in.writeInbound(Unpooled.copiedBuffer(input, 1, cut - 1));
            in.writeInbound(Unpooled.copiedBuffer(input, cut, input.length - cut));
            same(forward(in, out), out);
        } finally {
            in.finishAndReleaseAll();
            out.finishAndReleaseAll();
        }
    }

    /** Writes what is accepted; {@code METHOD target} of each request that is whole. */
    private static List<String> forward(EmbeddedChannel in, EmbeddedChannel out) {
        List<String> whole = new ArrayList<>();
        String current = "";
        for (Object message = in.readInbound(); message != null; message = in.readInbound()) {
            if (message instanceof HttpRequest head) {
                if (RequestHeadCheck.check(head) != Refusal.NONE) {
                    ReferenceCountUtil.release(message);
                    break;
                }
                head.setProtocolVersion(HttpVersion.HTTP_1_1);
                current = head.method() + " " + head.uri();
            } else if (((HttpContent) message).decoderResult().isFailure()) {
                ReferenceCountUtil.release(message);
                break;
            }
            if (message instanceof LastHttpContent) {
                whole.add(current);
            }
            out.writeOutbound(message);
        }
        return whole;
    }

    private static void same(List<String> whole, EmbeddedChannel out) {
        StringBuilder text = new StringBuilder();
        for (ByteBuf bytes = out.readOutbound(); bytes != null; bytes = out.readOutbound()) {
            text.append(bytes.toString(StandardCharsets.ISO_8859_1));
            bytes.release();
        }
        List<String> read =
                StrictHttp1.read(text.toString()).requests().stream()
                        .map(r -> r.method() + " " + r.target())
                        .toList();
        if (!read.equals(whole)) {
            throw new AssertionError("accepted " + whole + ", read " + read + ": " + text);
        }
    }

    public static List<String> seeds() {
        return List.of(
                "@GET /p?q HTTP/1.1\r\nHost: a:80\r\nX: y\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
                "\1POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
                "zPOST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n"
                        + "0\r\nT: v\r\n\r\nGET / HTTP/1.0\r\n\r\n",
                "\u00ffOPTIONS * HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n",
                "7GET /\u00ff\u00fe HTTP/1.1\r\nHost: a\r\n\r\n",
                "7GET http://b/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    }
}
