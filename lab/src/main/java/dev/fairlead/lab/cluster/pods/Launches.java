package dev.fairlead.lab.cluster.pods;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.lab.cluster.ContainerLaunch;
import dev.fairlead.lab.cluster.ContainerPort;
import dev.fairlead.lab.cluster.OwnerReference;
import dev.fairlead.lab.cluster.PodLaunch;
import dev.fairlead.lab.cluster.objects.Applied;
import dev.fairlead.lab.cluster.objects.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What to start for a scheduled Pod object, with everything that it refers to resolved. */
public final class Launches {

    private static final int DEFAULT_GRACE_SECONDS = 30;

    private final ImageMap images;

    /** Whether a pod can be started. */
    public sealed interface Result permits Ready, NotYet, Refused {}

    public record Ready(PodLaunch launch) implements Result {}

    /** Something that it refers to is missing and may come. */
    public record NotYet(String reason) implements Result {}

    /** Only a change of the pod helps. */
    public record Refused(String reason) implements Result {}

    public Launches(ImageMap images) {
        this.images = images;
    }

    /**
     * @param pod metadata with name, namespace and uid, spec with nodeName and serviceAccountName
     * @param ip its address
     * @param hostIp its node's
     */
    public Result launch(ObjectNode pod, String ip, String hostIp, Applied applied) {
        try {
            return new Ready(resolve(pod, ip, hostIp, applied));
        } catch (Unresolved e) {
            return e.forGood() ? new Refused(e.reason()) : new NotYet(e.reason());
        }
    }

    private PodLaunch resolve(ObjectNode pod, String ip, String hostIp, Applied applied)
            throws Unresolved {
        JsonNode spec = pod.path("spec");
        String namespace = Json.namespace(pod);
        String account = spec.path("serviceAccountName").asText("default");
        if (!account.equals("default")
                && applied.core("ServiceAccount", namespace, account).isEmpty()) {
            throw Unresolved.missing("ServiceAccount " + namespace + "/" + account + " not found");
        }
        PodFields fields = new PodFields(pod, ip, hostIp);
        KeyedData data = new KeyedData(applied, namespace);
        Containers containers =
                new Containers(
                        images,
                        namespace + "/" + Json.name(pod),
                        new Environment(data, fields),
                        new Volumes(spec, data, fields));
        List<ContainerLaunch> main = containers.all(spec.path("containers"));
        if (main.isEmpty()) {
            throw Unresolved.wrong("spec.containers is empty");
        }
        return new PodLaunch(
                Json.text(pod, "metadata.uid"),
                namespace,
                Json.name(pod),
                spec.path("nodeName").asText(""),
                account,
                ip,
                Json.labels(pod),
                Json.annotations(pod),
                owners(pod),
                spec.path("hostname").asText(Json.name(pod)),
                spec.path("subdomain").asText(""),
                hostAliases(spec),
                containers.all(spec.path("initContainers")),
                main,
                restartPolicy(spec),
                Duration.ofSeconds(
                        spec.path("terminationGracePeriodSeconds").asLong(DEFAULT_GRACE_SECONDS)),
                pod);
    }

    private static List<OwnerReference> owners(JsonNode pod) {
        List<OwnerReference> owners = new ArrayList<>();
        for (JsonNode owner : Json.at(pod, "metadata.ownerReferences")) {
            owners.add(
                    new OwnerReference(
                            owner.path("apiVersion").asText(""),
                            owner.path("kind").asText(""),
                            owner.path("name").asText(""),
                            owner.path("uid").asText("")));
        }
        return owners;
    }

    private static Map<String, List<String>> hostAliases(JsonNode spec) {
        Map<String, List<String>> aliases = new LinkedHashMap<>();
        spec.path("hostAliases")
                .forEach(alias ->
                        aliases.put(
                                alias.path("ip").asText(""), Json.list(alias.path("hostnames"))));
        return aliases;
    }

    private static PodLaunch.RestartPolicy restartPolicy(JsonNode spec) throws Unresolved {
        String policy = spec.path("restartPolicy").asText("Always");
        return switch (policy) {
            case "Always" -> PodLaunch.RestartPolicy.ALWAYS;
            case "OnFailure" -> PodLaunch.RestartPolicy.ON_FAILURE;
            case "Never" -> PodLaunch.RestartPolicy.NEVER;
            default -> throw Unresolved.wrong("spec.restartPolicy: \"" + policy + "\"");
        };
    }

    /** The declared ports of a container. */
    static List<ContainerPort> ports(JsonNode container) {
        List<ContainerPort> ports = new ArrayList<>();
        for (JsonNode port : container.path("ports")) {
            ports.add(
                    new ContainerPort(
                            port.path("name").asText(""),
                            port.path("containerPort").asInt(0),
                            port.path("protocol").asText("TCP")));
        }
        return ports;
    }
}
