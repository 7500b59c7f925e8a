package dev.fairlead.pilot.source;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.wire.directory.ObjectDirectory;
import dev.fairlead.wire.directory.ObjectKey;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows one part of the cluster directory.
 *
 * <p>Owner: a virtual thread of its own; {@link #latest} may be read by any.
 */
final class DirectoryWatch implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(DirectoryWatch.class);
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(2); // should the kernel be silent

    /** All objects after a batch. */
    record Content(long revision, Map<ObjectKey, JsonNode> objects) {}

    private final ObjectDirectory directory;
    private final Runnable changed;
    private final Thread thread;
    private volatile @Nullable Content latest;

    /** Starts following; {@code changed} is called after each reading. */
    DirectoryWatch(Path root, Runnable changed) throws IOException {
        this.directory = new ObjectDirectory(root);
        this.changed = changed;
        this.thread = Thread.ofVirtual().name("watch-" + root.getFileName()).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** The last content read, or null before the first. */
    @Nullable Content latest() {
        return latest;
    }

    private void run() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                refresh();
                directory.awaitChange(LOOK_AGAIN);
            }
        } catch (InterruptedException | java.nio.file.ClosedWatchServiceException e) {
            log.debug("no longer watching reason=\"{}\"", e.toString());
        }
    }

    private void refresh() {
        Content known = latest;
        try {
            if (known == null || directory.revision() != known.revision) {
                latest = read();
                changed.run();
            }
        } catch (IOException e) {
            log.warn("directory not read, trying again reason=\"{}\"", e.toString());
        }
    }

    private Content read() throws IOException {
        while (true) {
            long before = directory.revision();
            Map<ObjectKey, JsonNode> objects = directory.read();
            if (directory.revision() == before) {
                return new Content(before, objects);
            }
        }
    }

    @Override
    public void close() throws IOException {
        thread.interrupt();
        directory.close();
    }
}
