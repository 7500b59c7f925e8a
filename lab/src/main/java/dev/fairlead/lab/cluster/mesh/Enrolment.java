package dev.fairlead.lab.cluster.mesh;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.lab.cluster.PodLaunch;
import dev.fairlead.lab.cluster.objects.Json;
import dev.fairlead.wire.enrolment.NamespaceWord;
import dev.fairlead.wire.enrolment.PodWord;
import dev.fairlead.wire.pods.PodSocketProtocol.Exclusions;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether a pod of the lab is in the mesh, by the rule that all share ({@link
 * dev.fairlead.wire.enrolment.Enrolment}), and what of it is not captured.
 */
public sealed interface Enrolment {

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
        var answer =
                dev.fairlead.wire.enrolment.Enrolment.of(
                        pod.name(), word(pod), word(pod.namespace(), namespace));
        return switch (answer) {
            case dev.fairlead.wire.enrolment.Enrolment.Enrolled(var reason) ->
                    enrolled(reason, pod);
            case dev.fairlead.wire.enrolment.Enrolment.LeftAlone(var reason, _) ->
                    new LeftAlone(reason);
            case dev.fairlead.wire.enrolment.Enrolment.Invalid(var reason) -> new Invalid(reason);
        };
    }

    private static PodWord word(PodLaunch pod) {
        List<String> proxies = new ArrayList<>();
        pod.containers().forEach(container -> proxies.add(container.name()));
        for (JsonNode container : Json.at(pod.object(), "spec.initContainers")) {
            if (container.path("restartPolicy").asText("").equals("Always")) {
                proxies.add(container.path("name").asText(""));
            }
        }
        return PodWord.of(
                pod.labels(),
                pod.annotations(),
                proxies,
                Json.at(pod.object(), "spec.hostNetwork").asBoolean(false));
    }

    private static NamespaceWord word(String name, @Nullable JsonNode namespace) {
        return namespace == null
                ? NamespaceWord.silent(name)
                : NamespaceWord.of(name, Json.labels(namespace), Json.annotations(namespace));
    }

    private static Enrolment enrolled(String reason, PodLaunch pod) {
        try {
            return new Enrolled(reason, CaptureExclusions.of(pod), CaptureExclusions.warnings(pod));
        } catch (IllegalArgumentException e) {
            return new Invalid(String.valueOf(e.getMessage()));
        }
    }
}
