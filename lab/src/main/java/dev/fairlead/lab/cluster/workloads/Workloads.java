package dev.fairlead.lab.cluster.workloads;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.lab.cluster.LabNode;
import dev.fairlead.lab.cluster.PodState;
import dev.fairlead.lab.cluster.objects.Applied;
import dev.fairlead.lab.cluster.pods.ImageMap;
import dev.fairlead.lab.cluster.pods.Launches;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * From the objects that users applied and the pods there are to what is to be done: the lab's
 * controllers and scheduler. A function of its arguments but for the addresses last given, the
 * random parts of names, and thus repeatable with the same generator.
 *
 * <p>Owner: the thread that reconciles. Cost: linear in pods for each object that makes pods.
 */
public final class Workloads {

    private final Launches launches;
    private final RandomGenerator random;
    private final PodAddresses addresses = new PodAddresses();

    public Workloads(ImageMap images, RandomGenerator random) {
        this.launches = new Launches(images);
        this.random = random;
    }

    /**
     * @param current all pods that have a process, a name or an address, terminating ones included
     * @param nodes where pods can go
     */
    public Plan reconcile(Applied applied, List<PodState> current, List<LabNode> nodes) {
        Draft draft = new Draft(applied, current, nodes, launches, addresses, random);
        applied.ofKind("Pod").forEach(object -> BarePods.reconcile(object, draft));
        applied.ofKind("DaemonSet").forEach(object -> DaemonPods.reconcile(object, draft));
        applied.ofKind("StatefulSet").forEach(object -> StatefulPods.reconcile(object, draft));
        applied.ofKind("Deployment").forEach(object -> ReplicatedPods.deployment(object, draft));
        applied.ofKind("ReplicaSet").forEach(object -> ReplicatedPods.replicaSet(object, draft));
        applied.ofKind("Job").forEach(object -> JobPods.reconcile(object, draft));
        return draft.finish();
    }

    /** The hash that pods of a Deployment carry in their label pod-template-hash. */
    public static String templateHash(JsonNode deployment) {
        return Template.ofDeployment(deployment).hash();
    }
}
