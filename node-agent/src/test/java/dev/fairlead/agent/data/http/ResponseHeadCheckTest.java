package dev.fairlead.agent.data.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Through the decoder that an upstream connection has. */
class ResponseHeadCheckTest {

    private static boolean valid(String row) {
        ResponseDecoder decoder = new ResponseDecoder();
        decoder.expect(false);
        EmbeddedChannel channel = new EmbeddedChannel(decoder);
        byte[] bytes = row.translateEscapes().getBytes(StandardCharsets.ISO_8859_1);
        channel.writeInbound(Unpooled.wrappedBuffer(bytes));
        Object head = channel.readInbound();
        boolean valid =
                head instanceof HttpResponse response && ResponseHeadCheck.valid(response, false);
        ReferenceCountUtil.release(head);
        channel.finishAndReleaseAll();
        return valid;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n",
                "HTTP/1.1 200\\r\\n\\r\\n",
                "HTTP/1.0 200 OK\\r\\n\\r\\n",
                "HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n",
                "HTTP/1.1 100 Continue\\r\\n\\r\\n",
                "HTTP/1.1 103 Early Hints\\r\\nLink: </a>\\r\\n\\r\\n",
                "HTTP/1.1 204 No Content\\r\\n\\r\\n",
                "HTTP/1.1 304 Not Modified\\r\\nContent-Length: 5\\r\\n\\r\\n",
                // RFC 9112 §5.1: the space goes, the response stays
                "HTTP/1.1 200 OK\\r\\nX : y\\r\\n\\r\\n",
                "HTTP/1.1 599 Own\\r\\n\\r\\n",
            })
    void isPassedOn(String row) {
        assertThat(valid(row)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\\r\\nContent-Length: 1\\r\\nTransfer-Encoding:"
                        + " chunked\\r\\n\\r\\n",
                "HTTP/1.1 200 OK\\r\\nContent-Length: 1\\r\\nContent-Length: 2\\r\\n\\r\\n",
                "HTTP/1.1 200 OK\\r\\nContent-Length: x\\r\\n\\r\\n",
                "HTTP/1.1 200 OK\\r\\nContent-Length: -1\\r\\n\\r\\n",
                "HTTP/1.1 200 OK\\r\\nTransfer-Encoding: gzip, chunked\\r\\n\\r\\n",
                "HTTP/1.1 200 OK\\r\\nTransfer-Encoding: gzip\\r\\n\\r\\n",
                "HTTP/1.0 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n",
                "HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: x\\r\\n\\r\\n",
                "HTTP/1.1 099 Odd\\r\\n\\r\\n",
                "HTTP/1.1 20 Odd\\r\\n\\r\\n",
                "HTTP/1.1 abc Odd\\r\\n\\r\\n",
                "HTTP/2.0 200 OK\\r\\n\\r\\n",
                "HTTP/3.7 200 OK\\r\\n\\r\\n",
                "ICY 200 OK\\r\\n\\r\\n",
                "200 OK\\r\\n\\r\\n",
                "HTTP/1.1 200 OK\\nContent-Length: 0\\n\\n",
                "HTTP/1.1 200 OK\\r\\nX: a\\000b\\r\\n\\r\\n",
                "HTTP/1.1 200 OK\\r\\nX: a\\rb\\r\\n\\r\\n",
            })
    void isNot(String row) {
        assertThat(valid(row)).isFalse();
    }
}
