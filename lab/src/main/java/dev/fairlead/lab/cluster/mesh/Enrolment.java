package dev.fairlead.lab.cluster.mesh;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.lab.cluster.PodLaunch;
import dev.fairlead.lab.cluster.objects.Json;
import dev.fairlead.wire.pods.PodSocketProtocol.Exclusions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether a pod is in the mesh. Never: kube-system and fairlead-system, pods on the node's network,
 * pods with a sidecar or in ambient mode. Else its own word counts before its namespace's:
 * fairlead.dev/mesh on the pod, sidecar.istio.io/inject "false" on the pod, fairlead.dev/mesh on
 * the namespace, istio-injection on the namespace. No word: not in the mesh.
 */
public sealed interface Enrolment {

    String MESH = "fairlead.dev/mesh";
    Set<String> SYSTEM = Set.of("kube-system", "fairlead-system");

    /** Why, for the user. */
    String reason();

    /** In the mesh, but for what is excluded from capture. */
    record Enrolled(String reason, Exclusions exclusions, List<String> warnings)
            implements Enrolment {
        public Enrolled {
            warnings = List.copyOf(warnings);
        }
    }

    record LeftAlone(String reason) implements Enrolment {}

    /** An annotation cannot be understood: left alone, and an error to show. */
    record Invalid(String reason) implements Enrolment {}

    /**
     * @param namespace the Namespace object, or null where nobody made one
     */
    static Enrolment of(PodLaunch pod, @Nullable JsonNode namespace) {
        String never = neverReason(pod, namespace);
        if (never != null) {
            return new LeftAlone(never);
        }
        try {
            String own = pod.annotations().get(MESH);
            if (own != null) {
                return asked("pod " + pod.key(), own, pod);
            }
            if ("false".equals(injection(pod))) {
                return new LeftAlone("pod: sidecar.istio.io/inject: \"false\"");
            }
            return namespace == null
                    ? new LeftAlone("namespace " + pod.namespace() + " does not ask for it")
                    : byNamespace(pod, namespace);
        } catch (IllegalArgumentException e) {
            return new Invalid(String.valueOf(e.getMessage()));
        }
    }

    private static @Nullable String neverReason(PodLaunch pod, @Nullable JsonNode namespace) {
        if (SYSTEM.contains(pod.namespace())) {
            return "namespace " + pod.namespace() + " is never enrolled";
        }
        if (Json.at(pod.object(), "spec.hostNetwork").asBoolean(false)) {
            return "pod is on the node's network";
        }
        if (pod.containers().stream().anyMatch(c -> c.name().equals("istio-proxy"))
                || pod.initContainers().stream().anyMatch(c -> c.name().equals("istio-proxy"))) {
            return "pod has a sidecar";
        }
        String mode = "istio.io/dataplane-mode";
        Map<String, String> ofNamespace = namespace == null ? Map.of() : Json.labels(namespace);
        String dataplane = pod.labels().getOrDefault(mode, ofNamespace.getOrDefault(mode, ""));
        return dataplane.equals("ambient") ? "pod is in ambient mode" : null;
    }

    private static @Nullable String injection(PodLaunch pod) {
        String key = "sidecar.istio.io/inject";
        return pod.annotations().getOrDefault(key, pod.labels().get(key));
    }

    private static Enrolment byNamespace(PodLaunch pod, JsonNode namespace) {
        String word = Json.annotations(namespace).get(MESH);
        if (word != null) {
            return asked("namespace " + pod.namespace(), word, pod);
        }
        if ("enabled".equals(Json.labels(namespace).get("istio-injection"))) {
            return enrolled("namespace " + pod.namespace() + ": istio-injection: enabled", pod);
        }
        return new LeftAlone("namespace " + pod.namespace() + " does not ask for it");
    }

    private static Enrolment asked(String who, String word, PodLaunch pod) {
        String reason = who + ": " + MESH + ": " + word;
        return switch (word) {
            case "enabled" -> enrolled(reason, pod);
            case "disabled" -> new LeftAlone(reason);
            default ->
                    throw new IllegalArgumentException(reason + ": enabled or disabled expected");
        };
    }

    private static Enrolment enrolled(String reason, PodLaunch pod) {
        return new Enrolled(reason, CaptureExclusions.of(pod), CaptureExclusions.warnings(pod));
    }
}
