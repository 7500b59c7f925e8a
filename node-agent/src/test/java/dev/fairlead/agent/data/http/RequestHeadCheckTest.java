package dev.fairlead.agent.data.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.data.http.RequestHeadCheck.Refusal;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The table of what is refused, and with which status. In the rows, \r \n \t and so on are those.
 */
class RequestHeadCheckTest {

    static String unescaped(String row) {
        return row.translateEscapes();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n",
                "GET /p?q=%20&r HTTP/1.1\\r\\nHost: a.b:8080\\r\\nConnection:"
                        + " keep-alive\\r\\n\\r\\n",
                "GET / HTTP/1.0\\r\\n\\r\\n",
                "GET / HTTP/1.0\\r\\nHost: a\\r\\n\\r\\n",
                "POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 0\\r\\n\\r\\n",
                "POST / HTTP/1.1\\r\\nHost: a\\r\\nTransfer-Encoding:"
                        + " Chunked\\r\\n\\r\\n0\\r\\n\\r\\n",
                "OPTIONS * HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n",
                "GET / HTTP/1.1\\r\\nHost: [2001:db8::1]:80\\r\\n\\r\\n",
                "GET / HTTP/1.1\\r\\nHost: a\\r\\nX:\\ttab\\tinside\\r\\n\\r\\n",
                "GET / HTTP/1.1\\r\\nHost: a\\r\\nConnection: close, TE\\r\\nTE:"
                        + " trailers\\r\\n\\r\\n",
                "GET / HTTP/1.1\\r\\nHost: a\\r\\nUpgrade: websocket\\r\\n\\r\\n",
                "\\r\\nGET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n",
            })
    void ordinaryHeadsPass(String row) {
        assertThat(Heads.of(unescaped(row)).only()).isEqualTo(Refusal.NONE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                // framing
                "400 | POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 3\\r\\nTransfer-Encoding:"
                        + " chunked\\r\\n\\r\\n",
                "400 | POST / HTTP/1.1\\r\\nHost: a\\r\\nTransfer-Encoding:"
                        + " chunked\\r\\nContent-Length: 3\\r\\n\\r\\n",
                "400 | POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 3\\r\\nContent-Length:"
                        + " 4\\r\\n\\r\\n",
                "400 | POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 3\\r\\nContent-Length:"
                        + " 3\\r\\n\\r\\n",
                "400 | POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 3, 4\\r\\n\\r\\n",
                "400 | POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 3,3\\r\\n\\r\\n",
                "400 | POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: +3\\r\\n\\r\\n",
                "400 | POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: -3\\r\\n\\r\\n",
                "400 | POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 0x3\\r\\n\\r\\n",
                "400 | POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 3 3\\r\\n\\r\\n",
                "400 | POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: abc\\r\\n\\r\\n",
                "400 | POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length:\\r\\n\\r\\n",
                "400 | POST / HTTP/1.1\\r\\nHost: a\\r\\nContent-Length:"
                        + " 99999999999999999999\\r\\n\\r\\n",
                "400 | POST / HTTP/1.0\\r\\nHost: a\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n",
                "400 | POST / HTTP/1.1\\r\\nHost: a\\r\\nTransfer-Encoding: chunked,"
                        + " gzip\\r\\n\\r\\n",
                "501 | POST / HTTP/1.1\\r\\nHost: a\\r\\nTransfer-Encoding: gzip,"
                        + " chunked\\r\\n\\r\\n",
                "400 | POST / HTTP/1.1\\r\\nHost: a\\r\\nTransfer-Encoding:"
                        + " chunked\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n",
                "400 | POST / HTTP/1.1\\r\\nHost: a\\r\\nTransfer-Encoding: chunked,"
                        + " chunked\\r\\n\\r\\n",
                "400 | POST / HTTP/1.1\\r\\nHost: a\\r\\nTransfer-Encoding: identity\\r\\n\\r\\n",
                "400 | POST / HTTP/1.1\\r\\nHost: a\\r\\nTransfer-Encoding: xchunked\\r\\n\\r\\n",
                "400 | POST / HTTP/1.1\\r\\nHost: a\\r\\nTransfer-Encoding:\\r\\n\\r\\n",
                "400 | POST / HTTP/1.1\\r\\nHost: a\\r\\nTransfer-Encoding:"
                        + " chunked;q=1\\r\\n\\r\\n",
                "400 | POST / HTTP/1.1\\r\\nHost: a\\r\\nTransfer-Encoding:"
                        + " \\013chunked\\r\\n\\r\\n",
                // lines
                "400 | GET / HTTP/1.1\\nHost: a\\n\\n",
                "400 | GET / HTTP/1.1\\r\\nHost: a\\nX: b\\r\\n\\r\\n",
                "400 | GET / HTTP/1.1\\r\\nHost : a\\r\\n\\r\\n",
                "400 | GET / HTTP/1.1\\r\\nHost: a\\r\\nTransfer-Encoding : chunked\\r\\n\\r\\n",
                "400 | GET / HTTP/1.1\\r\\nHost: a\\r\\n: b\\r\\n\\r\\n",
                "400 | GET / HTTP/1.1\\r\\nHost: a\\r\\nno colon\\r\\n\\r\\n",
                "400 | GET / HTTP/1.1\\r\\nHost: a\\r\\nX: a\\000b\\r\\n\\r\\n",
                "400 | GET / HTTP/1.1\\r\\nHost: a\\r\\nX\\000Y: b\\r\\n\\r\\n",
                "400 | GET / HTTP/1.1\\r\\nHost: a\\r\\nX: a\\rb\\r\\n\\r\\n",
                "400 | GET / HTTP/1.1\\r\\nHost: a\\r\\nX\\r: b\\r\\n\\r\\n",
                "400 | GET / HTTP/1.1\\r\\nHost: a\\r\\nX(Y): b\\r\\n\\r\\n",
                "400 | GET / HTTP/1.1\\r\\nHost: a\\r\\n folded\\r\\n\\r\\n",
                "400 | GET / HTTP/1.1\\r\\nX: b\\r\\n\\tfolded\\r\\nHost: a\\r\\n\\r\\n",
                "400 | GET / HTTP/1.1\\r\\n Host: a\\r\\n\\r\\n",
                // request line
                "400 | GET\\t/ HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n",
                "400 | GET /\\tHTTP/1.1\\r\\nHost: a\\r\\n\\r\\n",
                "400 | GET /a\\tb HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n",
                "400 | GET  / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n",
                "400 | GET /  HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n",
                "400 | GET / HTTP/1.1 \\r\\nHost: a\\r\\n\\r\\n",
                "400 | GET / HTTP/1.1\\t\\r\\nHost: a\\r\\n\\r\\n",
                "400 | ` GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n`",
                "400 | GET /a b HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n",
                "400 | GET /\\001 HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n",
                "400 | GET /\\177 HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n",
                "400 | GET /\\000 HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n",
                "400 | GET /#part HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n",
                "400 | GET / \\r\\nHost: a\\r\\n\\r\\n",
                "400 | GET /\\r\\nHost: a\\r\\n\\r\\n",
                "400 | GET\\r\\nHost: a\\r\\n\\r\\n",
                "400 | G(T / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n",
                "400 | GET nowhere HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n",
                "400 | GET * HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n",
                "400 | GET ftp://a/ HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n",
                "400 | GET / ICY/1.1\\r\\nHost: a\\r\\n\\r\\n",
                "400 | GET / HTTP/1.1x\\r\\nHost: a\\r\\n\\r\\n",
                "505 | GET / HTTP/1.9\\r\\nHost: a\\r\\n\\r\\n",
                "505 | GET / HTTP/3.7\\r\\nHost: a\\r\\n\\r\\n",
                "505 | GET / HTTP/0.9\\r\\nHost: a\\r\\n\\r\\n",
                "505 | PRI * HTTP/2.0\\r\\n\\r\\n",
                // Host
                "400 | GET / HTTP/1.1\\r\\n\\r\\n",
                "400 | GET / HTTP/1.1\\r\\nHost: a\\r\\nHost: a\\r\\n\\r\\n",
                "400 | GET / HTTP/1.1\\r\\nHost: a\\r\\nHost: b\\r\\n\\r\\n",
                "400 | GET / HTTP/1.0\\r\\nHost: a\\r\\nHost: b\\r\\n\\r\\n",
                "400 | GET http://c/ HTTP/1.1\\r\\nHost: a\\r\\nHost: b\\r\\n\\r\\n",
                "400 | GET / HTTP/1.1\\r\\nHost:\\r\\n\\r\\n",
                "400 | GET / HTTP/1.1\\r\\nHost: a b\\r\\n\\r\\n",
                "400 | GET / HTTP/1.1\\r\\nHost: a/b\\r\\n\\r\\n",
                "400 | GET / HTTP/1.1\\r\\nHost: user@a\\r\\n\\r\\n",
                "400 | GET / HTTP/1.1\\r\\nHost: a:port\\r\\n\\r\\n",
                "400 | GET / HTTP/1.1\\r\\nHost: a, b\\r\\n\\r\\n",
                "400 | GET http://us@er/ HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n",
                "400 | GET http:/// HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n",
                // what is not carried
                "400 | CONNECT a HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n",
                "400 | CONNECT [::1] HTTP/1.1\\r\\nHost: [::1]\\r\\n\\r\\n",
                "400 | CONNECT / HTTP/1.1\\r\\nHost: a:443\\r\\n\\r\\n",
                "400 | CONNECT a:443 HTTP/1.1\\r\\nHost: a:443\\r\\nContent-Length:"
                        + " 1\\r\\n\\r\\nx",
                "400 | GET / HTTP/1.1\\r\\nHost: a\\r\\nConnection: Upgrade\\r\\nUpgrade:"
                        + " websocket\\r\\nContent-Length: 1\\r\\n\\r\\nx",
                "403 | GET / HTTP/1.1\\r\\nHost: a\\r\\nConnection: Upgrade,"
                        + " HTTP2-Settings\\r\\nUpgrade: h2c\\r\\nHTTP2-Settings:"
                        + " AAMAAABkAAQAAP__\\r\\n\\r\\n",
                "403 | GET / HTTP/1.1\\r\\nHost: a\\r\\nConnection: close\\r\\nConnection:"
                        + " upgrade\\r\\nUpgrade: h2c\\r\\n\\r\\n",
                // Connection that would take away what matters
                "400 | GET / HTTP/1.1\\r\\nHost: a\\r\\nConnection: host\\r\\n\\r\\n",
                "400 | GET / HTTP/1.1\\r\\nHost: a\\r\\nConnection: close, Host\\r\\n\\r\\n",
                "400 | GET / HTTP/1.1\\r\\nHost: a\\r\\nConnection: Content-Length\\r\\n\\r\\n",
                "400 | GET / HTTP/1.1\\r\\nHost: a\\r\\nConnection: transfer-encoding\\r\\n\\r\\n",
                "400 | GET / HTTP/1.1\\r\\nHost: a\\r\\nConnection: x-forwarded-for\\r\\n\\r\\n",
                "400 | GET / HTTP/1.1\\r\\nHost: a\\r\\nConnection: keep-alive\\r\\nConnection:"
                        + " X-Forwarded-Client-Cert\\r\\n\\r\\n",
            })
    void isRefused(int status, String row) {
        assertThat(Heads.of(unescaped(row)).only().status()).isEqualTo(status);
    }

    @Test
    void aLineThatIsTooLongIs414AndHeadersThatAreIs431() {
        String line = "GET /" + "a".repeat(9000) + " HTTP/1.1\r\nHost: a\r\n\r\n";
        String header = "GET / HTTP/1.1\r\nHost: a\r\nX: " + "a".repeat(70_000) + "\r\n\r\n";

        assertThat(Heads.of(line).only().status()).isEqualTo(414);
        assertThat(Heads.of(header).only().status()).isEqualTo(431);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n",
                "GET / HTTP/1.1\r\nX: b\r\n\tfolded\r\nHost: a\r\n\r\n",
                "GET / HTTP/1.1\r\n Host: a\r\nHost: b\r\n\r\n",
                " GET / HTTP/1.1\r\nHost: a\r\n\r\n",
            })
    void foldedLinesAreRefusedWhereverTheyAreSplit(String request) {
        assertThat(IntStream.range(0, request.length()))
                .allSatisfy(at ->
                        assertThat(Heads.of(request, at).only()).isEqualTo(Refusal.BAD_REQUEST));
    }

    @Test
    void nothingAfterARefusedHeadIsRead() {
        String next = "GET /next HTTP/1.1\r\nHost: a\r\n\r\n";

        assertThat(Heads.of("GET / HTTP/1.1\r\nHost : a\r\n\r\n" + next).requests()).hasSize(1);
        assertThat(Heads.of("GET / HTTP/1.1\r\n Host: a\r\n\r\n" + next).requests()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "3\\r\\nabcd\\r\\n0\\r\\n\\r\\n",
                "x\\r\\nabc\\r\\n0\\r\\n\\r\\n",
                "-3\\r\\nabc\\r\\n0\\r\\n\\r\\n",
                "+3\\r\\nabc\\r\\n0\\r\\n\\r\\n",
                "0x3\\r\\nabc\\r\\n0\\r\\n\\r\\n",
                "3 \\r\\nabc\\r\\n0\\r\\n\\r\\n",
                "3\\nabc\\n0\\n\\n",
                "3;a=\\nb\\r\\nabc\\r\\n0\\r\\n\\r\\n",
                "3\\rabc\\r0\\r\\r",
                "fffffffffffffffff\\r\\nabc",
                "\\r\\nabc\\r\\n",
                "3\\r\\nabc0\\r\\n\\r\\n",
                "0\\r\\nX : y\\r\\n\\r\\n",
            })
    void badChunksFailTheBody(String row) {
        String head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
        String next = "GET /next HTTP/1.1\r\nHost: a\r\n\r\n";

        Heads.Outcome outcome = Heads.of(head + unescaped(row) + next);

        assertThat(outcome.refusals()).containsExactly(Refusal.NONE);
        assertThat(outcome.bodyFailed()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "http://b/p?q, b, /p?q",
        "HTTP://b:81, b:81, /",
        "http://b?q, b, /?q",
        "https://b/, b, /",
        "http://[::1]:8/x, [::1]:8, /x",
    })
    void absoluteFormReplacesHostAndBecomesOriginForm(String target, String host, String path) {
        Heads.Outcome outcome = Heads.of("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n");

        assertThat(outcome.only()).isEqualTo(Refusal.NONE);
        HttpRequest request = outcome.request();
        assertThat(request.headers().getAll(HttpHeaderNames.HOST)).containsExactly(host);
        assertThat(request.uri()).isEqualTo(path);
    }
}
