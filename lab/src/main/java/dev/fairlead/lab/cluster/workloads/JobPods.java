package dev.fairlead.lab.cluster.workloads;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.lab.cluster.PodState;
import dev.fairlead.lab.cluster.objects.Json;
import java.util.List;

/** Pods of Jobs: tried until enough have succeeded or too many have failed. They stay when done. */
final class JobPods {

    private static final int DEFAULT_BACKOFF_LIMIT = 6;

    private JobPods() {}

    static void reconcile(JsonNode object, Draft draft) {
        Template template = Template.of(object);
        List<PodState> own = draft.claim(template);
        long succeeded = count(own, PodState.Phase.SUCCEEDED);
        long failed = count(own, PodState.Phase.FAILED);
        long active = own.stream().filter(pod -> !pod.finished()).count();
        int parallelism = Json.at(object, "spec.parallelism").asInt(1);
        int completions = Json.at(object, "spec.completions").asInt(1);
        int limit = Json.at(object, "spec.backoffLimit").asInt(DEFAULT_BACKOFF_LIMIT);
        for (;
                active < parallelism && succeeded + active < completions && failed <= limit;
                active++) {
            draft.create(template, draft.freeName(template), draft.newUid());
        }
    }

    private static long count(List<PodState> own, PodState.Phase phase) {
        return own.stream().filter(pod -> pod.phase() == phase).count();
    }
}
