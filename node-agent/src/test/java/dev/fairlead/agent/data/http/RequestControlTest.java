package dev.fairlead.agent.data.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestControlTest {

    private final HttpHeaders headers = new DefaultHttpHeaders();

    @Test
    void whatIsNotAskedIsNotMade() {
        headers.set("host", "a").set("x-envoy-attempt-count", "1");

        assertThat(RequestControl.take(headers, true)).isSameAs(RequestControl.NONE);
        assertThat(headers.size()).isEqualTo(2);
    }

    @Test
    void whatOnlyAProxyMaySayIsTakenOff() {
        headers.set("X_Forwarded-Client-Cert", "By=me").set("x-envoy-internal", "true");

        assertThat(RequestControl.take(headers, true)).isSameAs(RequestControl.NONE);
        assertThat(headers.isEmpty()).isTrue();
    }

    @Test
    void severalLinesAreOneList() {
        headers.add("x-envoy-retry-on", "5xx, reset").add("X-Envoy-Retry-On", "connect-failure");
        headers.add("x-envoy-retry-grpc-on", "unavailable");
        headers.add("x-envoy-retriable-status-codes", "409,x").add("x-envoy-max-retries", "3");
        headers.add("x-envoy-retriable-header-names", "X-Again");

        RequestControl asked = RequestControl.take(headers, true);

        assertThat(asked.retryOn())
                .containsExactlyInAnyOrder("5xx", "reset", "connect-failure", "unavailable");
        assertThat(asked.statuses()).containsExactly(409);
        assertThat(asked.retries()).isEqualTo(3);
        assertThat(asked.responseHeaders()).containsExactly("x-again");
        assertThat(headers.isEmpty()).isTrue();
    }

    /** Envoy knows its conditions in lower case alone. */
    @Test
    void conditionsAreNamesAsTheyAre() {
        headers.add("x-envoy-retry-on", "Reset");
        assertThat(RequestControl.take(headers, true).retryOn()).containsExactly("Reset");
    }

    @ParameterizedTest
    @CsvSource({"30,30", "0,0", "-1,", "1s,", "9999999999999,", "'',"})
    void aTimeIsMilliseconds(String said, Long millis) {
        headers.add("x-envoy-upstream-rq-timeout-ms", said);
        assertThat(RequestControl.take(headers, true).timeout())
                .isEqualTo(millis == null ? null : Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @CsvSource({"x-envoy-max-retries", "X_Envoy_Max_Retries", "x-envoy-expected-rq-timeout-ms"})
    void strangersAskForNothing(String name) {
        headers.add(name, "7");
        assertThat(RequestControl.take(headers, false)).isEqualTo(RequestControl.NONE);
        assertThat(headers.isEmpty()).isTrue();
    }

    @Test
    void whoMayAskMayAlsoSayWhatIsExpected() {
        headers.add("x-envoy-expected-rq-timeout-ms", "7");
        assertThat(RequestControl.take(headers, true)).isSameAs(RequestControl.NONE);
        assertThat(headers.size()).isEqualTo(1);
    }
}
