package dev.fairlead.kubernetes.watch;

import dev.fairlead.wire.directory.ObjectKey;

/**
 * A collection of objects, all namespaces together, as the API server names it.
 *
 * @param group {@code ""} for the core group
 * @param namespace the only one looked at, or empty
 * @param name the only object looked at, or empty
 */
public record Collection(
        String group, String version, String plural, String kind, String namespace, String name) {

    public static Collection of(String group, String version, String plural, String kind) {
        return new Collection(group, version, plural, kind, "", "");
    }

    /** Of this collection one object only. */
    public Collection only(String inNamespace, String named) {
        return new Collection(group, version, plural, kind, inNamespace, named);
    }

    private String root() {
        return (group.isEmpty() ? "/api/" : "/apis/" + group + "/") + version;
    }

    /** Where one object of it is. */
    public String object(ObjectKey key) {
        return root()
                + (key.namespace().isEmpty() ? "" : "/namespaces/" + key.namespace())
                + "/"
                + plural
                + "/"
                + key.name();
    }

    String path() {
        return root()
                + (namespace.isEmpty() ? "" : "/namespaces/" + namespace)
                + "/"
                + plural
                + (name.isEmpty() ? "?" : "?fieldSelector=metadata.name%3D" + name + "&");
    }

    /** {@code plural.group}, as logs and metrics name it. */
    public String display() {
        return group.isEmpty() ? plural : plural + "." + group;
    }
}
