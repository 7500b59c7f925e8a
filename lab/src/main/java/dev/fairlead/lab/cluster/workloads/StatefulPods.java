package dev.fairlead.lab.cluster.workloads;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.lab.cluster.PodState;
import dev.fairlead.lab.cluster.objects.Json;
import java.util.List;
import java.util.Optional;

/**
 * Pods of StatefulSets: name-0 up, each with its host name under the governing Service, started and
 * replaced one after the other. A claimed volume is an empty folder that ends with its pod.
 */
final class StatefulPods {

    private StatefulPods() {}

    static void reconcile(JsonNode object, Draft draft) {
        Template template = Template.of(object).finishedBy(pod -> finish(object, pod));
        List<PodState> own = draft.claim(template);
        int replicas = Math.max(0, Json.at(object, "spec.replicas").asInt(1));
        boolean parallel = Json.text(object, "spec.podManagementPolicy").equals("Parallel");
        boolean allReady = true;
        for (int i = 0; i < replicas && (allReady || parallel); i++) {
            String name = template.prefix() + "-" + i;
            Optional<PodState> pod = named(own, name);
            if (pod.isEmpty() && !draft.taken(template.namespace(), name)) {
                draft.create(template, name, draft.newUid());
            }
            pod.filter(PodState::finished).ifPresent(draft::delete);
            allReady &= pod.filter(PodState::ready).isPresent();
        }
        remove(template, replicas, allReady, own, draft);
    }

    /**
     * The highest that is too many goes, else, when all are ready, the highest that is outdated.
     */
    private static void remove(
            Template template, int replicas, boolean allReady, List<PodState> own, Draft draft) {
        for (int i = own.size() + replicas; i >= 0; i--) {
            Optional<PodState> pod = named(own, template.prefix() + "-" + i);
            boolean outdated = pod.isPresent() && !template.current(pod.get());
            if (pod.isPresent() && (i >= replicas || (outdated && (allReady || !ready(pod))))) {
                draft.delete(pod.get());
                return;
            }
        }
    }

    private static boolean ready(Optional<PodState> pod) {
        return pod.filter(PodState::ready).isPresent();
    }

    private static Optional<PodState> named(List<PodState> own, String name) {
        return own.stream().filter(pod -> pod.launch().name().equals(name)).findFirst();
    }

    private static void finish(JsonNode object, ObjectNode pod) {
        String name = Json.name(pod);
        ObjectNode metadata = pod.withObject("/metadata");
        metadata.withObject("/labels")
                .put("statefulset.kubernetes.io/pod-name", name)
                .put("apps.kubernetes.io/pod-index", name.substring(name.lastIndexOf('-') + 1));
        ObjectNode spec = pod.withObject("/spec");
        spec.put("hostname", name);
        spec.put("subdomain", Json.text(object, "spec.serviceName"));
        for (JsonNode claim : Json.at(object, "spec.volumeClaimTemplates")) {
            spec.withArray("volumes")
                    .addObject()
                    .put("name", Json.name(claim))
                    .putObject("emptyDir");
        }
    }
}
