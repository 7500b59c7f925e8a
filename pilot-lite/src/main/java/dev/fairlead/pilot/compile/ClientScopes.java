package dev.fairlead.pilot.compile;

import dev.fairlead.pilot.state.ClusterState;
import dev.fairlead.pilot.state.MeshSettings.Egress;
import dev.fairlead.pilot.state.Pod;
import dev.fairlead.pilot.state.Sidecar;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which scope a pod is in: the oldest Sidecar of its namespace that selects it, else the oldest one
 * there that selects nothing in particular, else the root namespace's.
 *
 * <p>Source: istio.io "Sidecar".
 */
final class ClientScopes {

    private final Egress egress;
    private final @Nullable Sidecar ofMesh;
    private final Map<String, Sidecar> ofNamespace = new HashMap<>();
    private final Map<String, List<Sidecar>> selecting = new HashMap<>();

    ClientScopes(ClusterState state) {
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
        return scope(namespace, namespace, sidecar);
    }

    ClientScope of(Pod pod) {
        for (Sidecar sidecar : selecting.getOrDefault(pod.namespace(), List.of())) {
            if (sidecar.selects(pod)) {
                return scope(
                        pod.namespace() + "/" + sidecar.meta().name(), pod.namespace(), sidecar);
            }
        }
        return of(pod.namespace());
    }

    private ClientScope scope(String name, String namespace, @Nullable Sidecar sidecar) {
        Egress own = sidecar == null ? null : sidecar.egress();
        return new ClientScope(name, namespace, sidecar, own != null ? own : egress);
    }
}
