package dev.fairlead.agent.data.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.model.cluster.HealthCheck;
import dev.fairlead.agent.model.cluster.HealthCheck.Kind;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How single checks become a verdict. Source: Envoy, "Health checking". */
class CheckRecordTest {

    /**
     * Outcomes: {@code +} success, {@code -} an answer that says no, {@code n} no answer, {@code ?}
     * not asked. Verdicts after each: {@code H}ealthy, {@code F}ailed, {@code U}nknown. Three
     * network failures in a row, two successes.
     */
    @ParameterizedTest
    @CsvSource(
            textBlock =
                    """
                    +,         H
                    -,         F
                    n,         F
                    ?+,        UH
                    +nn+nnn,   HHHHHHF
                    +nnn,      HHHF
                    +-,        HF
                    +n-,       HHF
                    -++,       FFH
                    -+-++,     FFFFH
                    -+n++,     FFFFH
                    -+?+,      FFFH
                    -++nnn,    FFHHHF
                    +nn?n,     HHHHF
                    """)
    void verdicts(String outcomes, String verdicts) {
        var record =
                new CheckRecord(
                        new HealthCheck(
                                Duration.ofSeconds(1),
                                Duration.ofSeconds(5),
                                Duration.ZERO,
                                Duration.ofSeconds(5),
                                3,
                                2,
                                true,
                                new Kind.Tcp(null, List.of())));
        String found =
                outcomes.chars()
                        .mapToObj(each ->
                                switch (each) {
                                    case '+' -> Outcome.SUCCESS;
                                    case '-' -> Outcome.FAILURE;
                                    case 'n' -> Outcome.NETWORK_FAILURE;
                                    default -> Outcome.NOT_ASKED;
                                })
                        .map(outcome -> {
                            var before = record.verdict();
                            assertThat(record.add(outcome)).isEqualTo(before != record.verdict());
                            return record.verdict().name().substring(0, 1);
                        })
                        .collect(Collectors.joining());
        assertThat(found).isEqualTo(verdicts);
    }
}
