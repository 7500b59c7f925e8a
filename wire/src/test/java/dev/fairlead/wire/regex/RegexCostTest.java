package dev.fairlead.wire.regex;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RegexCostTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "abc 3 0",
                "(a|b) 5 1",
                "a{3} 4 0",
                "a{2,5} 6 0",
                "a{x} 4 0",
                "[a\\]b]{9} 10 0",
                "((a{9}){9}){9} 1220 2",
            })
    void isWhatTheProgramHasAtMost(String regex, long steps, int depth) {
        assertThat(RegexCost.of(regex)).isEqualTo(new RegexCost(steps, depth));
    }

    @ParameterizedTest
    @CsvSource({"'(((((((a{999}){999}){999}){999}){999}){999}){999}){999}'"})
    void endsWhereNobodyWouldCount(String regex) {
        assertThat(RegexCost.of(regex).steps()).isGreaterThanOrEqualTo(RegexCost.COUNTED);
    }
}
