package dev.fairlead.pilot.compile;

import dev.fairlead.pilot.compile.PodView.Modes;
import dev.fairlead.pilot.state.PeerPolicy;
import dev.fairlead.pilot.state.PeerPolicy.Mode;
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
 * What pods accept from their peers. The narrower policy comes first: a selector's port, an old
 * policy's target, a selector, a namespace's, the mesh's; among equals the oldest. Where none says
 * anything it is PERMISSIVE.
 *
 * <p>Owner: one compilation.
 */
final class PeerModes {

    private final Registry registry;
    private final String rootNamespace;
    private final Map<String, List<PeerPolicy>> byNamespace = new HashMap<>();
    private final Map<String, Sayings> known = new HashMap<>();

    /** A mode, and who says it; null: nobody. */
    record Saying(Mode mode, @Nullable PeerPolicy by) {}

    /** What holds for a pod, and for some of its ports. */
    private record Sayings(Saying usual, Map<Integer, Saying> ports) {}

    PeerModes(Registry registry) {
        this.registry = registry;
        rootNamespace = registry.state().mesh().rootNamespace();
        for (PeerPolicy policy : registry.state().peerPolicies()) {
            byNamespace.computeIfAbsent(policy.namespace(), n -> new ArrayList<>()).add(policy);
        }
    }

    Modes of(Pod pod) {
        Sayings sayings = sayings(pod);
        Map<Integer, Mode> ports = new HashMap<>();
        sayings.ports.forEach((port, saying) -> {
            if (saying.mode != sayings.usual.mode) {
                ports.put(port, saying.mode);
            }
        });
        return new Modes(sayings.usual.mode, ports);
    }

    /** What holds for a port of a pod. */
    Saying at(Pod pod, int port) {
        Sayings sayings = sayings(pod);
        return sayings.ports.getOrDefault(port, sayings.usual);
    }

    private Sayings sayings(Pod pod) {
        return known.computeIfAbsent(pod.uid(), uid -> judge(pod));
    }

    private Sayings judge(Pod pod) {
        List<PeerPolicy> own = byNamespace.getOrDefault(pod.namespace(), List.of());
        PeerPolicy selecting = null;
        boolean targets = false;
        for (PeerPolicy policy : own) {
            targets |= policy.whose() instanceof Whose.Targets;
            if (selecting == null
                    && policy.selects(pod)
                    && !policy.namespace().equals(rootNamespace)) {
                selecting = policy;
            }
        }
        Saying usual = usual(selecting, own);
        Map<Integer, Saying> ports = targets ? targets(pod, own) : new HashMap<>();
        if (selecting != null) {
            for (var entry : selecting.ports().entrySet()) {
                Mode mode = entry.getValue();
                ports.put(entry.getKey(), mode == Mode.UNSET ? usual : new Saying(mode, selecting));
            }
        }
        return new Sayings(usual, ports);
    }

    private Saying usual(@Nullable PeerPolicy selecting, List<PeerPolicy> own) {
        if (selecting != null && selecting.mode() != Mode.UNSET) {
            return new Saying(selecting.mode(), selecting);
        }
        for (var policies : List.of(own, byNamespace.getOrDefault("", List.of()))) {
            PeerPolicy everyones = everyones(policies);
            if (everyones != null && everyones.mode() != Mode.UNSET) {
                return new Saying(everyones.mode(), everyones);
            }
        }
        return new Saying(Mode.PERMISSIVE, null);
    }

    private static @Nullable PeerPolicy everyones(List<PeerPolicy> policies) {
        for (PeerPolicy policy : policies) {
            if (policy.whose() instanceof Whose.Everyone) {
                return policy;
            }
        }
        return null;
    }

    /** By the Services that lead to the pod; of two that lead to one port the oldest counts. */
    private Map<Integer, Saying> targets(Pod pod, List<PeerPolicy> policies) {
        Map<Integer, Saying> ports = new HashMap<>();
        Set<Integer> seen = new HashSet<>();
        for (Service service : registry.services(pod)) {
            for (Service.Port port : service.ports()) {
                int number = registry.targetPort(service, port, pod);
                if (number == 0 || !seen.add(number)) {
                    continue;
                }
                int best = 0;
                for (PeerPolicy policy : policies) {
                    int precision = policy.precision(service, port);
                    if (precision > best) {
                        best = precision;
                        ports.put(number, new Saying(policy.mode(), policy));
                    }
                }
            }
        }
        return ports;
    }
}
