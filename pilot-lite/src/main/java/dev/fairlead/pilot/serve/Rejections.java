package dev.fairlead.pilot.serve;

import dev.fairlead.pilot.generate.ResourceType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Versions of resources that one client has refused. Of an agent it outlives the stream, so that a
 * reconnect does not bring a bad resource again.
 *
 * <p>Thread: any; guarded by this.
 */
final class Rejections {

    /** One refused version. */
    record Rejection(ResourceType type, String resource, String version, String message) {}

    private record Key(ResourceType type, String resource) {}

    private final Map<Key, Rejection> rejected = new HashMap<>();

    synchronized boolean contains(ResourceType type, String resource, String version) {
        Rejection rejection = rejected.get(new Key(type, resource));
        return rejection != null && rejection.version.equals(version);
    }

    synchronized void add(ResourceType type, String resource, String version, String message) {
        rejected.put(new Key(type, resource), new Rejection(type, resource, version, message));
    }

    synchronized void remove(ResourceType type, String resource) {
        rejected.remove(new Key(type, resource));
    }

    synchronized void forget(ResourceType type) {
        rejected.keySet().removeIf(key -> key.type == type);
    }

    /** Drops what is no longer served in the version that was refused. */
    synchronized void retain(java.util.function.Predicate<Rejection> present) {
        rejected.values().removeIf(rejection -> !present.test(rejection));
    }

    /** All, in a stable order. */
    synchronized List<Rejection> all() {
        List<Rejection> all = new ArrayList<>(rejected.values());
        all.sort(Comparator.comparing(Rejection::type).thenComparing(Rejection::resource));
        return all;
    }
}
