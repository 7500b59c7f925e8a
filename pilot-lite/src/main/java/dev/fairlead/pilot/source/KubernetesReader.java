package dev.fairlead.pilot.source;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.base.Splitter;
import dev.fairlead.pilot.state.EndpointSlice;
import dev.fairlead.pilot.state.LabelSelector;
import dev.fairlead.pilot.state.LocalityBalancing;
import dev.fairlead.pilot.state.Meta;
import dev.fairlead.pilot.state.Namespace;
import dev.fairlead.pilot.state.NetworkPolicy;
import dev.fairlead.pilot.state.Node;
import dev.fairlead.pilot.state.Pod;
import dev.fairlead.pilot.state.Protocol;
import dev.fairlead.pilot.state.Service;
import dev.fairlead.wire.directory.ObjectKey;
import dev.fairlead.wire.enrolment.NamespaceWord;
import dev.fairlead.wire.enrolment.PodWord;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads Kubernetes' own objects, which an API server (or the lab) has checked: what is not there is
 * taken as Kubernetes defaults it.
 */
public final class KubernetesReader {

    private static final String POD_TEMPLATE_HASH = "pod-template-hash";
    private static final String EXPORT_TO = "networking.istio.io/exportTo";
    private static final String DISTRIBUTION = "networking.istio.io/traffic-distribution";
    private static final Splitter COMMA = Splitter.on(',').trimResults().omitEmptyStrings();

    private KubernetesReader() {}

    static Meta meta(ObjectKey key, JsonNode object) {
        JsonNode metadata = object.path("metadata");
        return new Meta(
                key,
                metadata.path("uid").asText(""),
                instant(metadata.path("creationTimestamp").asText("")),
                metadata.path("generation").asLong(0),
                metadata.path("resourceVersion").asText(""));
    }

