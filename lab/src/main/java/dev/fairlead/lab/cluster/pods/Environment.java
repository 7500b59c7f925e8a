package dev.fairlead.lab.cluster.pods;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.lab.cluster.Bytes;
import dev.fairlead.lab.cluster.objects.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The variables of a container: those of the image, then envFrom, then env, later ones winning. */
final class Environment {

    private final KeyedData data;
    private final PodFields fields;

    Environment(KeyedData data, PodFields fields) {
        this.data = data;
        this.fields = fields;
    }

    /** Those of envFrom and env, expanded, in order. */
    Map<String, String> of(JsonNode container) throws Unresolved {
        Map<String, String> variables = new LinkedHashMap<>();
        for (JsonNode source : container.path("envFrom")) {
            addAll(source, variables);
        }
        for (JsonNode variable : container.path("env")) {
            String name = variable.path("name").asText("");
            String value = value(container, name, variable, variables);
            if (value != null) {
                variables.put(name, value);
            }
        }
        return variables;
    }

    private void addAll(JsonNode source, Map<String, String> variables) throws Unresolved {
        String prefix = source.path("prefix").asText("");
        for (var kind : List.of("ConfigMap", "Secret")) {
            JsonNode reference = source.path(kind.equals("Secret") ? "secretRef" : "configMapRef");
            if (reference.isObject()) {
                data.referred(
                                kind,
                                reference.path("name").asText(""),
                                reference.path("optional").asBoolean(false))
                        .forEach((key, value) -> variables.put(prefix + key, value.utf8()));
            }
        }
    }

    private @Nullable String value(
            JsonNode container, String name, JsonNode variable, Map<String, String> before)
            throws Unresolved {
        JsonNode from = variable.path("valueFrom");
        if (from.isMissingNode() || from.isNull()) {
            return Expansion.expand(variable.path("value").asText(""), before);
        }
        if (from.has("configMapKeyRef")) {
            return keyed("ConfigMap", from.path("configMapKeyRef"));
        }
        if (from.has("secretKeyRef")) {
            return keyed("Secret", from.path("secretKeyRef"));
        }
        if (from.has("fieldRef")) {
            String path = Json.text(from, "fieldRef.fieldPath");
            return fields.value(path)
                    .orElseThrow(() ->
                            Unresolved.wrong(
                                    "container "
                                            + container.path("name").asText("")
                                            + ": env "
                                            + name
                                            + ": fieldPath "
                                            + path
                                            + " is not supported"));
        }
        return null; // resourceFieldRef: warned of
    }

    private @Nullable String keyed(String kind, JsonNode reference) throws Unresolved {
        String name = reference.path("name").asText("");
        String key = reference.path("key").asText("");
        boolean optional = reference.path("optional").asBoolean(false);
        Bytes value = data.referred(kind, name, optional).get(key);
        if (value == null && !optional) {
            throw Unresolved.missing(kind + " " + name + " has no key " + key);
        }
        return value == null ? null : value.utf8();
    }
}
