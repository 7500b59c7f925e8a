package dev.fairlead.pilot.compile;

import dev.fairlead.pilot.state.ClusterState;
import dev.fairlead.pilot.state.MeshSettings.Egress;
import dev.fairlead.pilot.state.Pod;
import dev.fairlead.pilot.state.Sidecar;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which scope a pod is in: the oldest Sidecar of its namespace that selects it, else the oldest one
 * there that selects nothing in particular, else the root namespace's; and of what is asked of
 * clients' labels, what it has.
 *
 * <p>Source: istio.io "Sidecar".
 */
final class ClientScopes {

    private final Egress egress;
    private final @Nullable Sidecar ofMesh;
    private final Map<String, Sidecar> ofNamespace = new HashMap<>();
    private final Map<String, List<Sidecar>> selecting = new HashMap<>();

    private final SourceLabels labels;

    ClientScopes(ClusterState state, SourceLabels labels) {
        this.labels = labels;
        egress = state.mesh().egress();
        for (Sidecar sidecar : state.sidecars()) {
            String namespace = sidecar.meta().namespace();
            if (sidecar.selector().isEmpty()) {
                ofNamespace.putIfAbsent(namespace, sidecar);
            } else {
                selecting.computeIfAbsent(namespace, n -> new ArrayList<>()).add(sidecar);
            }
        }
        ofMesh = ofNamespace.get(state.mesh().rootNamespace());
    }

    /** The scope of a namespace's pods that no Sidecar picks by their labels. */
    ClientScope of(String namespace) {
        Sidecar own = ofNamespace.get(namespace);
        Sidecar sidecar = own != null ? own : ofMesh;
        return scope(namespace, namespace, sidecar, Set.of());
    }

    ClientScope of(Pod pod) {
        Set<Map<String, String>> sources = labels.of(pod);
        for (Sidecar sidecar : selecting.getOrDefault(pod.namespace(), List.of())) {
            if (sidecar.selects(pod)) {
                return scope(
                        pod.namespace() + "/" + sidecar.meta().name(),
                        pod.namespace(),
                        sidecar,
                        sources);
            }
        }
        ClientScope whole = of(pod.namespace());
        return sources.isEmpty()
                ? whole
                : scope(whole.name(), whole.namespace(), whole.sidecar(), sources);
    }

    private ClientScope scope(
            String name,
            String namespace,
            @Nullable Sidecar sidecar,
            Set<Map<String, String>> sources) {
        Egress own = sidecar == null ? null : sidecar.egress();
        return new ClientScope(
                name + SourceLabels.suffix(sources),
                namespace,
                sidecar,
                sources,
                own != null ? own : egress);
    }
}
