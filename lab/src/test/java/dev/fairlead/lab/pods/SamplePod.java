package dev.fairlead.lab.pods;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.fairlead.lab.cluster.ContainerLaunch;
import dev.fairlead.lab.cluster.EmptyDirMount;
import dev.fairlead.lab.cluster.FileMount;
import dev.fairlead.lab.cluster.PodLaunch;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Builds pods for tests, which say just what they are about. */
final class SamplePod {

    private @Nullable Path app;
    private Map<String, String> env = Map.of();
    private List<FileMount> files = List.of();
    private List<EmptyDirMount> volumes = List.of();
    private List<String> argv = List.of("serve");
    private String subdomain = "";

    SamplePod app(Path folder) {
        app = folder;
        return this;
    }

    SamplePod env(Map<String, String> variables) {
        env = variables;
        return this;
    }

    SamplePod files(FileMount... mounts) {
        files = List.of(mounts);
        return this;
    }

    SamplePod volumes(EmptyDirMount... mounts) {
        volumes = List.of(mounts);
        return this;
    }

    SamplePod argv(String... words) {
        argv = List.of(words);
        return this;
    }

    SamplePod subdomain(String name) {
        subdomain = name;
        return this;
    }

    ContainerLaunch container() {
        return new ContainerLaunch(
                "c", "image", argv, env, app, "", files, volumes, null, null, null, List.of());
    }

    PodLaunch pod() {
        return new PodLaunch(
                "uid-1",
                "default",
                "web-1",
                "node-2",
                "default",
                "198.18.2.10",
                Map.of(),
                Map.of(),
                List.of(),
                "web-1",
                subdomain,
                Map.of("10.0.0.1", List.of("db", "db.example")),
                List.of(),
                List.of(container()),
                PodLaunch.RestartPolicy.ALWAYS,
                Duration.ofSeconds(1),
                JsonNodeFactory.instance.objectNode());
    }

    ContainerScript script() {
        return new ContainerScript(
                pod(),
                container(),
                Path.of("/run/fairlead/pods/uid-1"),
                Map.of("JAVA_HOME", "/jdk"));
    }
}
