package dev.fairlead.kubernetes.watch;

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

    String path() {
        return (group.isEmpty() ? "/api/" : "/apis/" + group + "/")
                + version
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
