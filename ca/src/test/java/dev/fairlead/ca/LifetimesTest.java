package dev.fairlead.ca;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LifetimesTest {

    @Test
    void aCallerGetsWhatItAsksForWithinBounds() {
        Lifetimes lifetimes = new Lifetimes(null);

        assertThat(lifetimes.grant(0)).isEqualTo(Duration.ofHours(24));
        assertThat(lifetimes.grant(3600)).isEqualTo(Duration.ofHours(1));
        assertThat(lifetimes.grant(Long.MAX_VALUE)).isEqualTo(Duration.ofHours(24));
        assertThat(lifetimes.grant(1)).isEqualTo(Duration.ofMinutes(5));
    }

    @Test
    void aFixedLifetimeIsInForceWhateverIsAskedFor() {
        Lifetimes lifetimes = new Lifetimes(Duration.ofSeconds(3));

        assertThat(lifetimes.grant(0)).isEqualTo(Duration.ofSeconds(3));
        assertThat(lifetimes.grant(1)).isEqualTo(Duration.ofSeconds(3));
        assertThat(lifetimes.grant(9999)).isEqualTo(Duration.ofSeconds(3));
    }
}
