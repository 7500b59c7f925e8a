package dev.fairlead.lab.pods;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BackoffTest {

    @Test
    void doublesFromAtOnceToAMinute() {
        List<Long> seconds = new ArrayList<>();
        Backoff backoff = Backoff.NONE;
        for (int i = 0; i < 9; i++) {
            backoff = backoff.after(Duration.ofMillis(10));
            seconds.add(backoff.delay().toSeconds());
        }
        assertThat(seconds).containsExactly(0L, 1L, 2L, 4L, 8L, 16L, 32L, 60L, 60L);
    }

    @Test
    void aGoodRunIsForgiven() {
        Backoff backoff = new Backoff(7).after(Duration.ofMinutes(5));
        assertThat(backoff.delay()).isEqualTo(Duration.ZERO);
    }

    @Test
    void neverOverflows() {
        assertThat(new Backoff(Integer.MAX_VALUE).delay()).isEqualTo(Duration.ofMinutes(1));
    }
}
