package dev.fairlead.agent.control.xds.state;

import dev.fairlead.agent.control.xds.compile.ResourceType;
import dev.fairlead.agent.control.xds.state.ResourceFile.Entry;
import dev.fairlead.wire.tokens.PrivateFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The accepted resources on disk, one file a type, so that an agent that starts while the control
 * plane is dead still serves. Holds no keys.
 *
 * <p>Owner of the files: one virtual thread, which writes the newest state of each type that it has
 * been given, whole and atomically. {@link #load} belongs before the first {@link #save}.
 */
public final class LastGood implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(LastGood.class);

    private final Path directory;
    private final Map<ResourceType, List<Entry>> waiting = new EnumMap<>(ResourceType.class);
    private final Thread writer;
    private boolean closed;

    /**
     * @param directory is made, for its owner only, where it is missing
     */
    public LastGood(Path directory) throws IOException {
        this.directory = directory;
        Files.createDirectories(
                directory,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        writer = Thread.ofVirtual().name("xds-last-good").start(this::run);
    }

    /** Fills {@code resources} with what is on disk. What cannot be read is left out, and said. */
    public void load(Resources resources, Instant now) {
        for (ResourceType type : ResourceType.values()) {
            Path file = file(type);
            try {
                load(resources.of(type), ResourceFile.read(Files.readAllBytes(file)), now);
            } catch (NoSuchFileException e) {
                log.debug("no last good configuration file={}", file);
            } catch (IOException e) {
                log.warn(
                        "last good configuration ignored file={} reason=\"{}\"",
                        file,
                        e.getMessage());
            }
        }
    }

    private static void load(ResourceTable<?> table, List<Entry> entries, Instant now) {
        int taken = 0;
        for (Entry entry : entries) {
            var refused = table.put(entry.name(), entry.version(), entry.resource(), now);
            if (refused != null) {
                log.warn(
                        "last good resource ignored type={} resource={} reason=\"{}\"",
                        table.type().label(),
                        entry.name(),
                        refused.message());
            } else {
                taken++;
            }
        }
        log.info(
                "last good configuration loaded type={} resources={}", table.type().label(), taken);
    }

    /** Has the table's good resources written soon; a later state replaces one not yet written. */
    public void save(ResourceTable<?> table) {
        List<Entry> entries = new ArrayList<>();
        table.all().forEach(g -> entries.add(new Entry(g.name(), g.version(), g.resource())));
        synchronized (this) {
            waiting.put(table.type(), entries);
            notifyAll();
        }
    }

    /** Writes what is still waiting and ends. */
    @Override
    public void close() throws InterruptedException {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        writer.join();
    }

    private void run() {
        try {
            for (var batch = next(); !batch.isEmpty(); batch = next()) {
                batch.forEach(this::write);
            }
        } catch (InterruptedException e) {
            log.debug("writer of the last good configuration interrupted");
        }
    }

    /** What waits; empty when closed. */
    private synchronized Map<ResourceType, List<Entry>> next() throws InterruptedException {
        while (waiting.isEmpty() && !closed) {
            wait();
        }
        var batch = new EnumMap<>(waiting);
        waiting.clear();
        return batch;
    }

    private void write(ResourceType type, List<Entry> entries) {
        try {
            PrivateFile.write(file(type), ResourceFile.write(entries));
        } catch (IOException e) {
            log.warn(
                    "last good configuration not written file={} reason=\"{}\"",
                    file(type),
                    e.getMessage());
        }
    }

    private Path file(ResourceType type) {
        return directory.resolve(type.label() + ".pb");
    }
}
