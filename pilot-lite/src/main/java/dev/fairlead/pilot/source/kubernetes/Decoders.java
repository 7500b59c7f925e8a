package dev.fairlead.pilot.source.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.pilot.source.CaptureBook;
import dev.fairlead.pilot.source.KubernetesReader;
import dev.fairlead.pilot.state.EndpointSlice;
import dev.fairlead.pilot.state.Namespace;
import dev.fairlead.pilot.state.NetworkPolicy;
import dev.fairlead.pilot.state.Node;
import dev.fairlead.pilot.state.Pod;
import dev.fairlead.pilot.state.Service;
import dev.fairlead.pilot.status.StatusKeys;
import dev.fairlead.pilot.status.kubernetes.ObservedStatus;
import dev.fairlead.wire.directory.ObjectKey;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of objects. Of Kubernetes' own the version is not: one that changed in nothing that
 * is read, a node's heartbeat, is then no change.
 */
final class Decoders {

    private static final Set<String> METADATA =
            Set.of(
                    "name",
                    "namespace",
                    "uid",
                    "creationTimestamp",
                    "generation",
                    "resourceVersion",
                    "labels",
                    "annotations");

    private Decoders() {}

    static Namespace namespace(ObjectKey key, ObjectNode object, @Nullable Namespace before) {
        return KubernetesReader.namespace(key, object);
    }

    static @Nullable Service service(ObjectKey key, ObjectNode object, @Nullable Service before) {
        return KubernetesReader.service(key, unversioned(object));
    }

    static EndpointSlice slice(ObjectKey key, ObjectNode object, @Nullable EndpointSlice before) {
        return KubernetesReader.slice(key, object);
    }

    static Node node(ObjectKey key, ObjectNode object, @Nullable Node before) {
        return KubernetesReader.node(key, object);
    }

    static NetworkPolicy networkPolicy(
            ObjectKey key, ObjectNode object, @Nullable NetworkPolicy before) {
        return KubernetesReader.networkPolicy(key, object);
    }

    static @Nullable PodFacts pod(ObjectKey key, ObjectNode object, @Nullable PodFacts before) {
        Pod pod = KubernetesReader.pod(key, unversioned(object));
        return pod == null ? null : new PodFacts(pod, report(pod, object));
    }

    private static CaptureBook.@Nullable Report report(Pod pod, JsonNode object) {
        for (JsonNode condition : object.path("status").path("conditions")) {
            if (condition.path("type").asText().equals(StatusKeys.CAPTURED_CONDITION)) {
                return new CaptureBook.Report(
                        pod.uid(),
                        pod.namespace(),
                        pod.meta().name(),
                        condition.path("reason").asText(),
                        condition.path("status").asText().equals("True"));
            }
        }
        return null;
    }

    private static ObjectNode unversioned(ObjectNode object) {
        if (object.get("metadata") instanceof ObjectNode metadata) {
            metadata.remove("resourceVersion");
            metadata.remove("generation");
        }
        return object;
    }

    /**
     * A configuration object without its status. As long as its content is the same it keeps the
     * version that the content was first seen in: writing status is no change.
     */
    static JsonNode config(
            ObjectKey key, ObjectNode object, @Nullable JsonNode before, ObservedStatus statuses) {
        JsonNode version = object.path("metadata").path("resourceVersion");
        statuses.observed(key, version.asText(), object.path("status"));
        object.remove("status");
        object.put("kind", key.kind());
        if (!object.has("apiVersion")) {
            object.put("apiVersion", key.group().isEmpty() ? "v1" : key.group());
        }
        if (object.get("metadata") instanceof ObjectNode metadata) {
            metadata.retain(METADATA);
            if (before != null) {
                metadata.set("resourceVersion", before.path("metadata").path("resourceVersion"));
                if (object.equals(before)) {
                    return before;
                }
                metadata.set("resourceVersion", version);
            }
        }
        return object;
    }
}
