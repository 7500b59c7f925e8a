package dev.fairlead.agent.data.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.util.ReferenceCountUtil;
import java.util.List;

/** Responses of HTTP/1: no exception but those that end the connection; what passes is written. */
public final class ResponseFuzz {

    private ResponseFuzz() {}

    /** The first byte says whether HEAD was asked, and where the rest is cut. */
    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length == 0) {
            return;
        }
        boolean head = (input[0] & 1) != 0;
        int cut = 1 + (input[0] & 0xff) % input.length;
        ResponseDecoder decoder = new ResponseDecoder();
        EmbeddedChannel in = new EmbeddedChannel(decoder);
        EmbeddedChannel out = new EmbeddedChannel(new HttpResponseEncoder());
        decoder.expect(head);
        try {
            in.writeInbound(Unpooled.copiedBuffer(input, 1, cut - 1));
            in.writeInbound(Unpooled.copiedBuffer(input, cut, input.length - cut));
            forward(in, out, head);
        } catch (DecoderException e) {
            // the connection is closed
        } finally {
            in.finishAndReleaseAll();
            out.finishAndReleaseAll();
        }
    }

    private static void forward(EmbeddedChannel in, EmbeddedChannel out, boolean head) {
        boolean going = true;
        for (Object message = in.readInbound(); message != null; message = in.readInbound()) {
            if (message instanceof HttpResponse response) {
                going &= ResponseHeadCheck.valid(response, false);
                if (going) {
                    ResponseFraming.edit(
                            response, head ? HttpMethod.HEAD : HttpMethod.GET, false, true);
                }
            }
            ReferenceCountUtil.release(message);
        }
    }

    public static List<String> seeds() {
        return List.of(
                "\0HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
                "\1HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n",
                "@HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\nHTTP/1.1 200 OK\r\n"
                        + "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nT: v\r\n\r\n",
                "2HTTP/1.0 404 Not Found\r\n\r\nuntil the end",
                "4HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n");
    }
}
