package dev.fairlead.agent.data.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What heads say of their ends, as Envoy's HTTP/1 codec says it. */
class FramingTest {

    private static String framing(HttpHeaders headers) {
        String length = headers.get("content-length");
        String coding = headers.get("transfer-encoding");
        return (length == null ? "" : length) + (coding == null ? "" : coding);
    }

    @ParameterizedTest
    @CsvSource({
        "GET, '', ''",
        "HEAD, '', ''",
        "DELETE, '', ''",
        "TRACE, '', ''",
        "POST, '', 0",
        "PUT, '', 0",
        "PATCH, '', 0",
        "OPTIONS, '', 0",
        "BREW, '', 0",
        "POST, 7, 7",
        "GET, 0, 0",
        "POST, chunked, chunked"
    })
    void aRequestWithoutABodySaysSoWhereOneIsExpected(String method, String said, String sent) {
        HttpRequest request =
                new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.valueOf(method), "/");
        if (!said.isEmpty()) {
            request.headers()
                    .set(said.equals("chunked") ? "transfer-encoding" : "content-length", said);
        }
        RequestFraming.edit(request);
        assertThat(framing(request.headers())).isEqualTo(sent);
    }

    @ParameterizedTest
    @CsvSource({
        "GET, 200, '', false, 0",
        "GET, 200, text, false, 4",
        "HEAD, 200, text, false, 4",
        "HEAD, 301, '', false, chunked",
        "HEAD, 301, '', true, ''",
        "GET, 301, '', true, 0",
        "GET, 204, '', false, ''",
        "HEAD, 204, '', false, ''",
        "GET, 304, '', false, ''"
    })
    void anAnswerOfOurs(String method, int status, String body, boolean http10, String framing) {
        FullHttpResponse response =
                ResponseFraming.reply(
                        Unpooled.copiedBuffer(body, StandardCharsets.US_ASCII),
                        status,
                        http10,
                        true);
        ResponseFraming.editWhole(response, method.equals("HEAD"), http10);
        assertThat(framing(response.headers())).isEqualTo(framing);
    }

    @ParameterizedTest
    @CsvSource({
        "GET, 200, '', chunked, true",
        "HEAD, 200, '', chunked, true",
        "HEAD, 200, 7, 7, true",
        "GET, 200, 7, 7, true",
        "GET, 204, '', '', true",
        "GET, 304, '', '', true",
        "HEAD, 304, 7, 7, true"
    })
    void anUpstreamsAnswer(
            String method, int status, String length, String framing, boolean goesOn) {
        HttpResponse response =
                new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status));
        if (!length.isEmpty()) {
            response.headers().set("content-length", length);
        }
        assertThat(ResponseFraming.edit(response, HttpMethod.valueOf(method), false, true))
                .isEqualTo(goesOn);
        assertThat(framing(response.headers())).isEqualTo(framing);
    }
}
