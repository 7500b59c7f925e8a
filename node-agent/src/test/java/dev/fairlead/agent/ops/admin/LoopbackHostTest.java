package dev.fairlead.agent.ops.admin;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoopbackHostTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "LOCALHOST:15000",
                "127.0.0.1:15000",
                "127.1.2.3",
                "[::1]",
                "[::1]:15000"
            })
    void takesThisMachine(String host) {
        assertThat(LoopbackHost.names(host)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "evil.example",
                "127.0.0.1.evil.example",
                "localhost.evil.example:15000",
                "198.18.1.1:15000",
                "127.0.0.1:15000@evil.example",
                "127.0.0.1, evil.example",
                "[::ffff:198.18.1.1]",
                "localhost:"
            })
    void refusesOthers(String host) {
        assertThat(LoopbackHost.names(host)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"null", "https://evil.example", "http://evil.example:15000", "localhost"})
    void refusesOriginsElsewhere(String origin) {
        assertThat(LoopbackHost.isOrigin(origin)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://localhost:15000", "http://127.0.0.1:15000", "https://[::1]"})
    void takesOriginsHere(String origin) {
        assertThat(LoopbackHost.isOrigin(origin)).isTrue();
    }
}
