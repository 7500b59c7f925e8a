package dev.fairlead.kubernetes.watch;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.wire.directory.ObjectKey;
import org.jspecify.annotations.Nullable;

/** Makes of an object what is kept of it. Thread: that of the collection's reflector. */
@FunctionalInterface
public interface Decoder<T> {

    /**
     * What is kept of {@code object}, which is the decoder's to change; null where nothing is. What
     * equals the value kept before counts as no change.
     */
    @Nullable T decode(ObjectKey key, ObjectNode object, @Nullable T before);
}
