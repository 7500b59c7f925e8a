package dev.fairlead.lab.cluster.workloads;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.lab.cluster.LabNode;
import dev.fairlead.lab.cluster.PodState;
import java.util.List;

/** Pods of DaemonSets: one on each node allowed; on a new template an old one goes first. */
final class DaemonPods {

    private DaemonPods() {}

    static void reconcile(JsonNode object, Draft draft) {
        Template template = Template.of(object);
        List<PodState> own = draft.claim(template);
        List<LabNode> allowed = Scheduler.allowed(template.spec(), draft.nodes());
        for (LabNode node : allowed) {
            List<PodState> here =
                    own.stream().filter(pod -> pod.launch().node().equals(node.name())).toList();
            if (here.isEmpty()) {
                draft.create(template, draft.freeName(template), draft.newUid(), node);
            }
            here.stream()
                    .filter(pod -> pod.finished() || !template.current(pod))
                    .forEach(draft::delete);
        }
        own.stream()
                .filter(pod -> allowed.stream().noneMatch(node -> on(pod, node)))
                .forEach(draft::delete);
    }

    private static boolean on(PodState pod, LabNode node) {
        return pod.launch().node().equals(node.name());
    }
}
