package dev.fairlead.lab.cluster.workloads;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.lab.cluster.PodState;
import java.util.List;

/**
 * Pods that users applied: one each; labels and annotations change in place, a new spec replaces.
 */
final class BarePods {

    private BarePods() {}

    static void reconcile(JsonNode object, Draft draft) {
        Template template = Template.ofPod(object);
        List<PodState> own = draft.claim(template);
        if (own.isEmpty()) {
            if (!draft.taken(template.namespace(), template.prefix())) {
                draft.create(template, template.prefix(), Template.uid(object));
            }
            return;
        }
        for (PodState pod : own) {
            if (sameSpec(template, pod)) {
                draft.relabel(template, pod);
            } else {
                draft.delete(pod);
            }
        }
    }

    private static boolean sameSpec(Template template, PodState pod) {
        var launch = pod.launch();
        return template.pod(launch.name(), launch.uid(), launch.node())
                .path("spec")
                .equals(launch.object().path("spec"));
    }
}
