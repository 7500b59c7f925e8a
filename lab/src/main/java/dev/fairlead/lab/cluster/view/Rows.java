package dev.fairlead.lab.cluster.view;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.lab.cluster.PodState;
import dev.fairlead.lab.cluster.objects.Json;
import dev.fairlead.lab.cluster.workloads.Workloads;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The columns of each kind, as kubectl and the printer columns of Istio's CRDs have them. */
final class Rows {

    private static final String NONE = "<none>";
    private static final int MAX_ENDPOINTS = 3;

    private final ClusterView view;
    private final Clock clock;

    Rows(ClusterView view, Clock clock) {
        this.view = view;
        this.clock = clock;
    }

    List<String> header(String kind, boolean wide) {
        List<String> header =
                new ArrayList<>(
                        switch (kind) {
                            case "Pod" -> List.of("NAME", "READY", "STATUS", "RESTARTS", "AGE");
                            case "Service" ->
                                    List.of(
                                            "NAME",
                                            "TYPE",
                                            "CLUSTER-IP",
                                            "EXTERNAL-IP",
                                            "PORT(S)",
                                            "AGE");
                            case "Node" -> List.of("NAME", "STATUS", "ROLES", "AGE", "VERSION");
                            case "Namespace" -> List.of("NAME", "STATUS", "AGE");
                            case "Deployment" ->
                                    List.of("NAME", "READY", "UP-TO-DATE", "AVAILABLE", "AGE");
                            case "StatefulSet" -> List.of("NAME", "READY", "AGE");
                            case "EndpointSlice" ->
                                    List.of("NAME", "ADDRESSTYPE", "PORTS", "ENDPOINTS", "AGE");
                            case "ConfigMap" -> List.of("NAME", "DATA", "AGE");
                            case "Secret" -> List.of("NAME", "TYPE", "DATA", "AGE");
                            case "VirtualService" -> List.of("NAME", "GATEWAYS", "HOSTS", "AGE");
                            case "DestinationRule" -> List.of("NAME", "HOST", "AGE");
                            case "PeerAuthentication" -> List.of("NAME", "MODE", "AGE");
                            default -> List.of("NAME", "AGE");
                        });
        if (wide) {
            header.addAll(
                    switch (kind) {
                        case "Pod" -> List.of("IP", "NODE");
                        case "Service" -> List.of("SELECTOR");
                        case "Node" -> List.of("INTERNAL-IP");
                        case "Deployment" -> List.of("CONTAINERS", "IMAGES", "SELECTOR");
                        default -> List.<String>of();
                    });
        }
        return header;
    }

    List<String> row(String kind, JsonNode object, boolean wide) {
        String name = Json.name(object);
        String age = age(object);
        List<String> row =
                new ArrayList<>(
                        switch (kind) {
                            case "Pod" -> pod(object, age);
                            case "Service" ->
                                    List.of(
                                            name,
                                            Json.at(object, "spec.type").asText("ClusterIP"),
                                            orNone(Json.text(object, "spec.clusterIP")),
                                            external(object),
                                            ports(object),
                                            age);
                            case "Node" -> List.of(name, "Ready", NONE, age, "lab");
                            case "Namespace" -> List.of(name, "Active", age);
                            case "Deployment" -> deployment(object, age);
                            case "StatefulSet" -> List.of(name, readyOf(object), age);
                            case "EndpointSlice" -> slice(object, age);
                            case "ConfigMap" ->
                                    List.of(name, String.valueOf(dataSize(object)), age);
                            case "Secret" ->
                                    List.of(
                                            name,
                                            object.path("type").asText("Opaque"),
                                            String.valueOf(dataSize(object)),
                                            age);
                            case "VirtualService" ->
                                    List.of(
                                            name,
                                            quoted(Json.at(object, "spec.gateways")),
                                            quoted(Json.at(object, "spec.hosts")),
                                            age);
                            case "DestinationRule" ->
                                    List.of(name, Json.text(object, "spec.host"), age);
                            case "PeerAuthentication" ->
                                    List.of(name, Json.text(object, "spec.mtls.mode"), age);
                            default -> List.of(name, age);
                        });
        if (wide) {
            row.addAll(wide(kind, object));
        }
        return row;
    }

    private List<String> wide(String kind, JsonNode object) {
        return switch (kind) {
            case "Pod" ->
                    List.of(Json.text(object, "status.podIP"), Json.text(object, "spec.nodeName"));
            case "Service" -> List.of(orNone(joined(Json.map(Json.at(object, "spec.selector")))));
            case "Node" ->
                    List.of(Json.at(object, "status.addresses").path(0).path("address").asText(""));
            case "Deployment" ->
                    List.of(
                            containers(object, "name"),
                            containers(object, "image"),
                            orNone(joined(selector(object))));
            default -> List.of();
        };
    }

