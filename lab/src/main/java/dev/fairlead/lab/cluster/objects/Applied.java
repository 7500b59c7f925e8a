package dev.fairlead.lab.cluster.objects;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.wire.directory.ObjectKey;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The objects as users gave them, by key: what {@code ObjectDirectory.read} of {@code applied/}
 * answers. The trees are shared and not to be changed.
 */
public record Applied(Map<ObjectKey, JsonNode> objects) {

    public Applied {
        objects = Collections.unmodifiableMap(new TreeMap<>(objects));
    }

    /** All objects of a kind, whatever their group, by namespace and name. */
    public List<JsonNode> ofKind(String kind) {
        return objects.entrySet().stream()
                .filter(entry -> entry.getKey().kind().equals(kind))
                .map(Map.Entry::getValue)
                .toList();
    }

    /** A core object such as a ConfigMap. */
    public Optional<JsonNode> core(String kind, String namespace, String name) {
        return Optional.ofNullable(objects.get(new ObjectKey("", kind, namespace, name)));
    }
}
