package dev.fairlead.agent.control.pods;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Network namespaces by path. */
public interface Namespaces {

    /** What tells the namespace at {@code path} from all others; null: there is none. */
    @Nullable Object identityOf(Path path);

    /** As the kernel has them: a namespace is an inode of nsfs. */
    static Namespaces ofKernel() {
        return path -> {
            try {
                var own = attributes(Path.of("/proc/self/ns/net"));
                var there = attributes(path);
                // A path whose mount is gone is an ordinary file, on another device; and our own
                // namespace is the node's, which is never a pod's.
                boolean other = !Objects.equals(own.get("ino"), there.get("ino"));
                return Objects.equals(own.get("dev"), there.get("dev")) && other
                        ? there.get("ino")
                        : null;
            } catch (IOException e) {
                return null;
            }
        };
    }

    private static Map<String, Object> attributes(Path path) throws IOException {
        return Files.readAttributes(path, "unix:dev,ino");
    }
}
