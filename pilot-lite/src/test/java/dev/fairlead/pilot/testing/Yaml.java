package dev.fairlead.pilot.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** Reads YAML documents, as a user would write them. */
public final class Yaml {

    private static final YAMLMapper MAPPER = new YAMLMapper();

    private Yaml() {}

    public static JsonNode parse(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Each document that is an object; a namespace and a UID are added where there are none. */
    public static List<ObjectNode> documents(String text) {
        List<ObjectNode> documents = new ArrayList<>();
        try (var values = MAPPER.readerFor(JsonNode.class).<JsonNode>readValues(text)) {
            while (values.hasNext()) {
                if (values.next() instanceof ObjectNode object && object.has("kind")) {
                    documents.add(complete(object));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return documents;
    }

    private static ObjectNode complete(ObjectNode object) {
        ObjectNode metadata = object.withObjectProperty("metadata");
        String kind = object.path("kind").asText();
        boolean wide = kind.equals("Namespace") || kind.equals("Node") || kind.equals("MeshPolicy");
        if (!metadata.has("namespace") && !wide) {
            metadata.put("namespace", "default");
        }
        if (!metadata.has("uid")) {
            metadata.put("uid", "uid-" + kind + "-" + metadata.path("name").asText());
        }
        return object;
    }
}
