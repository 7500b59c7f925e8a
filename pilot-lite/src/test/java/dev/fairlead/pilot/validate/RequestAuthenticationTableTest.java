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

/** The table of RequestAuthentication in {@code docs/access.md}: whole, and true. */
class RequestAuthenticationTableTest {

    private static List<TrafficTableTest.Row> rows() throws IOException {
        return TrafficTableTest.rows("docs/access.md", "RequestAuthentication");
    }

    @Test
    void noFieldIsMissingAndNoneIsInvented() throws IOException {
        Set<String> listed = new TreeSet<>();
        rows().forEach(row -> listed.add(row.field()));
        assertThat(listed)
                .isEqualTo(TrafficTableTest.defined("requestauthentications.security.istio.io"));
    }

    static Stream<TrafficTableTest.Row> examples() throws IOException {
        return rows().stream();
    }

    private static String around(String field) {
        if (field.startsWith("targetRef.")) {
            return "{targetRef: {kind: Service, name: a}}";
        }
        if (field.startsWith("targetRefs[]")) {
            return "{targetRefs: [{kind: Service, name: a}]}";
        }
        return field.startsWith("jwtRules[].outputClaimToHeaders[]")
                ? "{jwtRules: [{issuer: 'https://a', outputClaimToHeaders: [{header: a, claim: b}]}]}"
                : field.startsWith("jwtRules[].fromHeaders[]")
                        ? "{jwtRules: [{issuer: 'https://a', fromHeaders: [{name: a}]}]}"
                        : field.startsWith("jwtRules[]")
                                ? "{jwtRules: [{issuer: 'https://a'}]}"
                                : "{}";
    }

    @ParameterizedTest
    @MethodSource("examples")
    void everyExampleIsTakenOrRefusedAsTheTableSays(TrafficTableTest.Row row) {
        ObjectNode object =
                Yaml.documents(
                                "apiVersion: security.istio.io/v1\nkind: RequestAuthentication\n"
                                        + "metadata: {name: a}\nspec: "
                                        + around(row.field()))
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
