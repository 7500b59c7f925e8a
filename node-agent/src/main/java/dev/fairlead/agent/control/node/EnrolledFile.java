package dev.fairlead.agent.control.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The namespaces that ask for capture, one a line, for the CNI plugin to read while no agent runs:
 * it keeps their pods waiting, also after the node has restarted.
 *
 * <p>Thread: its owner's.
 */
final class EnrolledFile {

    private static final Logger log = LoggerFactory.getLogger(EnrolledFile.class);

    private final Path file;
    private @Nullable Set<String> written;
    private boolean failed;

    EnrolledFile(Path directory) {
        this.file = directory.resolve("enrolled");
    }

    /** Replaces the file whole, where it says something else. */
    void write(Set<String> namespaces) {
        if (namespaces.equals(written)) {
            return;
        }
        try {
            Files.createDirectories(file.getParent());
            Path fresh = file.resolveSibling("enrolled.new");
            var lines = new StringBuilder();
            new TreeSet<>(namespaces).forEach(name -> lines.append(name).append('\n'));
            Files.writeString(fresh, lines);
            Files.move(
                    fresh,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
            written = Set.copyOf(namespaces);
            failed = false;
        } catch (IOException e) {
            if (!failed) { // it is tried again every second
                log.warn(
                        "enrolled namespaces not written file={} error=\"{}\"", file, e.toString());
            }
            failed = true;
        }
    }
}
