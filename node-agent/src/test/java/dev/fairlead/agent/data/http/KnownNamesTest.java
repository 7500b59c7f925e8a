package dev.fairlead.agent.data.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KnownNamesTest {

    private static AsciiString of(String name) {
        byte[] line = ("x" + name + ": v").getBytes(StandardCharsets.ISO_8859_1);
        return KnownNames.of(line, 1, name.length());
    }

    @ParameterizedTest
    @ValueSource(strings = {"Host", "Content-Length", "WWW-Authenticate", "ETag", "X-Request-Id"})
    void inTwoSpellings(String name) {
        for (String spelled : List.of(name, name.toLowerCase(Locale.ROOT))) {
            assertThat((Object) of(spelled)).hasToString(spelled).isSameAs(of(spelled));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "HOST", "Hos", "Hostx", "content-lengtH", "x-request-ip"})
    void noOthers(String name) {
        assertThat((Object) of(name)).isNull();
    }

    /** Whatever a line is called, it is called so by who reads it. */
    @Property
    void linesKeepTheirNames(
            @ForAll @AlphaChars @Chars({'-', '_', '0', '9'}) @StringLength(min = 1, max = 30)
                    String name) {
        AsciiString known = of(name);

        assertThat(known == null || known.contentEquals(name)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Server", "server", "SERVER", "X-Own"})
    void messagesAreReadWithThem(String name) {
        var requests = new EmbeddedChannel(new RequestDecoder());
        requests.writeInbound(
                Unpooled.copiedBuffer(
                        "GET / HTTP/1.1\r\n" + name + ": v\r\n\r\n", StandardCharsets.US_ASCII));
        var decoder = new ResponseDecoder();
        var responses = new EmbeddedChannel(decoder);
        decoder.expect(true);
        responses.writeInbound(
                Unpooled.copiedBuffer(
                        "HTTP/1.1 200 OK\r\n" + name + ": v\r\n\r\n", StandardCharsets.US_ASCII));

        HttpRequest request = requests.readInbound();
        HttpResponse response = responses.readInbound();
        for (var headers : List.of(request.headers(), response.headers())) {
            assertThat(headers.names()).containsExactly(name);
            assertThat(headers.get(name)).isEqualTo("v");
            assertThat(headers.get("sErVeR")).isEqualTo(name.equals("X-Own") ? null : "v");
        }
        requests.finishAndReleaseAll();
        responses.finishAndReleaseAll();
    }
}
