package dev.fairlead.lab.cluster.workloads;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.lab.cluster.PodState;
import dev.fairlead.lab.cluster.objects.Json;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Pods of Deployments and ReplicaSets: as many as replicas says. A new template replaces them one
 * by one: a new one on top, an old one goes when as many as asked for are ready without it.
 */
final class ReplicatedPods {

    private static final int MAX_SURGE = 1;

    /** Whom to do without first: the unready, then the youngest. */
    private static final Comparator<PodState> LEAST_USEFUL =
            Comparator.comparing(PodState::ready)
                    .thenComparing(PodState::created, Comparator.reverseOrder())
                    .thenComparing(pod -> pod.launch().name());

    private ReplicatedPods() {}

    static void deployment(JsonNode object, Draft draft) {
        boolean recreate = Json.text(object, "spec.strategy.type").equals("Recreate");
        reconcile(Template.ofDeployment(object), object, recreate, draft);
    }

    /** A ReplicaSet of its own: a new template counts for new pods only. */
    static void replicaSet(JsonNode object, Draft draft) {
        Template template = Template.of(object);
        List<PodState> live = live(draft, draft.claim(template));
        scale(template, replicas(object), live, draft);
    }

    private static int replicas(JsonNode object) {
        return Math.max(0, Json.at(object, "spec.replicas").asInt(1));
    }

    /** Those that run or will; those that have ended are removed. */
    private static List<PodState> live(Draft draft, List<PodState> own) {
        own.stream().filter(PodState::finished).forEach(draft::delete);
        return own.stream().filter(pod -> !pod.finished() && !pod.terminating()).toList();
    }

    private static void reconcile(
            Template template, JsonNode object, boolean recreate, Draft draft) {
        int replicas = replicas(object);
        List<PodState> own = draft.claim(template);
        List<PodState> live = live(draft, own);
        List<PodState> fresh = live.stream().filter(template::current).toList();
        List<PodState> old = live.stream().filter(pod -> !template.current(pod)).toList();
        boolean oldAround = own.stream().anyMatch(pod -> !template.current(pod));
        if (old.isEmpty() && !(recreate && oldAround)) {
            scale(template, replicas, fresh, draft);
        } else if (recreate) {
            old.forEach(draft::delete);
        } else {
            roll(template, replicas, fresh, old, draft);
        }
    }

    private static void scale(Template template, int replicas, List<PodState> pods, Draft draft) {
        for (int i = pods.size(); i < replicas; i++) {
            draft.create(template, draft.freeName(template), draft.newUid());
        }
        pods.stream()
                .sorted(LEAST_USEFUL)
                .limit(Math.max(0, pods.size() - replicas))
                .forEach(draft::delete);
    }

    private static void roll(
            Template template,
            int replicas,
            List<PodState> fresh,
            List<PodState> old,
            Draft draft) {
        List<PodState> oldLeft = new ArrayList<>(old);
        oldLeft.sort(LEAST_USEFUL);
        int ready = (int) (count(fresh) + count(old));
        while (!oldLeft.isEmpty()) {
            PodState next = oldLeft.getFirst();
            if (next.ready() && ready - 1 < replicas) {
                break;
            }
            ready -= next.ready() ? 1 : 0;
            draft.delete(oldLeft.removeFirst());
        }
        int wanted = Math.min(replicas, replicas + MAX_SURGE - oldLeft.size());
        scale(template, Math.max(wanted, Math.min(fresh.size(), replicas)), fresh, draft);
    }

    private static long count(List<PodState> pods) {
        return pods.stream().filter(PodState::ready).count();
    }
}
