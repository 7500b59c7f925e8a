package dev.fairlead.agent.control.xds.compile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BoundedRegexTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/v[0-9]+/.*",
                "[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}",
                "^(.*?;)?(user=jason)(;.*)?$",
                "a{,3}b{x}",
                "[]a](b)",
                "\\p{Greek}+\\Q{1000}\\E",
            })
    void whatPeopleWriteIsTaken(String regex) throws Refusal {
        assertThat(BoundedRegex.compile(regex, At.ROOT).pattern()).isEqualTo(regex);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(a{1000}){1000}",
                "((a{100}){100}){100}",
                "(?:[](]a{1000}){900}",
                "([])]a{1000}){1000}",
                "(x{1000}|y{1000}){20}",
            })
    void whatWouldGrowIsRefusedBeforeItIsCompiled(String regex) {
        assertThatExceptionOfType(Refusal.class)
                .isThrownBy(() -> BoundedRegex.compile(regex, At.ROOT))
                .withMessageContaining("steps when expanded");
    }

    @Test
    void depthAndLengthAreBounded() {
        assertThatExceptionOfType(Refusal.class)
                .isThrownBy(() -> BoundedRegex.compile("(".repeat(200), At.ROOT))
                .withMessageContaining("nested deeper");
        assertThatExceptionOfType(Refusal.class)
                .isThrownBy(() -> BoundedRegex.compile("a".repeat(5000), At.ROOT))
                .withMessageContaining("longer than 4096 characters");
    }
}
