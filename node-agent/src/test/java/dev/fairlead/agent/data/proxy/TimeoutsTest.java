package dev.fairlead.agent.data.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What upstreams are told of the time that they have. */
class TimeoutsTest {

    @ParameterizedTest
    @CsvSource({"0, 0, '', ''", "900, 0, 900, 900", "0, 800, 800, 800", "900, 800, 800, 900"})
    void aCopyHasAllTheTimeAtOnce(long whole, long ofTry, String told, String copyTold) {
        var timeouts =
                new Timeouts(Duration.ofMillis(whole), Duration.ofMillis(ofTry), false, false);
        HttpHeaders original = new DefaultHttpHeaders();
        HttpHeaders copy = new DefaultHttpHeaders();

        timeouts.announce(original, 0);
        timeouts.announceToCopy(copy);

        String name = "x-envoy-expected-rq-timeout-ms";
        assertThat(original.get(name, "")).isEqualTo(told);
        assertThat(copy.get(name, "")).isEqualTo(copyTold);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0, '', '', ''",
        "900, 0, '', 900m, 900m",
        "900, 800, '', 800m, 800m",
        "900, 0, 1S, 900m, 900m",
        "900, 800, 100m, 100m, 100m"
    })
    void aCallsServerHearsItInGrpcsWords(
            long whole, long ofTry, String asked, String told, String copyTold) {
        var timeouts =
                new Timeouts(Duration.ofMillis(whole), Duration.ofMillis(ofTry), false, true);
        HttpHeaders original = new DefaultHttpHeaders();
        if (!asked.isEmpty()) {
            original.set("grpc-timeout", asked);
        }
        HttpHeaders copy = original.copy();

        timeouts.announce(original, 0);
        timeouts.announceToCopy(copy);

        assertThat(original.get("grpc-timeout", "")).isEqualTo(told);
        assertThat(copy.get("grpc-timeout", "")).isEqualTo(copyTold);
    }

    @Test
    void aLaterTryOfACallHasWhatIsLeft() {
        var timeouts = new Timeouts(Duration.ofSeconds(1), Duration.ZERO, false, true);
        HttpHeaders headers = new DefaultHttpHeaders();
        timeouts.announce(headers, 0);

        timeouts.announce(headers, 400_000_000L);

        assertThat(headers.get("grpc-timeout")).isEqualTo("600m");
    }
}
