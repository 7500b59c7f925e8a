package dev.fairlead.pilot.compile;

import dev.fairlead.pilot.state.Origins;
import dev.fairlead.pilot.state.PeerPolicy;
import dev.fairlead.pilot.state.PeerPolicy.Whose;
import dev.fairlead.pilot.state.Pod;
import dev.fairlead.pilot.state.Service;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What old policies ask of end users. The most precise policy of a port decides, whatever it says: a
 * target's port, a target, the namespace's, the mesh's; among equals the oldest.
 *
 * <p>Owner: one compilation.
 */
final class OriginsCompiler {

    private final Registry registry;
    private final Map<String, List<PeerPolicy>> byNamespace = new HashMap<>();
    private final boolean any;

    OriginsCompiler(Registry registry) {
        this.registry = registry;
        boolean asks = false;
        for (PeerPolicy policy : registry.state().peerPolicies()) {
            if (policy.origins() != null) {
                byNamespace.computeIfAbsent(policy.namespace(), n -> new ArrayList<>()).add(policy);
                asks |= !policy.origins().origins().isEmpty();
            }
        }
        any = asks;
    }

    /** By the pod's ports; of 0 and of what is not there: what holds for all others. */
    Map<Integer, Origins> of(Pod pod) {
        if (!any) {
            return Map.of();
        }
        List<PeerPolicy> own = byNamespace.getOrDefault(pod.namespace(), List.of());
        Origins usual = everyones(own);
        if (usual == null) {
            usual = everyones(byNamespace.getOrDefault("", List.of()));
        }
        Map<Integer, Origins> ports = new HashMap<>();
        ports.put(0, usual == null ? Origins.NONE : usual);
        Set<Integer> seen = new HashSet<>();
        for (Service service : registry.services(pod)) {
            for (Service.Port port : service.ports()) {
                int number = registry.targetPort(service, port, pod);
                if (number == 0 || !seen.add(number)) {
                    continue;
                }
                Origins targeted = targeted(own, service, port);
                if (targeted != null) {
                    ports.put(number, targeted);
                }
            }
        }
        return ports;
    }

    private static @Nullable Origins targeted(
            List<PeerPolicy> policies, Service service, Service.Port port) {
        int best = 0;
        Origins found = null;
        for (PeerPolicy policy : policies) {
            int precision = policy.precision(service, port);
            if (precision > best) {
                best = precision;
                found = policy.origins();
            }
        }
        return found;
    }

    private static @Nullable Origins everyones(List<PeerPolicy> policies) {
        for (PeerPolicy policy : policies) {
            if (policy.whose() instanceof Whose.Everyone) {
                return policy.origins();
            }
        }
        return null;
    }
}
