package dev.fairlead.agent.data.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import org.junit.jupiter.api.Test;

class ConnectionHeaderTest {

    private final HttpHeaders headers =
            new DefaultHttpHeaders().add("Host", "a").add("X-Kept", "1");

    private String left() {
        ConnectionHeader.removeHopByHop(headers);
        return String.join(" ", headers.names());
    }

    @Test
    void hopByHopHeadersGo() {
        headers.add("Connection", "keep-alive")
                .add("Keep-Alive", "timeout=5")
                .add("Proxy-Connection", "keep-alive")
                .add("Upgrade", "h2c")
                .add("TE", "deflate");

        assertThat(left()).isEqualTo("Host X-Kept");
    }

    @Test
    void whatConnectionNamesGoesInEveryLineAndSpelling() {
        headers.add("Connection", "keep-alive")
                .add("Connection", "x-one ,, X-TWO")
                .add("X-One", "1")
                .add("x-one", "2")
                .add("X-Two", "1");

        assertThat(left()).isEqualTo("Host X-Kept");
    }

    @Test
    void framingAndRoutingStayWhateverConnectionSays() {
        headers.add("Connection", "host, content-length, cookie")
                .add("Content-Length", "1")
                .add("Cookie", "c");

        assertThat(left()).isEqualTo("Host X-Kept Content-Length Cookie");
    }

    @Test
    void teIsForTrailersOnly() {
        headers.add("Connection", "TE").add("TE", "deflate, Trailers");

        assertThat(left()).isEqualTo("Host X-Kept te");
        assertThat(headers.get("TE")).isEqualTo("trailers");
    }

    @Test
    void aSecondLineIsLookedAtToo() {
        headers.add("Connection", "close").add("Connection", "x, Host");

        assertThat(ConnectionHeader.namesForbidden(headers)).isTrue();
    }

    @Test
    void ordinaryNamesAreNotForbidden() {
        headers.add("Connection", "close, TE, x-mine");

        assertThat(ConnectionHeader.namesForbidden(headers)).isFalse();
    }
}
