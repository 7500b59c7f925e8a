package dev.fairlead.cli.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.lab.cluster.objects.ManifestException;
import dev.fairlead.lab.cluster.objects.Manifests;
import dev.fairlead.lab.state.LabFolder;
import dev.fairlead.pilot.source.Analysis;
import dev.fairlead.pilot.state.ClusterState;
import dev.fairlead.pilot.state.Pod;
import dev.fairlead.wire.directory.ObjectDirectory;
import dev.fairlead.wire.directory.ObjectKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which pod a question is about, and of which mesh: files', a cluster's or a lab's. */
final class MeshObjects {

    @Parameters(
            index = "0",
            paramLabel = "POD",
            description = "a pod's name, or its workload's; NAME.NAMESPACE as well")
    String pod = "";

    @Option(
            names = {"-f", "--filename"},
            paramLabel = "FILE",
            description = "a file, or a folder of *.yaml and *.json")
    List<Path> files = List.of();

    @Option(names = "--kubeconfig", paramLabel = "FILE", description = "default: KUBECONFIG")
    @Nullable Path kubeconfig;

    @Option(
            names = {"-n", "--namespace"},
            paramLabel = "NAMESPACE",
            description = "default: default")
    String namespace = "";

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "which lab (default: FAIRLEAD_LAB or fairlead)")
    String lab = System.getenv().getOrDefault("FAIRLEAD_LAB", "fairlead");

    /** What the objects that are in force say. */
    ClusterState state() throws IOException {
        return Analysis.of(objects()).state();
    }

    /** The pods of that name; there is one. */
    List<Pod> pods(ClusterState state) throws IOException {
        int dot = pod.indexOf('.');
        String name = dot < 0 ? pod : pod.substring(0, dot);
        String of = within();
        List<Pod> found =
                state.pods().values().stream()
                        .filter(each -> each.namespace().equals(of))
                        .filter(each ->
                                each.meta().name().equals(name) || each.workload().equals(name))
                        .sorted(Comparator.comparing(each -> each.meta().name()))
                        .toList();
        if (found.isEmpty()) {
            throw new IOException("no pod of namespace " + of + " is " + name);
        }
        return found;
    }

    private String within() {
        int dot = pod.indexOf('.');
        String within = dot < 0 ? namespace : pod.substring(dot + 1);
        return within.isEmpty() ? "default" : within;
    }

    private Map<ObjectKey, JsonNode> objects() throws IOException {
        Map<ObjectKey, JsonNode> objects = new HashMap<>();
        if (!files.isEmpty()) {
            for (Path file : files) {
                try {
                    Manifests.read(file, within())
                            .forEach(object -> objects.put(ObjectKey.of(object), object));
                } catch (ManifestException e) {
                    throw new IOException(e.getMessage(), e);
                }
            }
            return objects;
        }
        if (kubeconfig != null || !System.getenv().getOrDefault("KUBECONFIG", "").isEmpty()) {
            return LiveObjects.read(kubeconfig);
        }
        Path cluster = LabFolder.of(LabFolder.stateRoot(System.getenv()), lab).cluster();
        if (!Files.isDirectory(cluster.resolve("observed"))) {
            throw new IOException("lab " + lab + " is not up (./fairlead lab up)");
        }
        for (String part : new String[] {"applied", "observed"}) {
            try (var directory = new ObjectDirectory(cluster.resolve(part))) {
                objects.putAll(directory.read());
            }
        }
        return objects;
    }
}
