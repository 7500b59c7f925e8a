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

/** The table of HealthCheck in {@code docs/traffic.md}, and what validation refuses beside it. */
class HealthCheckTableTest {

    private static Verdict<?> read(ObjectNode object) {
        var meta = new Meta(ObjectKey.of(object), "uid", Instant.EPOCH, 1, "1");
        return new ConfigReader(MeshSettings.DEFAULT).read(meta, object);
    }

    private static ObjectNode object(String spec) {
        return Yaml.documents(
                        "apiVersion: fairlead.dev/v1alpha1\nkind: HealthCheck\n"
                                + "metadata: {name: a, namespace: default}\nspec: "
                                + spec)
                .getFirst();
    }

    static Stream<TrafficTableTest.Row> examples() throws IOException {
        return TrafficTableTest.rows("HealthCheck").stream();
    }

    @ParameterizedTest
    @MethodSource("examples")
    void everyExampleIsTaken(TrafficTableTest.Row row) {
        String kind = row.field().replaceFirst("\\..*", "");
        ObjectNode object =
                object(
                        switch (kind) {
                            case "tcp" -> "{host: a, tcp: {}}";
                            case "grpc" -> "{host: a, grpc: {}}";
                            default -> "{host: a, http: {path: /}}";
                        });
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
                    {tcp: {}}                                  | spec.host
                    {host: a}                                  | spec.http
                    {host: a, tcp: {}, grpc: {}}               | spec.grpc
                    {host: a, http: {}}                        | spec.http.path
                    {host: a, http: {path: a}}                 | spec.http.path
                    {host: a, http: {path: /a b}}              | spec.http.path
                    {host: a, http: {path: /, host: "a b"}}    | spec.http.host
                    {host: a, http: {path: /, method: CONNECT}} | spec.http.method
                    {host: a, http: {path: /, expectedStatuses: [{start: 200, end: 200}]}} | spec.http.expectedStatuses[0].end
                    {host: a, http: {path: /, expectedStatuses: [{start: 99}]}} | spec.http.expectedStatuses[0].start
                    {host: a, http: {path: /, body: b}}        | spec.http.body
                    {host: a, tcp: {receive: [""]}}            | spec.tcp.receive[0]
                    {host: a, grpc: {authority: "a b"}}        | spec.grpc.authority
                    {host: a, tcp: {}, interval: 0s}           | spec.interval
                    {host: a, tcp: {}, timeout: 1}             | spec.timeout
                    {host: a, tcp: {}, unhealthyThreshold: 0}  | spec.unhealthyThreshold
                    {host: a, tcp: {}, healthyThreshold: 0}    | spec.healthyThreshold
                    {host: a, tcp: {}, port: 70000}            | spec.port
                    {host: a, tcp: {}, checkPort: 0}           | spec.checkPort
                    {host: a, tcp: {}, exportTo: ["*", b]}     | spec.exportTo[0]
                    {host: a, tcp: {}, tls: {}}                | spec.tls
                    """)
    void whatIsWrongIsNamed(String spec, String field) {
        assertThat(read(object(spec)))
                .isInstanceOfSatisfying(
                        Verdict.Refused.class,
                        refused ->
                                assertThat(refused.problems().toString()).contains(field + ": "));
    }
}
