package dev.fairlead.wire.tokens;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a file holds, parsed again whenever the file was changed or replaced, also by a swap of a
 * symbolic link on its path (as kubelet does). A version that cannot be parsed leaves the last good
 * one in force, with one warning; what cannot be read is tried again at the next look.
 *
 * <p>Thread: any. Cost of a look: one stat.
 */
public final class WatchedFile<T> {

    private static final Logger log = LoggerFactory.getLogger(WatchedFile.class);
    private static final int MAX_BYTES = 1 << 20; // tokens of some 5,000 nodes

    /** Reads a value from a file's content; any of its exceptions refuses the version. */
    public interface Parser<T> {
        T parse(byte[] content) throws Exception;
    }

    private record Stamp(long modifiedNanos, long size, @Nullable Object fileKey) {}

    private final Path file;
    private final Parser<T> parser;
    private @Nullable Stamp seen;
    private @Nullable T value;

    public WatchedFile(Path file, Parser<T> parser) {
        this.file = file;
        this.parser = parser;
    }

    /** The file's value. IOException where there has been no good version yet. */
    public synchronized T get() throws IOException {
        try {
            Stamp now = stamp();
            if (!now.equals(seen)) {
                load(now);
            }
        } catch (IOException e) {
            if (value == null) {
                throw e;
            }
        }
        return Objects.requireNonNull(value);
    }

    private Stamp stamp() throws IOException {
        var attributes = Files.readAttributes(file, BasicFileAttributes.class);
        return new Stamp(
                attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS),
                attributes.size(),
                attributes.fileKey());
    }

    private void load(Stamp now) throws IOException {
        byte[] content = now.size > MAX_BYTES ? new byte[0] : Files.readAllBytes(file);
        try {
            if (now.size > MAX_BYTES) {
                throw new IOException(now.size + " bytes, at most " + MAX_BYTES + " are read");
            }
            value = parser.parse(content);
            seen = now;
        } catch (Exception e) {
            if (value == null) {
                throw new IOException(file + ": " + e.getMessage(), e);
            }
            seen = now;
            log.warn("keeping the last good version file={} reason=\"{}\"", file, e.getMessage());
        }
    }
}
