package dev.fairlead.pilot.validate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.pilot.state.MeshSettings;
import dev.fairlead.pilot.state.Meta;
import dev.fairlead.pilot.testing.Yaml;
import dev.fairlead.wire.directory.ObjectKey;
import java.io.IOException;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The table of RateLimit in {@code docs/traffic.md}, and what validation refuses beside it. */
class RateLimitTableTest {

    private static Verdict<?> read(ObjectNode object) {
        var meta = new Meta(ObjectKey.of(object), "uid", Instant.EPOCH, 1, "1");
        return new ConfigReader(MeshSettings.DEFAULT).read(meta, object);
    }

    private static ObjectNode object(String spec) {
        return Yaml.documents(
                        "apiVersion: fairlead.dev/v1alpha1\nkind: RateLimit\n"
                                + "metadata: {name: a}\nspec: "
                                + spec)
                .getFirst();
    }

    static Stream<TrafficTableTest.Row> examples() throws IOException {
        return TrafficTableTest.rows("RateLimit").stream();
    }

    @ParameterizedTest
    @MethodSource("examples")
    void everyExampleIsTaken(TrafficTableTest.Row row) {
        ObjectNode object = object("{rules: [{limit: {requests: 1, per: 1s}}]}");
        TrafficTableTest.put(
                object.withObjectProperty("spec"), row.field(), Yaml.parse(row.example()));
        assertThat(row.refused()).isFalse();
        assertThat(read(object)).as(object.toString()).isInstanceOf(Verdict.Accepted.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    {}                                                    | spec.rules
                    {rules: [{match: {port: 1}}]}                         | spec.rules[0].limit
                    {rules: [{limit: {per: 1s}}]}                         | spec.rules[0].limit.requests
                    {rules: [{limit: {requests: 1, per: 10ms}}]}          | spec.rules[0].limit.per
                    {rules: [{limit: {requests: 1, per: 1s}, response: {status: 200}}]} | spec.rules[0].response.status
                    {rules: [{limit: {requests: 1, per: 1s}, match: {methods: ["A B"]}}]} | spec.rules[0].match.methods[0]
                    {rules: [{limit: {requests: 1, per: 1s}, match: {principals: ["a*b"]}}]} | spec.rules[0].match.principals[0]
                    {route: {name: a}, rules: [{limit: {requests: 1, per: 1s}}]} | spec.route.virtualService
                    {route: {virtualService: a, name: b}, selector: {}, rules: [{limit: {requests: 1, per: 1s}}]} | spec.selector
                    {route: {virtualService: a, name: b}, rules: [{limit: {requests: 1, per: 1s}, match: {port: 1}}]} | spec.rules[0].match.port
                    {route: {virtualService: a, name: b}, rules: [{limit: {requests: 1, per: 1s}}, {limit: {requests: 1, per: 1s}, response: {status: 503}}]} | spec.rules[1].response
                    """)
    void whatIsWrongIsNamed(String spec, String field) {
        assertThat(read(object(spec)))
                .isInstanceOfSatisfying(
                        Verdict.Refused.class,
                        refused ->
                                assertThat(refused.problems().toString()).contains(field + ": "));
    }
}
