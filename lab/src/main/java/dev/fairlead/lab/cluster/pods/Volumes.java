package dev.fairlead.lab.cluster.pods;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.lab.cluster.Bytes;
import dev.fairlead.lab.cluster.EmptyDirMount;
import dev.fairlead.lab.cluster.FileMount;
import dev.fairlead.lab.cluster.objects.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The volumes of a pod as files and empty folders. Volumes of other types are warned of and absent.
 */
final class Volumes {

    private static final int DEFAULT_MODE = 0644;

    private final KeyedData data;
    private final PodFields fields;
    private final Map<String, JsonNode> volumes = new LinkedHashMap<>();

    private record Entry(Bytes content, int mode) {}

    /** What one container sees. */
    record Mounts(List<FileMount> files, List<EmptyDirMount> emptyDirs) {}

    Volumes(JsonNode spec, KeyedData data, PodFields fields) {
        this.data = data;
        this.fields = fields;
        spec.path("volumes").forEach(volume -> volumes.put(volume.path("name").asText(""), volume));
    }

    Mounts of(JsonNode container) throws Unresolved {
        List<FileMount> files = new ArrayList<>();
        List<EmptyDirMount> emptyDirs = new ArrayList<>();
        for (JsonNode mount : container.path("volumeMounts")) {
            String name = mount.path("name").asText("");
            String path = mount.path("mountPath").asText("");
            String subPath = strip(mount.path("subPath").asText(""));
            JsonNode volume = volumes.get(name);
            if (volume == null) {
                throw Unresolved.wrong(
                        "container "
                                + container.path("name").asText("")
                                + ": volumeMounts: no volume "
                                + name);
            }
            if (!path.startsWith("/") || List.of(path.split("/", -1)).contains("..")) {
                throw Unresolved.wrong(
                        "container "
                                + container.path("name").asText("")
                                + ": mountPath \""
                                + path
                                + "\" is not absolute");
            }
            if (volume.has("emptyDir") || volume.has("ephemeral")) {
                boolean memory = Json.text(volume, "emptyDir.medium").equals("Memory");
                boolean readOnly = mount.path("readOnly").asBoolean(false);
                emptyDirs.add(new EmptyDirMount(name, path, subPath, memory, readOnly));
            } else {
                addFiles(entries(volume), path, subPath, files);
            }
        }
        return new Mounts(files, emptyDirs);
    }

    private static void addFiles(
            Map<String, Entry> entries, String path, String subPath, List<FileMount> files) {
        entries.forEach((name, entry) -> {
            if (subPath.isEmpty()) {
                files.add(new FileMount(strip(path, name), entry.content, entry.mode));
            } else if (name.equals(subPath)) {
                files.add(new FileMount(path, entry.content, entry.mode));
            } else if (name.startsWith(subPath + "/")) {
                String inside = name.substring(subPath.length() + 1);
                files.add(new FileMount(strip(path, inside), entry.content, entry.mode));
            }
        });
    }

    private static String strip(String folder, String name) {
        return (folder.endsWith("/") ? folder : folder + "/") + name;
    }

    private static String strip(String path) {
        return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }

    private Map<String, Entry> entries(JsonNode volume) throws Unresolved {
        Map<String, Entry> entries = new LinkedHashMap<>();
        if (volume.has("configMap")) {
            JsonNode source = volume.path("configMap");
            add(source, "ConfigMap", source.path("name").asText(""), mode(source), entries);
        } else if (volume.has("secret")) {
            JsonNode source = volume.path("secret");
            add(source, "Secret", source.path("secretName").asText(""), mode(source), entries);
        } else if (volume.has("downwardAPI")) {
            downward(volume.path("downwardAPI"), mode(volume.path("downwardAPI")), entries);
        } else if (volume.has("projected")) {
            JsonNode projected = volume.path("projected");
            int mode = mode(projected);
            for (JsonNode source : projected.path("sources")) {
                JsonNode map = source.path("configMap");
                JsonNode secret = source.path("secret");
                if (map.isObject()) {
                    add(map, "ConfigMap", map.path("name").asText(""), mode, entries);
                } else if (secret.isObject()) {
                    add(secret, "Secret", secret.path("name").asText(""), mode, entries);
                } else {
                    downward(source.path("downwardAPI"), mode, entries);
                }
            }
        }
        return entries;
    }

    private static int mode(JsonNode source) {
        return source.path("defaultMode").asInt(DEFAULT_MODE);
    }

    private void add(
            JsonNode source, String kind, String name, int mode, Map<String, Entry> entries)
            throws Unresolved {
        boolean optional = source.path("optional").asBoolean(false);
        Map<String, Bytes> content = data.referred(kind, name, optional);
        if (!source.path("items").isArray()) {
            content.forEach((key, bytes) -> entries.put(key, new Entry(bytes, mode)));
            return;
        }
        for (JsonNode item : source.path("items")) {
            String key = item.path("key").asText("");
            Bytes bytes = content.get(key);
            if (bytes != null) {
                entries.put(inside(item), new Entry(bytes, item.path("mode").asInt(mode)));
            } else if (!optional) {
                throw Unresolved.missing(kind + " " + name + " has no key " + key);
            }
        }
    }

    private void downward(JsonNode source, int mode, Map<String, Entry> entries) throws Unresolved {
        for (JsonNode item : source.path("items")) {
            String fieldPath = Json.text(item, "fieldRef.fieldPath");
            String value =
                    fields.value(fieldPath)
                            .orElseThrow(() ->
                                    Unresolved.wrong(
                                            "downwardAPI: fieldPath \""
                                                    + fieldPath
                                                    + "\" is not supported"));
            entries.put(inside(item), new Entry(Bytes.utf8(value), item.path("mode").asInt(mode)));
        }
    }

    /** The path of an item, which must stay inside its volume. */
    private static String inside(JsonNode item) throws Unresolved {
        String path = item.path("path").asText("");
        if (path.isEmpty() || path.startsWith("/") || List.of(path.split("/", -1)).contains("..")) {
            throw Unresolved.wrong("volume item path \"" + path + "\" leads outside");
        }
        return path;
    }
}
