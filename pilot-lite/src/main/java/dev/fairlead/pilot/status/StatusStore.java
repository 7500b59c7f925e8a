package dev.fairlead.pilot.status;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.wire.directory.ObjectKey;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Where pilot-lite says how objects, agents and pods stand: objects under their own key, the rest
 * under those of {@link StatusKeys}. What did not change is not written again.
 *
 * <p>Thread: any.
 */
public interface StatusStore extends AutoCloseable {

    /** What was there when this process started. */
    Map<ObjectKey, JsonNode> initial();

    /** Writes {@code changes}, in their order; empty means: remove. Does not wait. */
    void put(Map<ObjectKey, Optional<JsonNode>> changes);

    default void put(ObjectKey key, JsonNode value) {
        put(Map.of(key, Optional.of(value)));
    }

    /** Done when the reports of pods that have been put so far are where other replicas read. */
    CompletableFuture<Void> flushed();

    /** Writes what is left, then ends. */
    @Override
    void close() throws IOException;
}
