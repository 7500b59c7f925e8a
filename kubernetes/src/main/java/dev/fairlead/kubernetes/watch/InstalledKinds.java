package dev.fairlead.kubernetes.watch;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Which collection holds the objects of a kind, for the kinds that are installed. Thread: any. */
public final class InstalledKinds {

    private record Key(String group, String kind) {}

    private final Map<Key, Collection> collections = new ConcurrentHashMap<>();

    public void add(Collection collection) {
        collections.put(new Key(collection.group(), collection.kind()), collection);
    }

    public void remove(Collection collection) {
        collections.remove(new Key(collection.group(), collection.kind()), collection);
    }

    /** The collection of this kind, or null where it is not installed. */
    public @Nullable Collection of(String group, String kind) {
        return collections.get(new Key(group, kind));
    }
}
