package dev.fairlead.lab.cluster.pods;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.lab.cluster.Bytes;
import dev.fairlead.lab.cluster.objects.Applied;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The entries of ConfigMaps and Secrets of one namespace. */
final class KeyedData {

    private final Applied applied;
    private final String namespace;

    KeyedData(Applied applied, String namespace) {
        this.applied = applied;
        this.namespace = namespace;
    }

    /** Entries by key, sorted; empty when there is no such object. */
    Optional<Map<String, Bytes>> entries(String kind, String name) throws Unresolved {
        Optional<JsonNode> object = applied.core(kind, namespace, name);
        if (object.isEmpty()) {
            return Optional.empty();
        }
        Map<String, Bytes> entries = new TreeMap<>();
        boolean secret = kind.equals("Secret");
        String where = kind + " " + namespace + "/" + name;
        for (var entry : object.get().path(secret ? "data" : "binaryData").properties()) {
            entries.put(entry.getKey(), decode(where, entry.getKey(), entry.getValue()));
        }
        object.get()
                .path(secret ? "stringData" : "data")
                .properties()
                .forEach(e -> entries.put(e.getKey(), Bytes.utf8(e.getValue().asText(""))));
        return Optional.of(entries);
    }

    private static Bytes decode(String where, String key, JsonNode value) throws Unresolved {
        try {
            return Bytes.of(Base64.getMimeDecoder().decode(value.asText("")));
        } catch (IllegalArgumentException e) {
            throw Unresolved.missing(where + ": " + key + " is no base64");
        }
    }

    /** The entries that {@code reference} ({name, optional}) means; empty when it is optional. */
    Map<String, Bytes> referred(String kind, String name, boolean optional) throws Unresolved {
        Optional<Map<String, Bytes>> entries = entries(kind, name);
        if (entries.isEmpty() && !optional) {
            throw Unresolved.missing(kind + " " + namespace + "/" + name + " not found");
        }
        return entries.orElse(Map.of());
    }
}
