package dev.fairlead.agent.data.authz;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CheckedBodyTest {

    private static String text(byte[] bytes) {
        return new String(new CheckedBody(bytes, false, false).sent(), StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @CsvSource({
        "a, a",
        "\u00c3\u00bc, \u00fc",
        "a\u00ffb, a!b",
        "a\u00c3, a!",
        "\u00e2\u0082, !!",
        "\u00c3(x, !(x"
    })
    void whatIsNoTextIsMarked(String latin, String expected) {
        assertThat(text(latin.getBytes(StandardCharsets.ISO_8859_1))).isEqualTo(expected);
    }

    @Property
    void textIsAlwaysText(@ForAll byte[] bytes) {
        byte[] sent = new CheckedBody(bytes, false, false).sent();
        assertThat(new CheckedBody(sent, false, false).sent()).isEqualTo(sent);
    }
}
