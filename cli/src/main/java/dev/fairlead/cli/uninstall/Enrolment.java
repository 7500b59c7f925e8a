package dev.fairlead.cli.uninstall;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The mesh setting by which all pods leave, whatever their annotations say. */
final class Enrolment {

    private static final YAMLMapper YAML = new YAMLMapper();

    private Enrolment() {}

    /** The settings of ConfigMap {@code mesh}, with enrolment off; all else is as it was. */
    static String off(@Nullable Map<String, String> data) {
        String settings = data == null ? "" : data.getOrDefault("mesh", "");
        try {
            ObjectNode mesh =
                    YAML.readTree(settings) instanceof ObjectNode given
                            ? given
                            : YAML.createObjectNode();
            mesh.putObject("enrolment").put("mode", "OFF");
            return YAML.writeValueAsString(mesh);
        } catch (JsonProcessingException e) {
            return "enrolment: {mode: \"OFF\"}\n"; // what is no YAML is not in force either
        }
    }
}
