package dev.fairlead.pilot.compile;

import dev.fairlead.pilot.state.ClusterState;
import dev.fairlead.pilot.state.Pod;
import dev.fairlead.wire.directory.ObjectKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Finds the objects that need more of an agent than the first profile has. */
final class Requirements {

    private Requirements() {}

    /** Of Sidecars that pick pods by their labels, on the nodes of these pods. */
    static List<Requirement> of(ClusterState state, ClientScopes scopes) {
        if (state.sidecars().stream().allMatch(sidecar -> sidecar.selector().isEmpty())) {
            return List.of();
        }
        return of(state.pods().values(), scopes);
    }

    private static List<Requirement> of(Collection<Pod> pods, ClientScopes scopes) {
        Map<ObjectKey, Set<String>> nodes = new HashMap<>();
        for (Pod pod : pods) {
            ClientScope scope = scopes.of(pod);
            if (scope.sidecar() != null && !scope.sidecar().selector().isEmpty()) {
                nodes.computeIfAbsent(scope.sidecar().meta().key(), key -> new HashSet<>())
                        .add(pod.node());
            }
        }
        List<Requirement> requirements = new ArrayList<>();
        nodes.forEach(
                (key, some) -> requirements.add(new Requirement(key, Profile.SCOPED_PODS, some)));
        return requirements;
    }
}
