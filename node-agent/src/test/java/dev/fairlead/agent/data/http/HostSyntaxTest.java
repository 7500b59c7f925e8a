package dev.fairlead.agent.data.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostSyntaxTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "a.b.c",
                "A-1.b",
                "a:",
                "a:0",
                "a:65535",
                "198.18.0.1",
                "198.18.0.1:80",
                "[::1]",
                "[::1]:443",
                "[fe80::1%25eth0]",
                "x_y",
                "a%20b",
                "reviews.default:9080"
            })
    void names(String authority) {
        assertThat(HostSyntax.valid(authority)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                ":80",
                "a b",
                "a\tb",
                "a/b",
                "a?b",
                "a#b",
                "u@a",
                "a:b",
                "a:80:90",
                "a:-1",
                "a:65536",
                "a:123456",
                "[",
                "[]",
                "[::1",
                "[::1]80",
                "[::1]:x",
                "::1",
                "[g::1/]",
                "a\u00e9",
                "a\\b",
                "a\"b",
                "a<b",
                "\u0000"
            })
    void noNames(String authority) {
        assertThat(HostSyntax.valid(authority)).isFalse();
    }
}
