package dev.fairlead.pilot.compile;

import dev.fairlead.pilot.state.ClusterState;
import dev.fairlead.pilot.state.ConfigObject;
import dev.fairlead.pilot.state.Pod;
import dev.fairlead.pilot.state.VirtualService;
import dev.fairlead.wire.directory.ObjectKey;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Finds the objects that need more of an agent than the first profile has. */
public final class Requirements {

    /**
     * What an object needs.
     *
     * @param profile the first that has it
     * @param nodes where there are pods that it is for
     */
    public record Requirement(int profile, Set<String> nodes) {}

    private Requirements() {}

    /** By object; one that any agent can put in force is not in it. */
    public static Map<ObjectKey, Requirement> of(ClusterState state) {
        Map<ObjectKey, Requirement> requirements = new HashMap<>();
        if (state.sidecars().stream().anyMatch(sidecar -> !sidecar.selector().isEmpty())) {
            var scopes = new ClientScopes(state, new SourceLabels(Set.of()));
            for (Pod pod : state.pods().values()) {
                ClientScope scope = scopes.of(pod);
                if (scope.sidecar() != null && !scope.sidecar().selector().isEmpty()) {
                    require(requirements, scope.sidecar(), Profile.SCOPED_PODS, pod);
                }
            }
        }
        state.virtualServices().forEach(rule -> ofSourceLabels(requirements, rule, state));
        return requirements;
    }

    /** TLS and TCP routes that look at their clients' labels. */
    private static void ofSourceLabels(
            Map<ObjectKey, Requirement> requirements, VirtualService rule, ClusterState state) {
        var labels = SourceLabels.of(rule);
        if (!labels.all().isEmpty()) {
            for (Pod pod : state.pods().values()) {
                if (!labels.of(pod).isEmpty()) {
                    require(requirements, rule, Profile.SCOPED_PODS, pod);
                }
            }
        }
    }

    private static void require(
            Map<ObjectKey, Requirement> requirements, ConfigObject object, int profile, Pod pod) {
        requirements
                .computeIfAbsent(
                        object.meta().key(), key -> new Requirement(profile, new TreeSet<>()))
                .nodes()
                .add(pod.node());
    }
}
