package dev.fairlead.pilot.validate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.pilot.state.MeshSettings;
import dev.fairlead.pilot.state.MeshSettings.Compat;
import dev.fairlead.pilot.state.MeshSettings.Egress;
import dev.fairlead.pilot.state.Meta;
import dev.fairlead.pilot.testing.Yaml;
import dev.fairlead.wire.directory.ObjectKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Istio's own documents, where they are at hand: not part of this project. */
class SuitesTest {

    private static Path suites() {
        String given =
                System.getProperty(
                        "fairlead.suites", System.getenv().getOrDefault("FAIRLEAD_SUITES", ""));
        Path folder =
                given.isEmpty()
                        ? Path.of(System.getProperty("fairlead.root", ".."))
                                .resolve("../shared/suites")
                        : Path.of(given);
        if (!Files.isDirectory(folder)) {
            System.err.println("SKIPPED SuitesTest: no folder " + folder);
        }
        assumeTrue(Files.isDirectory(folder), "no folder " + folder);
        return folder;
    }

    private static List<ObjectNode> documents(String file) throws IOException {
        String text = Files.readString(suites().resolve(file));
        // an address that ends in colons is a key to SnakeYAML, a string to kubectl
        return Yaml.documents(text.replace(" 001:db8::]", " '001:db8::']"));
    }

    private static String verdict(JsonNode object, Compat compat) {
        ObjectKey key = ObjectKey.of(object);
        var mesh = new MeshSettings(compat, "cluster.local", "istio-system", Egress.ALLOW_ANY);
        var meta = new Meta(key, "uid", Instant.EPOCH, 1, "1");
        return switch (new ConfigReader(mesh).read(meta, object)) {
            case Verdict.Accepted<?> _ -> "accepted";
            case Verdict.Refused<?>(List<Problem> problems) -> problems.toString();
        };
    }

    /** Every document of Istio's in the samples: what is refused is so for one right reason. */
    @ParameterizedTest
    @EnumSource(Compat.class)
    void samples(Compat compat) throws IOException {
        Path samples = suites().resolve("istio-samples-1.2.2");
        int seen = 0;
        try (Stream<Path> files = Files.walk(samples)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".yaml")).toList()) {
                for (ObjectNode object : documents(suites().relativize(file).toString())) {
                    if (!object.path("apiVersion").asText().contains(".istio.io/")) {
                        continue;
                    }
                    seen++;
                    assertThat(verdict(object, compat))
                            .as(file + " " + object.at("/metadata/name"))
                            .isEqualTo(expected(object));
                }
            }
        }
        assertThat(seen).isGreaterThan(30);
    }

    private static String expected(JsonNode object) {
        JsonNode gateways = object.at("/spec/gateways");
        return switch (object.path("kind").asText()) {
            case "VirtualService" ->
                    gateways.isMissingNode()
                            ? "accepted"
                            : "[spec.gateways[0]: "
                                    + gateways.path(0).asText()
                                    + ": not supported yet]";
            case "DestinationRule", "rule", "handler", "instance" ->
                    "accepted"; // of Mixer's, and ignored
            case "ServiceRole", "ServiceRoleBinding", "RbacConfig", "ClusterRbacConfig" ->
                    "accepted";
            default -> "[kind " + object.path("kind").asText() + " not supported yet]";
        };
    }

    /** What Istio finds invalid is refused here, too. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "destinationrule",
                "peerauth",
                "authz",
                "reqauth",
                "serviceentry",
                "workloadentry",
                "telemetry"
            })
    void invalid(String kind) throws IOException {
        assertThat(documents("istio-validation/" + kind + "-invalid.yaml"))
                .isNotEmpty()
                .allSatisfy(object -> {
                    object.remove("_err");
                    String verdict = verdict(object, Compat.MODERN);
                    assertThat(verdict).isNotEqualTo("accepted");
                    assertThat(verdict).as(object.toString()).doesNotMatch("\\[kind [^,]*");
                });
    }

    /** What Istio finds valid is accepted, or only refused as not supported yet. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "destinationrule",
                "peerauth",
                "authz",
                "reqauth",
                "serviceentry",
                "workloadentry",
                "telemetry"
            })
    void valid(String kind) throws IOException {
        assertThat(documents("istio-validation/" + kind + "-valid.yaml"))
                .isNotEmpty()
                .allSatisfy(object ->
                        assertThat(verdict(object, Compat.MODERN))
                                .matches("accepted|.*not supported yet\\]"));
    }
}
