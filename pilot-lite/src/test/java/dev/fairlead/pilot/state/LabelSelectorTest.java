package dev.fairlead.pilot.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.pilot.state.LabelSelector.Expression;
import dev.fairlead.pilot.state.LabelSelector.Operator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LabelSelectorTest {

    private static final Map<String, String> LABELS = Map.of("app", "web", "tier", "front");

    @ParameterizedTest
    @CsvSource({
        "app,  IN,             web,  true",
        "app,  IN,             api,  false",
        "none, IN,             web,  false",
        "app,  NOT_IN,         api,  true",
        "app,  NOT_IN,         web,  false",
        "none, NOT_IN,         web,  true",
        "app,  EXISTS,         '',   true",
        "none, EXISTS,         '',   false",
        "app,  DOES_NOT_EXIST, '',   false",
        "none, DOES_NOT_EXIST, '',   true"
    })
    void expressions(String key, Operator operator, String value, boolean matches) {
        var selector =
                new LabelSelector(
                        Map.of(), List.of(new Expression(key, operator, List.of(value, "other"))));
        assertThat(selector.matches(LABELS)).isEqualTo(matches);
    }

    @Test
    void allOfItMustMatchAndNothingAskedMatchesEverything() {
        assertThat(LabelSelector.EVERYTHING.matches(LABELS)).isTrue();
        assertThat(LabelSelector.EVERYTHING.matches(Map.of())).isTrue();
        var both =
                new LabelSelector(
                        Map.of("app", "web"),
                        List.of(new Expression("tier", Operator.IN, List.of("back"))));
        assertThat(both.matches(LABELS)).isFalse();
        assertThat(new LabelSelector(Map.of("app", "web", "x", "y"), List.of()).matches(LABELS))
                .isFalse();
    }
}
