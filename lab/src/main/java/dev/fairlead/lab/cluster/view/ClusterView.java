package dev.fairlead.lab.cluster.view;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.lab.cluster.LabNode;
import dev.fairlead.lab.cluster.PodState;
import dev.fairlead.lab.cluster.objects.Applied;
import dev.fairlead.lab.cluster.objects.Json;
import dev.fairlead.lab.cluster.objects.Kind;
import dev.fairlead.wire.directory.ObjectKey;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * All that {@code get} can show.
 *
 * @param slices EndpointSlices, the user's own included
 * @param started when the lab came up: the age of what was always there
 */
public record ClusterView(
        Applied applied,
        List<PodState> pods,
        List<LabNode> nodes,
        List<ObjectNode> slices,
        Instant started) {

    private static final List<String> BUILT_IN =
            List.of("default", "fairlead-system", "kube-system");

    public ClusterView {
        pods = List.copyOf(pods);
        nodes = List.copyOf(nodes);
        slices = List.copyOf(slices);
    }

    /** Keys of everything, for words that name a kind of the user's own. */
    Set<ObjectKey> keys() {
        return new TreeSet<>(applied.objects().keySet());
    }

    /** The objects of a kind, of one namespace or of all (empty), by namespace and name. */
    List<JsonNode> objects(Kind kind, String namespace) {
        Stream<? extends JsonNode> objects =
                switch (kind.kind()) {
                    case "Pod" -> pods.stream().map(Observed::pod);
                    case "Node" -> nodes.stream().map(Observed::node);
                    case "EndpointSlice" -> slices.stream();
                    case "Namespace" -> namespaces();
                    default -> applied.ofKind(kind.kind()).stream();
                };
        return objects.<JsonNode>map(object -> object)
                .filter(object ->
                        !kind.namespaced()
                                || namespace.isEmpty()
                                || Json.namespace(object).equals(namespace))
                .sorted(Comparator.comparing(Json::namespace).thenComparing(Json::name))
                .toList();
    }

    private Stream<JsonNode> namespaces() {
        Map<String, JsonNode> byName = new LinkedHashMap<>();
        applied.ofKind("Namespace").forEach(object -> byName.put(Json.name(object), object));
        for (String name : BUILT_IN) {
            ObjectNode object = JsonNodeFactory.instance.objectNode();
            object.put("apiVersion", "v1").put("kind", "Namespace");
            object.putObject("metadata")
                    .put("name", name)
                    .put("creationTimestamp", started.toString());
            byName.putIfAbsent(name, object);
        }
        return byName.values().stream();
    }

    /** The pods whose name starts with what a Deployment or the like calls them. */
    List<PodState> podsOf(JsonNode owner) {
        return pods.stream()
                .filter(pod -> pod.launch().namespace().equals(Json.namespace(owner)))
                .filter(pod ->
                        pod.launch().ownerReferences().stream()
                                .anyMatch(reference ->
                                        reference.name().equals(Json.name(owner))
                                                || ofReplicaSet(
                                                        pod, reference.name(), Json.name(owner))))
                .toList();
    }

    private static boolean ofReplicaSet(PodState pod, String replicaSet, String deployment) {
        String hash = pod.launch().labels().getOrDefault("pod-template-hash", "");
        return replicaSet.equals(deployment + "-" + hash);
    }
}
