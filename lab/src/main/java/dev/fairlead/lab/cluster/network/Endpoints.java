package dev.fairlead.lab.cluster.network;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.lab.cluster.PodLaunch;
import dev.fairlead.lab.cluster.PodState;
import dev.fairlead.lab.cluster.objects.Applied;
import dev.fairlead.lab.cluster.objects.Json;
import dev.fairlead.lab.cluster.objects.Selector;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The lab as endpoint controller: EndpointSlices of all Services. A Service with a selector has one
 * slice for each way in which the pods resolve its target ports (nearly always one, also when no
 * pod is selected); of a Service without, the user's own Endpoints and EndpointSlices count.
 */
public final class Endpoints {

    static final String SERVICE_LABEL = "kubernetes.io/service-name";

    private Endpoints() {}

    /** EndpointSlice objects (discovery.k8s.io/v1, IPv4), by Service. */
    public static List<ObjectNode> slices(Applied applied, List<PodState> pods) {
        List<ObjectNode> slices = new ArrayList<>();
        for (JsonNode service : applied.ofKind("Service")) {
            if (Json.text(service, "spec.type").equals("ExternalName")) {
                continue;
            }
            JsonNode selector = Json.at(service, "spec.selector");
            if (selector.isEmpty()) {
                applied.core("Endpoints", Json.namespace(service), Json.name(service))
                        .ifPresent(given -> slices.addAll(mirrored(service, given)));
            } else {
                slices.addAll(selected(service, Selector.equalities(selector), pods));
            }
        }
        applied.ofKind("EndpointSlice").stream()
                .filter(ObjectNode.class::isInstance)
                .forEach(given -> slices.add(((ObjectNode) given).deepCopy()));
        return slices;
    }

    private static List<ObjectNode> selected(
            JsonNode service, Selector selector, List<PodState> pods) {
        Map<List<Resolved>, List<PodState>> byPorts = new LinkedHashMap<>();
        pods.stream()
                .filter(pod -> pod.launch().namespace().equals(Json.namespace(service)))
                .filter(pod -> !pod.finished())
                .filter(pod -> selector.matches(pod.launch().labels()))
                .sorted(Comparator.comparing(pod -> pod.launch().name()))
                .forEach(pod ->
                        byPorts.computeIfAbsent(
                                        ports(service, Optional.of(pod.launch())),
                                        ports -> new ArrayList<>())
                                .add(pod));
        if (byPorts.isEmpty()) {
            byPorts.put(ports(service, Optional.empty()), List.of());
        }
        boolean evenUnready = Json.at(service, "spec.publishNotReadyAddresses").asBoolean(false);
        List<ObjectNode> slices = new ArrayList<>();
        byPorts.forEach((ports, members) -> {
            ObjectNode slice = slice(service, ports);
            for (PodState pod : members) {
                addPod(slice, pod, Json.name(service), evenUnready);
            }
            slices.add(slice);
        });
        return slices;
    }

    /** One port of a slice: what a Service's port has become for a pod. */
    private record Resolved(String name, int port, String protocol, String appProtocol) {}

    /** A port whose name no container of the pod has is left out. */
    private static List<Resolved> ports(JsonNode service, Optional<PodLaunch> pod) {
        List<Resolved> ports = new ArrayList<>();
        for (JsonNode port : Json.at(service, "spec.ports")) {
            JsonNode target = port.path("targetPort");
            Optional<Integer> number =
                    target.isMissingNode() || target.isNull() || target.asText("").isEmpty()
                            ? Optional.of(port.path("port").asInt())
                            : target.asInt(0) > 0
                                    ? Optional.of(target.asInt())
                                    : pod.flatMap(launch -> launch.portNamed(target.asText("")));
            number.ifPresent(found ->
                    ports.add(
                            new Resolved(
                                    port.path("name").asText(""),
                                    found,
                                    port.path("protocol").asText("TCP"),
                                    port.path("appProtocol").asText(""))));
        }
        return ports;
    }

