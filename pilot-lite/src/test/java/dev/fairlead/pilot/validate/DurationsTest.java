package dev.fairlead.pilot.validate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {

    private static @Nullable Duration read(String text, long least, List<Problem> problems) {
        var object = JsonNodeFactory.instance.objectNode().put("timeout", text);
        return Durations.read(Fields.of(object, "spec", problems), "timeout", least);
    }

    @ParameterizedTest
    @CsvSource({
        "1ms, PT0.001S",
        "5s, PT5S",
        "1.5s, PT1.5S",
        "0.5s, PT0.5S",
        "1h30m, PT1H30M",
        "1m2s3ms, PT1M2.003S",
        "2000us, PT0.002S",
        "8760h, PT8760H"
    })
    void accepted(String text, Duration duration) {
        List<Problem> problems = new ArrayList<>();
        assertThat(read(text, 1, problems)).isEqualTo(duration);
        assertThat(problems).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "5",
                "s",
                "-1s",
                "1 s",
                "0s",
                "999us",
                "1.0001s",
                "8761h",
                "1d",
                "999999999999h"
            })
    void refused(String text) {
        List<Problem> problems = new ArrayList<>();
        assertThat(read(text, 1, problems)).isNull();
        assertThat(problems)
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.field()).isEqualTo("spec.timeout");
                    assertThat(problem.reason()).startsWith("\"" + text + "\" is ");
                });
    }

    @Test
    void nothingIsADurationWhereItMayBe() {
        List<Problem> problems = new ArrayList<>();
        assertThat(read("0s", 0, problems)).isEqualTo(Duration.ZERO);
        assertThat(read("", 0, problems)).isNull();
        assertThat(problems).isEmpty();
    }
}
