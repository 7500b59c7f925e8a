package dev.fairlead.kubernetes.watch;

import dev.fairlead.wire.directory.ObjectKey;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of one collection.
 *
 * <p>Thread: any; guarded by this. One reflector writes.
 */
public final class Kept<T> {

    private final Map<ObjectKey, T> values = new HashMap<>();
    private @Nullable Map<ObjectKey, T> copy = Map.of();
    private long revision;
    private boolean synced;

    /** All values, the same map again as long as none of them changed. */
    public synchronized Map<ObjectKey, T> all() {
        Map<ObjectKey, T> all = copy;
        if (all == null) {
            all = Map.copyOf(values);
            copy = all;
        }
        return all;
    }

    /** The highest resourceVersion of an object read or removed so far. */
    public synchronized long revision() {
        return revision;
    }

    /** Whether all that was there at the start has been read. */
    public synchronized boolean synced() {
        return synced;
    }

    synchronized @Nullable T get(ObjectKey key) {
        return values.get(key);
    }

    /** Keeps {@code value}, null for nothing; whether that is a change. */
    synchronized boolean put(ObjectKey key, @Nullable T value, long version) {
        revision = Math.max(revision, version);
        T before = values.get(key);
        if (java.util.Objects.equals(before, value)) {
            return false; // the value kept stays the same object
        }
        if (value == null) {
            values.remove(key);
        } else {
            values.put(key, value);
        }
        copy = null;
        return true;
    }

    /** A whole list has been read, with these objects and no others. */
    synchronized boolean listed(Set<ObjectKey> present) {
        boolean first = !synced;
        synced = true;
        boolean gone = values.keySet().retainAll(present);
        if (gone) {
            copy = null;
        }
        return first || gone;
    }
}