    private static ObjectNode slice(JsonNode service, List<Resolved> ports) {
        String name = Json.name(service);
        ObjectNode slice = JsonNodeFactory.instance.objectNode();
        slice.put("apiVersion", "discovery.k8s.io/v1").put("kind", "EndpointSlice");
        ObjectNode metadata = slice.putObject("metadata");
        String suffix = Digests.base32(name + ports, 5).toLowerCase(Locale.ROOT);
        metadata.put("name", name + "-" + suffix).put("namespace", Json.namespace(service));
        ObjectNode labels = metadata.putObject("labels");
        Json.labels(service).forEach(labels::put);
        labels.put(SERVICE_LABEL, name)
                .put("endpointslice.kubernetes.io/managed-by", "fairlead-lab");
        if (Json.text(service, "spec.clusterIP").equals("None")) {
            labels.put("service.kubernetes.io/headless", "");
        }
        slice.put("addressType", "IPv4");
        slice.putArray("endpoints");
        for (Resolved port : ports) {
            ObjectNode entry = slice.withArray("ports").addObject();
            entry.put("name", port.name).put("port", port.port).put("protocol", port.protocol);
            if (!port.appProtocol.isEmpty()) {
                entry.put("appProtocol", port.appProtocol);
            }
        }
        return slice;
    }

    private static void addPod(
            ObjectNode slice, PodState pod, String service, boolean evenUnready) {
        PodLaunch launch = pod.launch();
        boolean serving =
                pod.ready()
                        || (!pod.containers().isEmpty()
                                && pod.containers().stream()
                                        .allMatch(PodState.ContainerState::ready));
        ObjectNode endpoint = slice.withArray("endpoints").addObject();
        endpoint.putArray("addresses").add(launch.ip());
        endpoint.putObject("conditions")
                .put("ready", evenUnready || (serving && !pod.terminating()))
                .put("serving", serving)
                .put("terminating", pod.terminating());
        if (launch.subdomain().equals(service)) {
            endpoint.put("hostname", launch.hostname());
        }
        endpoint.put("nodeName", launch.node());
        endpoint.putObject("targetRef")
                .put("kind", "Pod")
                .put("name", launch.name())
                .put("namespace", launch.namespace())
                .put("uid", launch.uid());
    }

    /** A user's v1 Endpoints as slices, one for each subset. */
    private static List<ObjectNode> mirrored(JsonNode service, JsonNode endpoints) {
        List<ObjectNode> slices = new ArrayList<>();
        for (JsonNode subset : endpoints.path("subsets")) {
            List<Resolved> ports = new ArrayList<>();
            subset.path("ports")
                    .forEach(port ->
                            ports.add(
                                    new Resolved(
                                            port.path("name").asText(""),
                                            port.path("port").asInt(),
                                            port.path("protocol").asText("TCP"),
                                            port.path("appProtocol").asText(""))));
            ObjectNode slice = slice(service, ports);
            if (!slices.isEmpty()) {
                ObjectNode metadata = slice.withObject("/metadata");
                metadata.put("name", Json.name(slice) + "-" + slices.size());
            }
            subset.path("addresses").forEach(address -> addGiven(slice, address, true));
            subset.path("notReadyAddresses").forEach(address -> addGiven(slice, address, false));
            slices.add(slice);
        }
        return slices;
    }

    private static void addGiven(ObjectNode slice, JsonNode address, boolean ready) {
        ObjectNode endpoint = slice.withArray("endpoints").addObject();
        endpoint.putArray("addresses").add(address.path("ip").asText(""));
        endpoint.putObject("conditions")
                .put("ready", ready)
                .put("serving", ready)
                .put("terminating", false);
        for (String field : List.of("hostname", "nodeName")) {
            if (address.has(field)) {
                endpoint.set(field, address.path(field));
            }
        }
    }
}
