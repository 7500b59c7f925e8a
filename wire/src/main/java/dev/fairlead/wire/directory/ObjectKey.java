package dev.fairlead.wire.directory;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * Which object: API group ({@code ""} for the core group), kind, namespace ({@code ""} where the
 * kind has none) and name. The API version is no part of it: v1alpha3 and v1 name the same object.
 */
public record ObjectKey(String group, String kind, String namespace, String name)
        implements Comparable<ObjectKey> {

    private static final java.util.Comparator<ObjectKey> ORDER =
            java.util.Comparator.comparing(ObjectKey::group)
                    .thenComparing(ObjectKey::kind)
                    .thenComparing(ObjectKey::namespace)
                    .thenComparing(ObjectKey::name);

    public ObjectKey {
        for (String part : new String[] {group, kind, namespace, name}) {
            if (part.contains("/") || part.startsWith(".") || part.indexOf('\0') >= 0) {
                throw new IllegalArgumentException("object name part \"" + part + "\"");
            }
        }
        if (kind.isEmpty() || name.isEmpty()) {
            throw new IllegalArgumentException("object without kind or name");
        }
    }

    /** The key that an object's own apiVersion, kind and metadata give. */
    public static ObjectKey of(JsonNode object) {
        String apiVersion = object.path("apiVersion").asText("");
        int slash = apiVersion.indexOf('/');
        JsonNode metadata = object.path("metadata");
        return new ObjectKey(
                slash < 0 ? "" : apiVersion.substring(0, slash),
                object.path("kind").asText(""),
                metadata.path("namespace").asText(""),
                metadata.path("name").asText(""));
    }

    /** {@code Kind namespace/name}, as messages to users name it. */
    public String display() {
        return kind + " " + (namespace.isEmpty() ? name : namespace + "/" + name);
    }

    @Override
    public int compareTo(ObjectKey other) {
        return ORDER.compare(this, other);
    }
}
