package dev.fairlead.pilot.validate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.pilot.state.MeshSettings;
import dev.fairlead.pilot.state.Meta;
import dev.fairlead.pilot.testing.Yaml;
import dev.fairlead.wire.directory.ObjectKey;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The tables of {@code docs/access.md}: whole, and true. */
class SecurityTableTest {

    private static List<TrafficTableTest.Row> rows() throws IOException {
        return TrafficTableTest.rows("docs/access.md", "AuthorizationPolicy");
    }

    @Test
    void noFieldIsMissingAndNoneIsInvented() throws IOException {
        Set<String> listed = new TreeSet<>();
        rows().forEach(row -> listed.add(row.field()));
        assertThat(listed)
                .isEqualTo(TrafficTableTest.defined("authorizationpolicies.security.istio.io"));
    }

    static Stream<TrafficTableTest.Row> examples() throws IOException {
        return rows().stream();
    }

    @ParameterizedTest
    @MethodSource("examples")
    void everyExampleIsTakenOrRefusedAsTheTableSays(TrafficTableTest.Row row) {
        String around =
                row.field().startsWith("provider")
                        ? "{action: CUSTOM, provider: {name: a}, rules: [{}]}"
                        : row.field().startsWith("targetRef.")
                                ? "{targetRef: {kind: Service, name: a}}"
                                : row.field().startsWith("targetRefs[]")
                                        ? "{targetRefs: [{kind: Service, name: a}]}"
                                        : row.field().contains("when[]")
                                                ? "{rules: [{when: [{key: source.principal, values: [a]}]}]}"
                                                : "{rules: [{}]}";
        ObjectNode object =
                Yaml.documents(
                                "apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\n"
                                        + "metadata: {name: a}\nspec: "
                                        + around)
                        .getFirst();
        TrafficTableTest.put(
                object.withObjectProperty("spec"), row.field(), Yaml.parse(row.example()));
        var meta = new Meta(ObjectKey.of(object), "uid", Instant.EPOCH, 1, "1");
        var verdict = new ConfigReader(MeshSettings.DEFAULT).read(meta, object);
        if (row.refused()) {
            assertThat(verdict)
                    .as(object.toString())
                    .isInstanceOfSatisfying(
                            Verdict.Refused.class,
                            refused ->
                                    assertThat(refused.problems().toString())
                                            .contains(row.field().replace("[]", "[0]")));
        } else {
            assertThat(verdict).as(object.toString()).isInstanceOf(Verdict.Accepted.class);
        }
    }
}
