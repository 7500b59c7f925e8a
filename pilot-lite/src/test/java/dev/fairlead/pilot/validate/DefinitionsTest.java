package dev.fairlead.pilot.validate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.pilot.testing.Yaml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The CustomResourceDefinitions that are installed. */
class DefinitionsTest {

    private static final Path DAEMONSET =
            Path.of(System.getProperty("fairlead.root", "..")).resolve("deploy/daemonset");

    private static List<ObjectNode> definitions() throws IOException {
        List<ObjectNode> definitions = new ArrayList<>();
        try (Stream<Path> files = Files.list(DAEMONSET.resolve("base/crds"))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".istio.io.yaml")).toList()) {
                definitions.addAll(Yaml.documents(Files.readString(file)));
            }
        }
        return definitions;
    }

    @Test
    void areWhatTheGeneratorWrites() throws IOException, InterruptedException {
        Process process;
        try {
            process =
                    new ProcessBuilder(DAEMONSET.resolve("crds/generate").toString(), "--check")
                            .redirectErrorStream(true)
                            .start();
        } catch (IOException e) {
            System.err.println("SKIPPED areWhatTheGeneratorWrites: no python3: " + e.getMessage());
            assumeTrue(false, "no python3");
            return;
        }
        String said = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(said).isZero();
    }

    @Test
    void oneVersionIsStoredAndAllAreServedWithStatus() throws IOException {
        for (ObjectNode definition : definitions()) {
            int stored = 0;
            for (JsonNode version : definition.at("/spec/versions")) {
                stored += version.path("storage").asBoolean() ? 1 : 0;
                assertThat(version.path("served").asBoolean()).isTrue();
                assertThat(version.at("/subresources/status").isObject()).isTrue();
            }
            assertThat(stored).as(definition.at("/metadata/name").asText()).isOne();
        }
    }

    @Test
    void sayThatTheyAreOurs() throws IOException {
        assertThat(definitions())
                .hasSizeGreaterThan(25)
                .allMatch(d ->
                        d.at("/metadata/labels")
                                .path("app.kubernetes.io/part-of")
                                .asText()
                                .equals("fairlead"));
    }

    /** A second spelling that the API server dropped would be a setting that nobody missed. */
    @Test
    void noObjectOfTheSpecIsPruned() throws IOException {
        for (ObjectNode definition : definitions()) {
            for (JsonNode version : definition.at("/spec/versions")) {
                keepsUnknownFields(version.at("/schema/openAPIV3Schema/properties/spec"));
            }
        }
    }

    private static void keepsUnknownFields(JsonNode schema) {
        if (schema.path("type").asText().equals("object") && !schema.has("additionalProperties")) {
            assertThat(schema.path("x-kubernetes-preserve-unknown-fields").asBoolean())
                    .as(schema.toString())
                    .isTrue();
        }
        schema.path("properties").forEach(DefinitionsTest::keepsUnknownFields);
        keepsUnknownFieldsIfAny(schema.path("additionalProperties"));
        keepsUnknownFieldsIfAny(schema.path("items"));
    }

    private static void keepsUnknownFieldsIfAny(JsonNode schema) {
        if (schema.isObject()) {
            keepsUnknownFields(schema);
        }
    }
}
