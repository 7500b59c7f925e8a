package dev.fairlead.cli.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.kubernetes.KubernetesApi;
import dev.fairlead.lab.cluster.objects.ManifestException;
import dev.fairlead.lab.cluster.objects.Manifests;
import dev.fairlead.pilot.source.Analysis;
import dev.fairlead.pilot.source.Analysis.Finding;
import dev.fairlead.pilot.source.Analysis.Level;
import dev.fairlead.wire.directory.ObjectKey;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code analyze}: what pilot-lite would say of files, of a cluster, of files in a cluster. */
@Command(
        name = "analyze",
        description = {
            "Says what is wrong, or dubious, with configuration, as admission and status do:",
            "with -f of files; with -f and --kubeconfig of files beside what the cluster",
            "has; without -f of the cluster. Exits 1 when there are errors."
        })
public final class Analyze implements Callable<Integer> {

    private final PrintStream out;

    @Option(
            names = {"-f", "--filename"},
            paramLabel = "FILE",
            description = "a file, a folder of *.yaml and *.json, or - for standard input")
    List<String> files = List.of();

    @Option(names = "--kubeconfig", paramLabel = "FILE", description = "default: as kubectl")
    @Nullable Path kubeconfig;

    @Option(
            names = {"-n", "--namespace"},
            paramLabel = "NAMESPACE",
            description = "whose objects; default: the kubeconfig's, and of files all")
    String namespace = "";

    @Option(
            names = {"-A", "--all-namespaces"},
            description = "objects of all namespaces")
    boolean all;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORM",
            description = "json")
    String output = "";

    public Analyze() {
        this(System.out);
    }

    Analyze(PrintStream out) {
        this.out = out;
    }

    @Override
    public Integer call() throws IOException {
        if (!output.isEmpty() && !output.equals("json")) {
            throw new IllegalArgumentException("-o " + output + ": json expected");
        }
        if (files.isEmpty() || kubeconfig != null) {
            try (KubernetesClient client = KubernetesApi.client("fairlead-cli", kubeconfig)) {
                String own = client.getNamespace();
                Map<ObjectKey, JsonNode> live = LiveObjects.read(client);
                return analyze(live, own == null ? "default" : own);
            } catch (KubernetesClientException e) {
                throw new IOException("cluster not read: " + e.getMessage(), e);
            }
        }
        return analyze(new HashMap<>(), "default");
    }

    private int analyze(Map<ObjectKey, JsonNode> objects, String otherwise) throws IOException {
        Map<ObjectKey, ObjectNode> given = given(namespace.isEmpty() ? otherwise : namespace);
        given.forEach((key, object) -> objects.put(key, aged(object, objects.get(key))));
        Set<ObjectKey> asked = new HashSet<>(given.isEmpty() ? objects.keySet() : given.keySet());
        if (!all && (given.isEmpty() || !namespace.isEmpty())) {
            String only = namespace.isEmpty() ? otherwise : namespace;
            asked.removeIf(key -> !key.namespace().isEmpty() && !key.namespace().equals(only));
        }
        List<Finding> findings =
                Analysis.of(objects).findings().stream()
                        .filter(finding -> asked.contains(finding.object()))
                        .toList();
        if (output.equals("json")) {
            out.println(json(findings));
        } else {
            findings.forEach(finding -> out.println(line(finding)));
        }
        return findings.stream().anyMatch(finding -> finding.level() == Level.ERROR) ? 1 : 0;
    }

    /** As old as what it replaces; what is new in a cluster is the youngest there. */
    private static JsonNode aged(ObjectNode object, @Nullable JsonNode before) {
        ObjectNode metadata = object.withObjectProperty("metadata");
        if (!metadata.has("creationTimestamp")) {
            String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
            metadata.put(
                    "creationTimestamp",
                    before == null
                            ? now
                            : before.path("metadata").path("creationTimestamp").asText(now));
        }
        return object;
    }

    private Map<ObjectKey, ObjectNode> given(String defaultNamespace) throws IOException {
        Map<ObjectKey, ObjectNode> objects = new HashMap<>();
        for (String file : files) {
            if (!file.equals("-") && !Files.isReadable(Path.of(file))) {
                throw new IOException("cannot read " + file);
            }
            try {
                var read =
                        file.equals("-")
                                ? Manifests.parse(
                                        "standard input",
                                        new String(
                                                System.in.readAllBytes(), StandardCharsets.UTF_8),
                                        defaultNamespace)
                                : Manifests.read(Path.of(file), defaultNamespace);
                read.forEach(object -> objects.put(ObjectKey.of(object), object));
            } catch (ManifestException e) {
                throw new IOException(e.getMessage(), e);
            }
        }
        return objects;
    }

    private static String line(Finding finding) {
        return finding.level() + " " + finding.object().display() + " " + finding.problem();
    }

    private static String json(List<Finding> findings) throws IOException {
        var mapper = new ObjectMapper();
        ArrayNode list = mapper.createArrayNode();
        for (Finding finding : findings) {
            list.addObject()
                    .put("level", finding.level().name())
                    .put("group", finding.object().group())
                    .put("kind", finding.object().kind())
                    .put("namespace", finding.object().namespace())
                    .put("name", finding.object().name())
                    .put("field", finding.problem().field())
                    .put("reason", finding.problem().reason());
        }
        return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(list);
    }
}
