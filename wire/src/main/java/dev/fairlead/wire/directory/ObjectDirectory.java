package dev.fairlead.wire.directory;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardWatchEventKinds;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A folder of objects, {@code <group|core>/<Kind>/<namespace|_>/<name>.json}, each replaced
 * atomically, with a file {@code REVISION} that its one writer counts up after each batch.
 *
 * <p>Owner: one thread. A reader that has waited with {@link #awaitChange} and then calls {@link
 * #read} sees at least the batch that woke it.
 */
public final class ObjectDirectory implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String REVISION = "REVISION";

    private final Path root;
    private final Map<Path, Cached> cache = new HashMap<>();
    private final java.nio.file.WatchService watcher;

    private record Cached(long modifiedNanos, Object fileKey, ObjectKey key, JsonNode object) {}

    public ObjectDirectory(Path root) throws IOException {
        this.root = root;
        Files.createDirectories(root);
        watcher = FileSystems.getDefault().newWatchService();
        root.register(
                watcher,
                StandardWatchEventKinds.ENTRY_CREATE,
                StandardWatchEventKinds.ENTRY_MODIFY);
    }

    /** The number of the last whole batch; 0 before the first. */
    public long revision() throws IOException {
        try {
            return Long.parseLong(Files.readString(root.resolve(REVISION)).strip());
        } catch (NoSuchFileException e) {
            return 0;
        }
    }

    /** All objects. Files that did not change since the last call are not read again. */
    public Map<ObjectKey, JsonNode> read() throws IOException {
        while (true) {
            long before = revision();
            Map<ObjectKey, JsonNode> objects = scan();
            if (revision() == before) {
                return objects;
            }
        }
    }

    private Map<ObjectKey, JsonNode> scan() throws IOException {
        Map<ObjectKey, JsonNode> objects = new TreeMap<>();
        Map<Path, Cached> seen = new HashMap<>();
        for (Path group : list(root)) {
            for (Path kind : list(group)) {
                for (Path namespace : list(kind)) {
                    for (Path file : list(namespace)) {
                        if (file.getFileName().toString().endsWith(".json")) {
                            readFile(file, objects, seen);
                        }
                    }
                }
            }
        }
        cache.clear();
        cache.putAll(seen);
        return objects;
    }

    private void readFile(Path file, Map<ObjectKey, JsonNode> objects, Map<Path, Cached> seen)
            throws IOException {
        try {
            var attributes =
                    Files.readAttributes(file, java.nio.file.attribute.BasicFileAttributes.class);
            long modified = attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS);
            Object fileKey = java.util.Objects.requireNonNull(attributes.fileKey());
            Cached cached = cache.get(file);
            if (cached == null
                    || cached.modifiedNanos != modified
                    || !cached.fileKey.equals(fileKey)) {
                JsonNode object = JSON.readTree(file.toFile());
                cached = new Cached(modified, fileKey, keyOf(file), object);
            }
            seen.put(file, cached);
            objects.put(cached.key, cached.object);
        } catch (NoSuchFileException | java.io.FileNotFoundException removed) {
            // removed between listing and reading: the next revision says so
        }
    }

    private static Path[] list(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.toArray(Path[]::new);
        } catch (NoSuchFileException | NotDirectoryException e) {
            return new Path[0];
        }
    }

    /** The object under {@code key}, or null. */
    public @Nullable JsonNode get(ObjectKey key) throws IOException {
        try {
            return JSON.readTree(Files.readAllBytes(path(key)));
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    /** Writes one object; not visible as a batch until {@link #commit}. */
    public void put(ObjectKey key, JsonNode object) throws IOException {
        Path file = path(key);
        Files.createDirectories(file.getParent());
        replace(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(object));
    }

    /** Removes one object, if there; not visible as a batch until {@link #commit}. */
    public boolean remove(ObjectKey key) throws IOException {
        return Files.deleteIfExists(path(key));
    }

    /** Ends a batch: counts the revision up and wakes the readers. Returns the new revision. */
    public long commit() throws IOException {
        long next = revision() + 1;
        replace(
                root.resolve(REVISION),
                (next + "\n").getBytes(java.nio.charset.StandardCharsets.UTF_8));
        return next;
    }

    private static void replace(Path file, byte[] content) throws IOException {
        Path temporary = file.resolveSibling("." + file.getFileName() + ".new");
        Files.write(temporary, content);
        Files.move(
                temporary,
                file,
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    /** Waits until a batch may have ended since the last call, or for {@code atMost}. */
    public void awaitChange(Duration atMost) throws InterruptedException {
        var key = watcher.poll(atMost.toNanos(), TimeUnit.NANOSECONDS);
        while (key != null) {
            key.pollEvents();
            key.reset();
            key = watcher.poll();
        }
    }

    private Path path(ObjectKey key) {
        return root.resolve(key.group().isEmpty() ? "core" : key.group())
                .resolve(key.kind())
                .resolve(key.namespace().isEmpty() ? "_" : key.namespace())
                .resolve(key.name() + ".json");
    }

    private ObjectKey keyOf(Path file) {
        Path relative = root.relativize(file);
        String group = relative.getName(0).toString();
        String namespace = relative.getName(2).toString();
        String name = relative.getName(3).toString();
        return new ObjectKey(
                group.equals("core") ? "" : group,
                relative.getName(1).toString(),
                namespace.equals("_") ? "" : namespace,
                name.substring(0, name.length() - ".json".length()));
    }

    @Override
    public void close() throws IOException {
        watcher.close();
    }
}
