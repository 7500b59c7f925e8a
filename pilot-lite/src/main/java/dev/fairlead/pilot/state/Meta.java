package dev.fairlead.pilot.state;

import dev.fairlead.wire.directory.ObjectKey;
import java.time.Instant;
import java.util.Comparator;

/** Which object, which version of it, and how old it is. */
public record Meta(
        ObjectKey key, String uid, Instant created, long generation, String resourceVersion) {

    /** Where two objects claim the same thing, the first in this order has it. */
    public static final Comparator<Meta> OLDEST_FIRST =
            Comparator.comparing(Meta::created)
                    .thenComparing(Meta::namespace)
                    .thenComparing(Meta::name);

    public String namespace() {
        return key.namespace();
    }

    public String name() {
        return key.name();
    }
}
