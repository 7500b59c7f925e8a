package dev.fairlead.pilot.source;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.pilot.state.EndpointSlice;
import dev.fairlead.pilot.state.Meta;
import dev.fairlead.pilot.state.Namespace;
import dev.fairlead.pilot.state.NetworkPolicy;
import dev.fairlead.pilot.state.Node;
import dev.fairlead.pilot.state.Pod;
import dev.fairlead.pilot.state.Service;
import dev.fairlead.pilot.validate.ConfigReader;
import dev.fairlead.wire.directory.ObjectKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Sorts the objects of a cluster directory. */
final class DirectoryReader {

    private final Map<ObjectKey, JsonNode> configs = new LinkedHashMap<>();
    private final List<Meta> plain = new ArrayList<>();
    private final Map<String, Namespace> namespaces = new HashMap<>();
    private final List<Service> services = new ArrayList<>();
    private final List<EndpointSlice> slices = new ArrayList<>();
    private final Map<String, Pod> pods = new HashMap<>();
    private final Map<String, Node> nodes = new HashMap<>();
    private final List<NetworkPolicy> networkPolicies = new ArrayList<>();

    private DirectoryReader() {}

    static Inventory read(DirectoryWatch.Content applied, DirectoryWatch.Content observed) {
        var reader = new DirectoryReader();
        applied.objects().forEach(reader::applied);
        observed.objects().forEach(reader::observed);
        reader.services.sort(Comparator.comparing(Service::meta, Meta.OLDEST_FIRST));
        return new Inventory(
                applied.revision(),
                observed.revision(),
                reader.configs,
                reader.plain,
                reader.namespaces,
                reader.services,
                reader.slices,
                reader.pods,
                reader.nodes,
                reader.networkPolicies);
    }

    private void applied(ObjectKey key, JsonNode object) {
        if (ConfigReader.owns(key.group(), key.kind()) || key.equals(Inventory.MESH)) {
            configs.put(key, object);
        } else if (key.group().isEmpty()) {
            switch (key.kind()) {
                case "Service" -> {
                    Service service = KubernetesReader.service(key, object);
                    if (service != null) {
                        services.add(service);
                    }
                }
                case "Namespace" ->
                        namespaces.put(key.name(), KubernetesReader.namespace(key, object));
                case "ServiceAccount" -> {}
                default -> {
                    return;
                }
            }
            plain.add(KubernetesReader.meta(key, object));
        } else if (key.group().equals("networking.k8s.io") && key.kind().equals("NetworkPolicy")) {
            networkPolicies.add(KubernetesReader.networkPolicy(key, object));
            plain.add(KubernetesReader.meta(key, object));
        }
    }

    private void observed(ObjectKey key, JsonNode object) {
        switch (key.kind()) {
            case "EndpointSlice" -> slices.add(KubernetesReader.slice(key, object));
            case "Node" -> nodes.put(key.name(), KubernetesReader.node(key, object));
            case "Pod" -> {
                Pod pod = KubernetesReader.pod(key, object);
                if (pod != null) {
                    pods.put(pod.uid(), pod);
                }
            }
            default -> {}
        }
    }
}
