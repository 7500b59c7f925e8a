package dev.fairlead.pilot.admission;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.pilot.source.PodExclusions;
import dev.fairlead.pilot.validate.Problem;
import dev.fairlead.wire.directory.ObjectKey;
import dev.fairlead.wire.enrolment.Enrolment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What is written on pods and namespaces for us, and cannot be understood. */
final class Annotations {

    private static final String POD = "Pod";
    private static final String INCLUDE = "traffic.sidecar.istio.io/include";
    private static final Set<String> WORDS = Set.of("", "enabled", "disabled");

    private Annotations() {}

    /** Warnings about a pod or a namespace; none about anything else. */
    static List<String> warnings(ObjectKey key, JsonNode object) {
        if (!key.group().isEmpty() || !(key.kind().equals(POD) || key.kind().equals("Namespace"))) {
            return List.of();
        }
        Map<String, String> annotations = new HashMap<>();
        object.path("metadata")
                .path("annotations")
                .properties()
                .forEach(e -> annotations.put(e.getKey(), e.getValue().asText()));
        List<Problem> problems = new ArrayList<>();
        String word = annotations.getOrDefault(Enrolment.MESH, "");
        if (!WORDS.contains(word)) {
            problems.add(
                    new Problem(
                            "metadata.annotations[" + Enrolment.MESH + "]",
                            "\"" + word + "\": enabled or disabled expected, left alone"));
        }
        if (key.kind().equals(POD)) {
            problems.addAll(PodExclusions.problems(annotations));
            annotations.forEach((name, value) -> {
                if (name.startsWith(INCLUDE) && !value.equals("*")) {
                    problems.add(
                            new Problem(
                                    "metadata.annotations[" + name + "]",
                                    Problem.NOT_SUPPORTED
                                            + ": all is captured but what is excluded"));
                }
            });
        }
        return problems.stream().map(Problem::toString).toList();
    }
}
