package dev.fairlead.lab.cluster.objects;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.wire.directory.ObjectKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Objects from manifests: text of several YAML or JSON documents, a file, or a folder of them.
 * Lists are flattened, the namespace of a namespaced object is filled in. A document that cannot be
 * used is a {@link ManifestException} naming file and document.
 */
public final class Manifests {

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
    private static final Pattern NAME = Pattern.compile("[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?");
    private static final Pattern LABEL = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");
    private static final Set<String> NAMED_BY_DNS =
            Set.of("Pod", "Deployment", "StatefulSet", "ConfigMap", "Secret", "ServiceAccount");
    private static final Set<String> NAMED_BY_LABEL = Set.of("Service", "Namespace");

    private Manifests() {}

    /** The objects of a file, or of all *.yaml, *.yml and *.json directly in a folder, by name. */
    public static List<ObjectNode> read(Path path, String defaultNamespace) throws IOException {
        if (!Files.isDirectory(path)) {
            return parse(path.toString(), Files.readString(path), defaultNamespace);
        }
        List<ObjectNode> objects = new ArrayList<>();
        List<Path> files;
        try (Stream<Path> entries = Files.list(path)) {
            files = entries.filter(Manifests::isManifest).sorted().toList();
        }
        if (files.isEmpty()) {
            throw new ManifestException(path.toString(), "no *.yaml, *.yml or *.json in it");
        }
        for (Path file : files) {
            objects.addAll(parse(file.toString(), Files.readString(file), defaultNamespace));
        }
        return objects;
    }

    private static boolean isManifest(Path file) {
        String name = file.getFileName().toString();
        return Files.isRegularFile(file)
                && (name.endsWith(".yaml") || name.endsWith(".yml") || name.endsWith(".json"));
    }

    /** The objects of {@code text}; {@code source} names it in messages. */
    public static List<ObjectNode> parse(String source, String text, String defaultNamespace) {
        List<ObjectNode> objects = new ArrayList<>();
        List<JsonNode> documents = documents(source, text);
        for (int i = 0; i < documents.size(); i++) {
            String where = source + ": document " + (i + 1);
            JsonNode document = documents.get(i);
            if (!document.isNull() && !document.isMissingNode()) {
                flatten(where, document, defaultNamespace, objects);
            }
        }
        return objects;
    }

    private static List<JsonNode> documents(String source, String text) {
        boolean json = source.endsWith(".json");
        if (json || text.stripLeading().startsWith("{")) {
            try (MappingIterator<JsonNode> values =
                    JSON.readerFor(JsonNode.class).readValues(text)) {
                return values.readAll();
            } catch (IOException e) {
                if (json) {
                    throw new ManifestException(source, reason(e));
                } // else a flow mapping of YAML
            }
        }
        return Yaml.documents(source, text);
    }

    private static String reason(IOException e) {
        return e instanceof JsonProcessingException json
                ? "line " + json.getLocation().getLineNr() + ": " + json.getOriginalMessage()
                : String.valueOf(e.getMessage());
    }

    private static void flatten(
            String where, JsonNode document, String defaultNamespace, List<ObjectNode> objects) {
        if (!(document instanceof ObjectNode object)) {
            throw new ManifestException(where, "not an object");
        }
        String kind = object.path("kind").asText("");
        if (kind.endsWith("List") && object.path("items").isArray()) {
            int index = 0;
            for (JsonNode item : object.path("items")) {
                if (item instanceof ObjectNode one && !kind.equals("List")) {
                    inherit(object, kind, one);
                }
                flatten(where + ": items[" + index++ + "]", item, defaultNamespace, objects);
            }
            return;
        }
        objects.add(checked(where, object, defaultNamespace));
    }

    /** Items of a typed list such as PodList may leave out what the list says. */
    private static void inherit(ObjectNode list, String kind, ObjectNode item) {
        if (!item.has("kind")) {
            item.put("kind", kind.substring(0, kind.length() - "List".length()));
        }
        if (!item.has("apiVersion")) {
            item.set("apiVersion", list.path("apiVersion").deepCopy());
        }
    }

    private static ObjectNode checked(String where, ObjectNode object, String defaultNamespace) {
        for (String field : List.of("apiVersion", "kind")) {
            if (!object.path(field).isTextual()) {
                throw new ManifestException(where, field + " is missing");
            }
        }
        String kind = Json.text(object, "kind");
        if (!(object.path("metadata") instanceof ObjectNode metadata)) {
            throw new ManifestException(where, kind + ": metadata is missing");
        }
        String name = metadata.path("name").asText("");
        if (!metadata.path("name").isTextual() || name.isEmpty()) {
            throw new ManifestException(where, kind + ": metadata.name is missing");
        }
        if ((NAMED_BY_DNS.contains(kind) && !NAME.matcher(name).matches())
                || (NAMED_BY_LABEL.contains(kind) && !LABEL.matcher(name).matches())) {
            throw new ManifestException(where, kind + ": \"" + name + "\" is no DNS name");
        }
        checkTexts(where, kind + " " + name, metadata, "labels");
        checkTexts(where, kind + " " + name, metadata, "annotations");
        if (!Kinds.of(object).namespaced()) {
            metadata.remove("namespace");
        } else if (metadata.path("namespace").asText("").isEmpty()) {
            metadata.put("namespace", defaultNamespace);
        }
        try {
            ObjectKey.of(object);
        } catch (IllegalArgumentException e) {
            throw new ManifestException(where, String.valueOf(e.getMessage()));
        }
        return object;
    }

    private static void checkTexts(String where, String what, ObjectNode metadata, String field) {
        JsonNode map = metadata.path(field);
        if (!map.isMissingNode() && !map.isNull() && !map.isObject()) {
            throw new ManifestException(where, what + ": metadata." + field + " is no map");
        }
        map.properties()
                .forEach(entry -> {
                    if (!entry.getValue().isTextual()) {
                        throw new ManifestException(
                                where,
                                what
                                        + ": metadata."
                                        + field
                                        + "."
                                        + entry.getKey()
                                        + " is no text (quote it)");
                    }
                });
    }
}
