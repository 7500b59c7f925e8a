package dev.fairlead.iptables;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The rules as text, for reading and reviewing. Run with {@code -Dfairlead.golden=write} to write
 * the files anew.
 */
class GoldenRulesTest {

    static Stream<Arguments> rules() {
        var excluding =
                PodRules.excluding(
                        List.of(9090, 22),
                        List.of(5432),
                        List.of(Cidr.parse("10.1.2.3/8"), Cidr.parse("fd00:1::/32")));
        var node = new NodeRules(List.of(Cidr.parse("198.18.1.0/24"), Cidr.parse("fd00:18::/64")));
        return Stream.of(
                Arguments.of("pod", (Function<IpFamily, RuleSet>) PodRules.all()::captured),
                Arguments.of("pod-excluding", (Function<IpFamily, RuleSet>) excluding::captured),
                Arguments.of("pod-draining", (Function<IpFamily, RuleSet>) excluding::draining),
                Arguments.of("node", (Function<IpFamily, RuleSet>) node::rules));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rules")
    void rulesAreAsWritten(String name, Function<IpFamily, RuleSet> rules) throws Exception {
        for (var family : IpFamily.values()) {
            var file = name + "." + family.tool() + ".rules";
            var text = rules.apply(family).restoreText();
            if ("write".equals(System.getProperty("fairlead.golden"))) {
                Files.writeString(Path.of("src/test/resources/golden", file), text);
            }
            assertThat(text).as(file).isEqualTo(golden(file));
        }
    }

    private static String golden(String file) throws IOException {
        if ("write".equals(System.getProperty("fairlead.golden"))) {
            return Files.readString(Path.of("src/test/resources/golden", file));
        }
        try (var in = GoldenRulesTest.class.getResourceAsStream("/golden/" + file)) {
            return new String(
                    Objects.requireNonNull(in, file).readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
