package dev.fairlead.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fairlead.cli.cluster.LiveObjects;
import dev.fairlead.lab.control.ControlProtocol;
import dev.fairlead.lab.control.Output;
import dev.fairlead.lab.outside.LabException;
import dev.fairlead.pilot.source.Analysis;
import dev.fairlead.pilot.state.ClusterState;
import dev.fairlead.pilot.state.Pod;
import dev.fairlead.wire.directory.ObjectKey;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which mesh a question is about: a cluster's where a kubeconfig is named, else a lab's. */
final class MeshObjects {

    private static final ObjectMapper JSON = new ObjectMapper();

    @Mixin LabName lab = new LabName();

    @Option(names = "--kubeconfig", paramLabel = "FILE", description = "default: KUBECONFIG")
    @Nullable Path kubeconfig;

    /** A state of the objects in force, with Services, pods and these kinds of configuration. */
    ClusterState state(List<String> kinds) throws IOException, LabException {
        if (kubeconfig == null && System.getenv().getOrDefault("KUBECONFIG", "").isEmpty()) {
            Map<ObjectKey, JsonNode> objects = new HashMap<>();
            for (String kind : List.of("namespaces", "services", "pods", "configmaps")) {
                read(kind, objects);
            }
            for (String kind : kinds) {
                read(kind, objects);
            }
            return Analysis.of(objects).state();
        }
        return Analysis.of(LiveObjects.read(kubeconfig)).state();
    }

    private void read(String kind, Map<ObjectKey, JsonNode> objects)
            throws IOException, LabException {
        var said = new StringBuilder();
        var output =
                new Output() {
                    @Override
                    public void out(String line) {
                        said.append(line).append('\n');
                    }

                    @Override
                    public void err(String line) {
                        // there is none of that kind
                    }
                };
        int status = lab.lab().ask(new ControlProtocol.Get(kind, "", "", "json"), output);
        if (status == 0 && !said.isEmpty()) {
            for (JsonNode item : JSON.readTree(said.toString()).path("items")) {
                objects.put(ObjectKey.of(item), item);
            }
        }
    }

    /** A running pod, by its name. */
    static Pod pod(ClusterState state, String namespace, String name) {
        return state.pods().values().stream()
                .filter(pod -> pod.namespace().equals(namespace))
                .filter(pod -> pod.meta().name().equals(name))
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException(
                                "no pod " + name + " in namespace " + namespace));
    }
}
