package dev.fairlead.pilot.source;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.pilot.state.ClusterState;
import dev.fairlead.pilot.status.DirectoryStatusStore;
import dev.fairlead.pilot.testing.Yaml;
import dev.fairlead.wire.directory.ObjectKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** States from YAML, by the way that files take. */
public final class TestStates {

    private TestStates() {}

    /** The state that these documents make, with the pods of these UIDs captured. */
    public static ClusterState of(String yaml, String... captured) {
        return build(yaml, captured).state();
    }

    static StateBuilder.Built build(String yaml, String... captured) {
        Map<ObjectKey, JsonNode> objects = new TreeMap<>();
        Yaml.documents(yaml).forEach(object -> objects.put(ObjectKey.of(object), object));
        var content = new DirectoryWatch.Content(1, objects);
        try {
            Path folder = Files.createTempDirectory("pilot-state");
            try (var store = new DirectoryStatusStore(folder)) {
                var book = new CaptureBook(store, () -> {});
                var builder = new StateBuilder(store.initial(), book);
                var first = builder.build(DirectoryReader.read(content, content));
                for (String uid : captured) {
                    var pod = java.util.Objects.requireNonNull(first.state().pods().get(uid));
                    book.report(
                            List.of(
                                    new CaptureBook.Report(
                                            uid,
                                            pod.namespace(),
                                            pod.meta().name(),
                                            pod.node(),
                                            true)));
                }
                return builder.build(DirectoryReader.read(content, content));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