    private static Instant instant(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeException e) {
            return Instant.EPOCH;
        }
    }

    public static Namespace namespace(ObjectKey key, JsonNode object) {
        Map<String, String> labels = strings(object.path("metadata").path("labels"));
        Map<String, String> annotations = strings(object.path("metadata").path("annotations"));
        return new Namespace(key.name(), labels, NamespaceWord.of(key.name(), labels, annotations));
    }

    /** A Service, or null for one that has no addresses of its own (ExternalName). */
    public static @Nullable Service service(ObjectKey key, JsonNode object) {
        JsonNode spec = object.path("spec");
        if (spec.path("type").asText("").equals("ExternalName")) {
            return null;
        }
        String first = spec.path("clusterIP").asText("");
        List<String> addresses = texts(spec.path("clusterIPs"));
        if (addresses.isEmpty() && !first.isEmpty()) {
            addresses = List.of(first);
        }
        boolean headless = first.equals("None");
        List<Service.Port> ports = new ArrayList<>();
        spec.path("ports").forEach(port -> ports.add(port(port)));
        return new Service(
                meta(key, object),
                headless ? List.of() : addresses,
                headless,
                strings(spec.path("selector")),
                ports,
                COMMA.splitToList(
                        object.path("metadata").path("annotations").path(EXPORT_TO).asText("")),
                reach(spec, object.path("metadata").path("annotations")));
    }

    /** The annotation comes first; a Service that may leave no node stays there in any case. */
    private static Service.Reach reach(JsonNode spec, JsonNode annotations) {
        if (spec.path("internalTrafficPolicy").asText("").equals("Local")) {
            return Service.Reach.NODE;
        }
        String word =
                annotations.path(DISTRIBUTION).asText(spec.path("trafficDistribution").asText(""));
        return switch (word.toLowerCase(java.util.Locale.ROOT)) {
            case "preferclose", "prefersamezone" -> Service.Reach.PREFER_ZONE;
            case "prefersamenode" -> Service.Reach.PREFER_NODE;
            default -> Service.Reach.ANYWHERE;
        };
    }

    private static Service.Port port(JsonNode port) {
        int number = port.path("port").asInt(0);
        JsonNode target = port.path("targetPort");
        String name = port.path("name").asText("");
        return new Service.Port(
                name,
                number,
                target.isTextual() ? 0 : target.asInt(number),
                target.isTextual() ? target.asText() : "",
                Protocol.of(
                        port.path("protocol").asText("TCP"),
                        port.path("appProtocol").asText(""),
                        name));
    }

    /** A pod, or null for one that is over, or that has no network of its own. */
    public static @Nullable Pod pod(ObjectKey key, JsonNode object) {
        JsonNode spec = object.path("spec");
        JsonNode status = object.path("status");
        String phase = status.path("phase").asText("");
        Meta meta = meta(key, object);
        if (phase.equals("Succeeded")
                || phase.equals("Failed")
                || spec.path("hostNetwork").asBoolean(false)
                || meta.uid().isEmpty()) {
            return null;
        }
        Map<String, Integer> ports = new HashMap<>();
        for (JsonNode container : spec.path("containers")) {
            for (JsonNode port : container.path("ports")) {
                ports.put(port.path("name").asText(""), port.path("containerPort").asInt(0));
            }
        }
        Map<String, String> labels = strings(object.path("metadata").path("labels"));
        Map<String, String> annotations = strings(object.path("metadata").path("annotations"));
        return new Pod(
                meta,
                spec.path("nodeName").asText(""),
                spec.path("serviceAccountName").asText("default"),
                labels,
                addresses(status),
                workload(object, labels),
                ports,
                PodExclusions.read(key, annotations),
                PodWord.of(labels, annotations, proxies(spec), false));
    }

    /** Containers that run for as long as the pod does. */
    private static List<String> proxies(JsonNode spec) {
        List<String> names = new ArrayList<>();
        spec.path("containers").forEach(c -> names.add(c.path("name").asText("")));
        for (JsonNode container : spec.path("initContainers")) {
            if (container.path("restartPolicy").asText("").equals("Always")) {
                names.add(container.path("name").asText(""));
            }
        }
        return names;
    }

    private static List<String> addresses(JsonNode status) {
        List<String> addresses = new ArrayList<>();
        status.path("podIPs").forEach(ip -> addresses.add(ip.path("ip").asText()));
        String primary = status.path("podIP").asText("");
        if (addresses.isEmpty() && !primary.isEmpty()) {
            addresses.add(primary);
        }
        return addresses;
    }

    /** The Deployment behind a ReplicaSet has its name without the template's hash. */
    private static String workload(JsonNode object, Map<String, String> labels) {
        JsonNode owner = object.path("metadata").path("ownerReferences").path(0);
        String name = owner.path("name").asText("");
        if (name.isEmpty()) {
            return object.path("metadata").path("name").asText("");
        }
        String hash = "-" + labels.getOrDefault(POD_TEMPLATE_HASH, "");
        return owner.path("kind").asText("").equals("ReplicaSet")
                        && hash.length() > 1
                        && name.endsWith(hash)
                ? name.substring(0, name.length() - hash.length())
                : name;
    }

    public static EndpointSlice slice(ObjectKey key, JsonNode object) {
        List<EndpointSlice.Port> ports = new ArrayList<>();
        for (JsonNode port : object.path("ports")) {
            ports.add(
                    new EndpointSlice.Port(
                            port.path("name").asText(""), port.path("port").asInt(0)));
        }
        List<EndpointSlice.Endpoint> endpoints = new ArrayList<>();
        for (JsonNode endpoint : object.path("endpoints")) {
            for (JsonNode address : endpoint.path("addresses")) {
                endpoints.add(
                        new EndpointSlice.Endpoint(
                                address.asText(),
                                endpoint.path("conditions").path("ready").asBoolean(true),
                                endpoint.path("targetRef").path("uid").asText(""),
                                endpoint.path("nodeName").asText("")));
            }
        }
        String service =
                object.path("metadata")
                        .path("labels")
                        .path("kubernetes.io/service-name")
                        .asText("");
        return new EndpointSlice(key.namespace(), service, ports, endpoints);
    }

    /**
     * Selectors as the API server has checked them; an operator that is not known selects nothing.
     */
    public static NetworkPolicy networkPolicy(ObjectKey key, JsonNode object) {
        JsonNode selector = object.path("spec").path("podSelector");
        List<LabelSelector.Expression> expressions = new ArrayList<>();
        for (JsonNode expression : selector.path("matchExpressions")) {
            LabelSelector.Operator operator =
                    switch (expression.path("operator").asText("")) {
                        case "NotIn" -> LabelSelector.Operator.NOT_IN;
                        case "Exists" -> LabelSelector.Operator.EXISTS;
                        case "DoesNotExist" -> LabelSelector.Operator.DOES_NOT_EXIST;
                        default -> LabelSelector.Operator.IN;
                    };
            expressions.add(
                    new LabelSelector.Expression(
                            expression.path("key").asText(""),
                            operator,
                            texts(expression.path("values"))));
        }
        return new NetworkPolicy(
                key.namespace(),
                new LabelSelector(strings(selector.path("matchLabels")), expressions));
    }

    public static Node node(ObjectKey key, JsonNode object) {
        JsonNode labels = object.path("metadata").path("labels");
        return new Node(
                key.name(),
                labels.path(LocalityBalancing.REGION).asText(""),
                labels.path(LocalityBalancing.ZONE).asText(""),
                labels.path(LocalityBalancing.SUB_ZONE).asText(""));
    }

    private static List<String> texts(JsonNode list) {
        List<String> texts = new ArrayList<>();
        list.forEach(text -> texts.add(text.asText()));
        return texts;
    }

    private static Map<String, String> strings(JsonNode object) {
        Map<String, String> strings = new HashMap<>();
        object.properties().forEach(e -> strings.put(e.getKey(), e.getValue().asText()));
        return strings;
    }
}
