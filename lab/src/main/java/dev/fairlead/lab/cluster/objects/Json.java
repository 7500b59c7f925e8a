package dev.fairlead.lab.cluster.objects;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reading of JSON trees: what is absent reads as empty. */
public final class Json {

    private Json() {}

    /** The scalar at a dotted path such as {@code metadata.name}; empty when absent. */
    public static String text(JsonNode object, String path) {
        return at(object, path).asText("");
    }

    /** The node at a dotted path; a missing node when absent. */
    public static JsonNode at(JsonNode object, String path) {
        JsonNode node = object;
        for (String part : path.split("\\.", -1)) {
            node = node.path(part);
        }
        return node;
    }

    /** A map of scalars, in order. */
    public static Map<String, String> map(JsonNode node) {
        Map<String, String> map = new LinkedHashMap<>();
        node.properties().forEach(entry -> map.put(entry.getKey(), entry.getValue().asText("")));
        return map;
    }

    /** A list of scalars, in order. */
    public static List<String> list(JsonNode node) {
        List<String> list = new ArrayList<>();
        node.forEach(element -> list.add(element.asText("")));
        return list;
    }

    public static Map<String, String> labels(JsonNode object) {
        return map(at(object, "metadata.labels"));
    }

    public static Map<String, String> annotations(JsonNode object) {
        return map(at(object, "metadata.annotations"));
    }

    public static String name(JsonNode object) {
        return text(object, "metadata.name");
    }

    public static String namespace(JsonNode object) {
        return text(object, "metadata.namespace");
    }
}
