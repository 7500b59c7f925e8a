package dev.fairlead.lab.cluster;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One pod to start, scheduled and with its address.
 *
 * @param node name of the node it runs on
 * @param ip its IPv4 address, from the node's range
 * @param hostname spec.hostname, else the pod's name
 * @param subdomain name of the headless Service that publishes the hostname, or empty
 * @param hostAliases further lines of /etc/hosts: names by address
 * @param restartPolicy what happens when a container ends
 * @param object the Pod as an API object (metadata and spec, no status); not to be changed
 */
public record PodLaunch(
        String uid,
        String namespace,
        String name,
        String node,
        String serviceAccount,
        String ip,
        Map<String, String> labels,
        Map<String, String> annotations,
        List<OwnerReference> ownerReferences,
        String hostname,
        String subdomain,
        Map<String, List<String>> hostAliases,
        List<ContainerLaunch> initContainers,
        List<ContainerLaunch> containers,
        RestartPolicy restartPolicy,
        Duration terminationGracePeriod,
        ObjectNode object) {

    /** Kubernetes' own three. */
    public enum RestartPolicy {
        ALWAYS,
        ON_FAILURE,
        NEVER
    }

    public PodLaunch {
        labels = Ordered.copy(labels);
        annotations = Ordered.copy(annotations);
        ownerReferences = List.copyOf(ownerReferences);
        hostAliases = Ordered.copy(hostAliases);
        initContainers = List.copyOf(initContainers);
        containers = List.copyOf(containers);
    }

    /** {@code namespace/name}, as messages name a pod. */
    public String key() {
        return namespace + "/" + name;
    }

    /** The same pod with the labels and annotations of {@code changed}. */
    public PodLaunch withObject(ObjectNode changed) {
        return new PodLaunch(
                uid,
                namespace,
                name,
                node,
                serviceAccount,
                ip,
                texts(changed, "labels"),
                texts(changed, "annotations"),
                ownerReferences,
                hostname,
                subdomain,
                hostAliases,
                initContainers,
                containers,
                restartPolicy,
                terminationGracePeriod,
                changed);
    }

    private static Map<String, String> texts(ObjectNode object, String field) {
        Map<String, String> texts = new LinkedHashMap<>();
        object.path("metadata")
                .path(field)
                .properties()
                .forEach(entry -> texts.put(entry.getKey(), entry.getValue().asText()));
        return texts;
    }

    /** The number of the container port called {@code portName}. */
    public Optional<Integer> portNamed(String portName) {
        return containers.stream()
                .flatMap(container -> container.ports().stream())
                .filter(port -> port.name().equals(portName))
                .map(ContainerPort::port)
                .findFirst();
    }
}
