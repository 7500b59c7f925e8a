package dev.fairlead.lab.cluster.pods;

import dev.fairlead.lab.cluster.Ordered;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an image stands for.
 *
 * @param folder bound at /opt/app, or null
 * @param command its entry point, empty when it has none
 * @param args further arguments where the container names neither command nor args
 */
record Image(
        @Nullable Path folder, List<String> command, List<String> args, Map<String, String> env) {

    Image {
        command = List.copyOf(command);
        args = List.copyOf(args);
        env = Ordered.copy(env);
    }
}