    private String age(JsonNode object) {
        try {
            Instant created = Instant.parse(Json.text(object, "metadata.creationTimestamp"));
            return Age.of(Duration.between(created, clock.instant()));
        } catch (DateTimeParseException e) {
            return "<unknown>";
        }
    }

    private List<String> pod(JsonNode object, String age) {
        JsonNode containers = Json.at(object, "status.containerStatuses");
        int ready = 0;
        int restarts = 0;
        for (JsonNode container : containers) {
            ready += container.path("ready").asBoolean() ? 1 : 0;
            restarts += container.path("restartCount").asInt();
        }
        int all = Json.at(object, "spec.containers").size();
        return List.of(
                Json.name(object),
                ready + "/" + all,
                status(object),
                String.valueOf(restarts),
                age);
    }

    private static String status(JsonNode object) {
        if (object.path("metadata").has("deletionTimestamp")) {
            return "Terminating";
        }
        for (JsonNode container : Json.at(object, "status.containerStatuses")) {
            for (String state : List.of("waiting", "terminated")) {
                String reason = Json.text(container, "state." + state + ".reason");
                if (!reason.isEmpty()) {
                    return reason;
                }
            }
        }
        return Json.text(object, "status.phase");
    }

    private List<String> deployment(JsonNode object, String age) {
        List<PodState> pods = live(object);
        String newest = Workloads.templateHash(object);
        long fresh =
                pods.stream()
                        .filter(p -> newest.equals(p.launch().labels().get("pod-template-hash")))
                        .count();
        long available = pods.stream().filter(PodState::ready).count();
        return List.of(
                Json.name(object),
                readyOf(object),
                String.valueOf(fresh),
                String.valueOf(available),
                age);
    }

    private String readyOf(JsonNode object) {
        long ready = live(object).stream().filter(PodState::ready).count();
        return ready + "/" + Json.at(object, "spec.replicas").asInt(1);
    }

    private List<PodState> live(JsonNode object) {
        return view.podsOf(object).stream().filter(p -> !p.terminating() && !p.finished()).toList();
    }

    private static String external(JsonNode service) {
        return switch (Json.text(service, "spec.type")) {
            case "LoadBalancer" -> "<pending>";
            case "ExternalName" -> Json.text(service, "spec.externalName");
            default -> NONE;
        };
    }

    private static String ports(JsonNode service) {
        List<String> ports = new ArrayList<>();
        for (JsonNode port : Json.at(service, "spec.ports")) {
            int nodePort = port.path("nodePort").asInt(0);
            ports.add(
                    port.path("port").asInt()
                            + (nodePort > 0 ? ":" + nodePort : "")
                            + "/"
                            + port.path("protocol").asText("TCP"));
        }
        return orNone(String.join(",", ports));
    }

    private static List<String> slice(JsonNode slice, String age) {
        List<String> ports = new ArrayList<>();
        slice.path("ports").forEach(port -> ports.add(port.path("port").asText("")));
        List<String> addresses = new ArrayList<>();
        slice.path("endpoints").forEach(e -> addresses.addAll(Json.list(e.path("addresses"))));
        String shown = String.join(",", addresses.stream().limit(MAX_ENDPOINTS).toList());
        int more = addresses.size() - MAX_ENDPOINTS;
        return List.of(
                Json.name(slice),
                Json.text(slice, "addressType"),
                ports.isEmpty() ? "<unset>" : String.join(",", ports),
                addresses.isEmpty()
                        ? "<unset>"
                        : more > 0 ? shown + " + " + more + " more..." : shown,
                age);
    }

    private static int dataSize(JsonNode object) {
        return object.path("data").size()
                + object.path("binaryData").size()
                + object.path("stringData").size();
    }

    private static Map<String, String> selector(JsonNode deployment) {
        Map<String, String> given = Json.map(Json.at(deployment, "spec.selector.matchLabels"));
        return given.isEmpty()
                ? Json.map(Json.at(deployment, "spec.template.metadata.labels"))
                : given;
    }

    private static String containers(JsonNode object, String field) {
        List<String> values = new ArrayList<>();
        Json.at(object, "spec.template.spec.containers")
                .forEach(container -> values.add(container.path(field).asText("")));
        return String.join(",", values);
    }

    private static String quoted(JsonNode list) {
        return list.isEmpty()
                ? ""
                : Json.list(list).stream().collect(Collectors.joining("\",\"", "[\"", "\"]"));
    }

    private static String joined(Map<String, String> map) {
        return map.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .collect(Collectors.joining(","));
    }

    private static String orNone(String text) {
        return text.isEmpty() ? NONE : text;
    }
}
