package dev.fairlead.pilot.validate;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.pilot.state.MeshSettings;
import dev.fairlead.pilot.state.Meta;
import dev.fairlead.pilot.testing.Yaml;
import dev.fairlead.wire.directory.ObjectKey;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The table of DestinationRule in {@code docs/traffic.md}: every example is true. */
class DestinationRuleTableTest {

    /** Where the parts of the table are tried. */
    private static final Map<String, String> PLACES =
            Map.of(
                    "TrafficPolicy", "trafficPolicy",
                    "LoadBalancer", "trafficPolicy.loadBalancer",
                    "ConnectionPool", "trafficPolicy.connectionPool",
                    "OutlierDetection", "trafficPolicy.outlierDetection");

    /** What must be there for a field to make sense. */
    private static final Map<String, String> AROUND =
            Map.ofEntries(
                    entry(
                            "trafficPolicy.tls.sni",
                            "{host: a, trafficPolicy: {tls: {mode: SIMPLE}}}"),
                    entry(
                            "trafficPolicy.tls.subjectAltNames",
                            "{host: a, trafficPolicy: {tls: {mode: SIMPLE}}}"),
                    entry(
                            "trafficPolicy.tls.caCertificates",
                            "{host: a, trafficPolicy: {tls: {mode: SIMPLE}}}"),
                    entry(
                            "trafficPolicy.tls.credentialName",
                            "{host: a, trafficPolicy: {tls: {mode: SIMPLE}}}"),
                    entry(
                            "trafficPolicy.tls.caCrl",
                            "{host: a, trafficPolicy: {tls: {mode: SIMPLE}}}"),
                    entry(
                            "trafficPolicy.tls.insecureSkipVerify",
                            "{host: a, trafficPolicy: {tls: {mode: SIMPLE}}}"),
                    entry(
                            "trafficPolicy.tls.clientCertificate",
                            "{host: a, trafficPolicy: {tls: {mode: MUTUAL, privateKey: /k.pem}}}"),
                    entry(
                            "trafficPolicy.tls.privateKey",
                            "{host: a, trafficPolicy: {tls: {mode: MUTUAL, clientCertificate: /c.pem}}}"),
                    entry("subsets[].labels", "{host: a, subsets: [{name: v1}]}"),
                    entry("subsets[].trafficPolicy", "{host: a, subsets: [{name: v1}]}"),
                    entry(
                            "trafficPolicy.outlierDetection.consecutiveLocalOriginFailures",
                            "{host: a, trafficPolicy: {outlierDetection: {splitExternalLocalOriginErrors:"
                                    + " true}}}"));

    static Stream<TrafficTableTest.Row> examples() throws IOException {
        return TrafficTableTest.rows("DestinationRule").stream();
    }

    @ParameterizedTest
    @MethodSource("examples")
    void everyExampleIsTakenOrRefusedAsTheTableSays(TrafficTableTest.Row row) {
        String part = row.field().split("\\.", 2)[0];
        String field =
                PLACES.containsKey(part)
                        ? PLACES.get(part) + row.field().substring(part.length())
                        : row.field();
        ObjectNode object =
                Yaml.documents(
                                "apiVersion: networking.istio.io/v1\nkind: DestinationRule\n"
                                        + "metadata: {name: a}\nspec: "
                                        + AROUND.getOrDefault(field, "{host: a}"))
                        .getFirst();
        TrafficTableTest.put(object.withObjectProperty("spec"), field, Yaml.parse(row.example()));
        var meta = new Meta(ObjectKey.of(object), "uid", Instant.EPOCH, 1, "1");
        var verdict = new ConfigReader(MeshSettings.DEFAULT).read(meta, object);
        if (row.refused()) {
            assertThat(verdict)
                    .as(object.toString())
                    .isInstanceOfSatisfying(
                            Verdict.Refused.class,
                            refused -> assertThat(refused.problems().toString()).contains(field));
        } else {
            assertThat(verdict).as(object.toString()).isInstanceOf(Verdict.Accepted.class);
        }
    }
}
