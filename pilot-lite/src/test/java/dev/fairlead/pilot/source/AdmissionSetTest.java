package dev.fairlead.pilot.source;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.pilot.source.Analysis.Finding;
import dev.fairlead.pilot.source.Analysis.Level;
import dev.fairlead.pilot.testing.Yaml;
import dev.fairlead.wire.directory.ObjectKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Objects to accept and to refuse, one to a file, written from the rules of Istio's API and from
 * what is built. Files in {@code invalid} begin with {@code # refused: <field>}.
 */
class AdmissionSetTest {

    private static final Path FOLDER = Path.of("src/test/resources/admission");
    private static final String REFUSED = "# refused: ";
    private static final String COMPAT = "# compat: ";

    private static Stream<Path> files(String folder) throws IOException {
        return Files.walk(FOLDER.resolve(folder)).filter(f -> f.toString().endsWith(".yaml"));
    }

    static Stream<Path> valid() throws IOException {
        return files("valid");
    }

    static Stream<Path> invalid() throws IOException {
        return files("invalid");
    }

    @Test
    void thereAreEnough() throws IOException {
        assertThat(valid()).hasSizeGreaterThanOrEqualTo(60);
        assertThat(invalid()).hasSizeGreaterThanOrEqualTo(60);
    }

    @ParameterizedTest
    @MethodSource
    void valid(Path file) throws IOException {
        assertThat(errors(Files.readString(file))).isEmpty();
    }

    @ParameterizedTest
    @MethodSource
    void invalid(Path file) throws IOException {
        String text = Files.readString(file);
        ObjectKey key = ObjectKey.of(Yaml.documents(text).getFirst());
        List<Finding> errors = errors(text);
        assertThat(errors).isNotEmpty().allMatch(finding -> finding.object().equals(key));
        assertThat(errors.getFirst().problem().field()).isEqualTo(comment(text, REFUSED));
        assertThat(errors.getFirst().problem().reason()).isNotBlank();
    }

    private static List<Finding> errors(String text) {
        Map<ObjectKey, JsonNode> objects = new HashMap<>();
        Yaml.documents(text).forEach(object -> objects.put(ObjectKey.of(object), object));
        String compat = comment(text, COMPAT);
        if (!compat.isEmpty()) {
            Yaml.documents(
                            """
                            apiVersion: v1
                            kind: ConfigMap
                            metadata: {namespace: fairlead-system, name: mesh}
                            data: {mesh: "compat: %s"}
                            """
                                    .formatted(compat))
                    .forEach(object -> objects.put(ObjectKey.of(object), object));
        }
        return Analysis.of(objects).findings().stream()
                .filter(finding -> finding.level() == Level.ERROR)
                .toList();
    }

    private static String comment(String text, String mark) {
        return text.lines()
                .filter(line -> line.startsWith(mark))
                .map(line -> line.substring(mark.length()))
                .findFirst()
                .orElse("");
    }
}
