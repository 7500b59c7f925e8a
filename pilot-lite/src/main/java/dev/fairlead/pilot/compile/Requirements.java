package dev.fairlead.pilot.compile;

import dev.fairlead.pilot.state.ClusterState;
import dev.fairlead.pilot.state.DestinationRule;
import dev.fairlead.pilot.state.Meta;
import dev.fairlead.pilot.state.Pod;
import dev.fairlead.pilot.state.VirtualService;
import dev.fairlead.pilot.state.Visibility;
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
        sidecars(state, requirements);
        for (VirtualService rule : state.virtualServices()) {
            if (rule.connects()) {
                http2(state, rule.meta(), rule.visibility(), requirements);
            }
        }
        for (DestinationRule rule : state.destinationRules()) {
            if (rule.asksOfHttp()) {
                http2(state, rule.meta(), rule.visibility(), requirements);
            }
        }
        return requirements;
    }

    /** Of what clients do: needed on the nodes of those who see the object. */
    private static void http2(
            ClusterState state,
            Meta meta,
            Visibility visibility,
            Map<ObjectKey, Requirement> requirements) {
        Set<String> nodes = new TreeSet<>();
        for (Pod pod : state.pods().values()) {
            if (visibility.to(pod.namespace())) {
                nodes.add(pod.node());
            }
        }
        requirements.put(meta.key(), new Requirement(Profile.HTTP2, nodes));
    }

    private static void sidecars(ClusterState state, Map<ObjectKey, Requirement> requirements) {
        if (state.sidecars().stream().anyMatch(sidecar -> !sidecar.selector().isEmpty())) {
            var scopes = new ClientScopes(state);
            for (Pod pod : state.pods().values()) {
                ClientScope scope = scopes.of(pod);
                if (scope.sidecar() != null && !scope.sidecar().selector().isEmpty()) {
                    requirements
                            .computeIfAbsent(
                                    scope.sidecar().meta().key(),
                                    key -> new Requirement(Profile.SCOPED_PODS, new TreeSet<>()))
                            .nodes()
                            .add(pod.node());
                }
            }
        }
    }
}
