package dev.fairlead.pilot.status;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.wire.directory.ObjectDirectory;
import dev.fairlead.wire.directory.ObjectKey;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Status in the cluster directory's {@code status} part, of which pilot-lite is the one writer.
 * What is put together becomes visible together.
 *
 * <p>Thread: any for its methods; the directory belongs to one virtual thread.
 */
public final class DirectoryStatusStore implements StatusStore {

    private static final Logger log = LoggerFactory.getLogger(DirectoryStatusStore.class);

    private final ObjectDirectory directory;
    private final Map<ObjectKey, JsonNode> written;
    private final Map<ObjectKey, JsonNode> initial;
    private final AskingObjects asking = new AskingObjects();
    private final ExecutorService writer =
            Executors.newSingleThreadExecutor(Thread.ofVirtual().name("status").factory());
    private Map<ObjectKey, Optional<JsonNode>> pending = new LinkedHashMap<>(); // guarded by this
    private boolean closed; // guarded by this

    public DirectoryStatusStore(Path root) throws IOException {
        directory = new ObjectDirectory(root);
        written = new HashMap<>(directory.read());
        initial = Map.copyOf(written);
    }

    @Override
    public Map<ObjectKey, JsonNode> initial() {
        return initial;
    }

    @Override
    public synchronized void put(Map<ObjectKey, Optional<JsonNode>> changes) {
        if (closed || changes.isEmpty()) {
            return; // what is said at the very end is found out again at the next start
        }
        if (pending.isEmpty()) {
            writer.execute(this::drain);
        }
        changes.forEach((key, value) -> {
            pending.remove(key); // so that it takes its place at the end
            pending.put(key, value);
        });
    }

    @Override
    public synchronized CompletableFuture<Void> flushed() {
        return closed
                ? CompletableFuture.failedFuture(new IllegalStateException("stopping"))
                : CompletableFuture.runAsync(() -> {}, writer);
    }

    private void drain() {
        Map<ObjectKey, Optional<JsonNode>> batch;
        synchronized (this) {
            batch = pending;
            pending = new LinkedHashMap<>();
        }
        try {
            boolean changed = false;
            for (var change : asking.complete(batch).entrySet()) {
                changed |= write(change.getKey(), change.getValue());
            }
            if (changed) {
                directory.commit();
            }
        } catch (IOException e) {
            log.warn("status not written objects={} reason=\"{}\"", batch.size(), e.toString());
        }
    }

    private boolean write(ObjectKey key, Optional<JsonNode> value) throws IOException {
        if (value.isEmpty()) {
            return written.remove(key) != null && directory.remove(key);
        }
        if (value.get().equals(written.get(key))) {
            return false;
        }
        directory.put(key, value.get());
        written.put(key, value.get());
        return true;
    }

    /** Writes what is left, then ends. */
    @Override
    public void close() throws IOException {
        synchronized (this) {
            closed = true;
        }
        writer.close();
        directory.close();
    }
}
