package dev.fairlead.pilot.source;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.pilot.source.Acceptance.Standing;
import dev.fairlead.pilot.state.ClusterState;
import dev.fairlead.pilot.state.ConfigObject;
import dev.fairlead.pilot.state.DestinationRule;
import dev.fairlead.pilot.state.EndpointSlice;
import dev.fairlead.pilot.state.MeshSettings;
import dev.fairlead.pilot.state.Meta;
import dev.fairlead.pilot.state.Namespace;
import dev.fairlead.pilot.state.Node;
import dev.fairlead.pilot.state.PeerPolicy;
import dev.fairlead.pilot.state.Pod;
import dev.fairlead.pilot.state.Service;
import dev.fairlead.pilot.state.VirtualService;
import dev.fairlead.pilot.validate.ConfigReader;
import dev.fairlead.pilot.validate.CrossCheck;
import dev.fairlead.pilot.validate.MeshSettingsReader;
import dev.fairlead.pilot.validate.Problem;
import dev.fairlead.wire.directory.ObjectKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes the cluster's state of objects, and their status.
 *
 * <p>Owner: the source's thread.
 */
final class StateBuilder {

    private static final ObjectKey MESH = new ObjectKey("", "ConfigMap", "fairlead-system", "mesh");

    /** A state, with the status of every object of a kind that is known; refused are counted. */
    record Built(ClusterState state, Map<ObjectKey, JsonNode> statuses, int refused) {}

    private final Acceptance<MeshSettings> meshSettings;
    private final Acceptance<ConfigObject> configs;
    private final CaptureBook captures;

    StateBuilder(Map<ObjectKey, JsonNode> storedStatuses, CaptureBook captures) {
        this.captures = captures;
        Map<ObjectKey, JsonNode> lastGood = new HashMap<>();
        storedStatuses.forEach((key, status) -> {
            if (status.has("lastGood")) {
                lastGood.put(key, status.get("lastGood"));
            }
        });
        meshSettings = new Acceptance<>(lastGood);
        configs = new Acceptance<>(lastGood);
    }

    Built build(DirectoryWatch.Content applied, DirectoryWatch.Content observed) {
        Map<ObjectKey, Standing<?>> standings = new LinkedHashMap<>();
        MeshSettings mesh = mesh(applied.objects(), standings);
        Map<String, Namespace> namespaces = new HashMap<>();
        List<Service> services = new ArrayList<>();
        List<ConfigObject> inForce = new ArrayList<>();
        var reader = new ConfigReader(mesh);
        applied.objects()
                .forEach((key, object) -> {
                    if (ConfigReader.owns(key.group())) {
                        Meta meta = KubernetesReader.meta(key, object);
                        var standing =
                                configs.judge(key, object, mesh, json -> reader.read(meta, json));
                        standings.put(key, standing);
                        if (standing.value() != null) {
                            inForce.add(standing.value());
                        }
                    } else if (key.group().isEmpty()) {
                        core(key, object, namespaces, services, standings);
                    }
                });
        configs.retain(applied.objects().keySet());
        ClusterState state = state(applied, observed, mesh, namespaces, services, inForce);
        return new Built(
                state,
                statuses(standings, CrossCheck.warnings(state)),
                (int) standings.values().stream().filter(s -> !s.problems().isEmpty()).count());
    }

    private MeshSettings mesh(
            Map<ObjectKey, JsonNode> applied, Map<ObjectKey, Standing<?>> standings) {
        JsonNode object = applied.get(MESH);
        meshSettings.retain(applied.keySet());
        if (object == null) {
            return MeshSettings.DEFAULT;
        }
        var standing = meshSettings.judge(MESH, object, "", MeshSettingsReader::read);
        standings.put(MESH, standing);
        return standing.value() != null ? standing.value() : MeshSettings.DEFAULT;
    }

    private static void core(
            ObjectKey key,
            JsonNode object,
            Map<String, Namespace> namespaces,
            List<Service> services,
            Map<ObjectKey, Standing<?>> standings) {
        switch (key.kind()) {
            case "Service" -> {
                Service service = KubernetesReader.service(key, object);
                if (service != null) {
                    services.add(service);
                }
            }
            case "Namespace" -> namespaces.put(key.name(), KubernetesReader.namespace(key, object));
            case "ServiceAccount" -> {}
            default -> {
                return;
            }
        }
        standings.put(key, new Standing<>(object, List.of(), null, object));
    }

    private ClusterState state(
            DirectoryWatch.Content applied,
            DirectoryWatch.Content observed,
            MeshSettings mesh,
            Map<String, Namespace> namespaces,
            List<Service> services,
            List<ConfigObject> inForce) {
        List<EndpointSlice> slices = new ArrayList<>();
        Map<String, Pod> pods = new HashMap<>();
        Map<String, Node> nodes = new HashMap<>();
        observed.objects()
                .forEach((key, object) -> {
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
                });
        CaptureBook.Marks marks = captures.marks(Map.copyOf(pods));
        services.sort(Comparator.comparing(Service::meta, Meta.OLDEST_FIRST));
        return new ClusterState(
                applied.revision(),
                observed.revision(),
                marks.revision(),
                mesh,
                namespaces,
                services,
                slices,
                pods,
                nodes,
                oldestFirst(inForce, VirtualService.class),
                oldestFirst(inForce, DestinationRule.class),
                oldestFirst(inForce, PeerPolicy.class),
                marks.captured());
    }

    private static <C extends ConfigObject> List<C> oldestFirst(
            List<ConfigObject> all, Class<C> kind) {
        return all.stream()
                .filter(kind::isInstance)
                .map(kind::cast)
                .sorted(Comparator.comparing(ConfigObject::meta, Meta.OLDEST_FIRST))
                .toList();
    }

    private static Map<ObjectKey, JsonNode> statuses(
            Map<ObjectKey, Standing<?>> standings, Map<ObjectKey, List<Problem>> warnings) {
        Map<ObjectKey, JsonNode> statuses = new LinkedHashMap<>();
        standings.forEach((key, standing) ->
                statuses.put(
                        key,
                        StatusWriter.status(
                                KubernetesReader.meta(key, standing.present()),
                                standing.problems(),
                                warnings.getOrDefault(key, List.of()),
                                standing.lastGood())));
        return statuses;
    }
}
