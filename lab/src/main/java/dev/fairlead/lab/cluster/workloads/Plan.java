package dev.fairlead.lab.cluster.workloads;

import dev.fairlead.lab.cluster.PodLaunch;
import dev.fairlead.lab.cluster.PodState;
import java.util.List;

/**
 * What is to be done so that the pods become those asked for. After each change of a pod the next
 * plan may have more to do: a rolling replacement takes several.
 *
 * @param create to start; their names and addresses are taken from now on
 * @param update the same pods with new labels or annotations: nothing restarts
 * @param delete to terminate; those that already are do not appear
 * @param keep all others
 * @param blocked pods that are wanted and cannot be started as things are
 */
public record Plan(
        List<PodLaunch> create,
        List<PodLaunch> update,
        List<PodState> delete,
        List<PodState> keep,
        List<Blocked> blocked) {

    /**
     * @param owner {@code Kind namespace/name} of the object that asks for the pod
     * @param forGood only a change of that object helps, such as an unknown image: an error of the
     *     user; otherwise something that may come is missing
     */
    public record Blocked(String owner, String reason, boolean forGood) {}

    public Plan {
        create = List.copyOf(create);
        update = List.copyOf(update);
        delete = List.copyOf(delete);
        keep = List.copyOf(keep);
        blocked = List.copyOf(blocked);
    }

    public boolean changesNothing() {
        return create.isEmpty() && update.isEmpty() && delete.isEmpty();
    }
}
