package dev.fairlead.agent.data.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What upstreams are told of the time that they have. */
class TimeoutsTest {

    @ParameterizedTest
    @CsvSource({"0, 0, '', ''", "900, 0, 900, 900", "0, 800, 800, 800", "900, 800, 800, 900"})
    void aCopyHasAllTheTimeAtOnce(long whole, long ofTry, String told, String copyTold) {
        var timeouts = new Timeouts(Duration.ofMillis(whole), Duration.ofMillis(ofTry), false);
        HttpHeaders original = new DefaultHttpHeaders();
        HttpHeaders copy = new DefaultHttpHeaders();

        timeouts.announce(original, 0);
        timeouts.announceToCopy(copy);

        String name = "x-envoy-expected-rq-timeout-ms";
        assertThat(original.get(name, "")).isEqualTo(told);
        assertThat(copy.get(name, "")).isEqualTo(copyTold);
    }
}
