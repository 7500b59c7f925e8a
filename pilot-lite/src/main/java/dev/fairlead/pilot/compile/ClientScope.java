package dev.fairlead.pilot.compile;

import dev.fairlead.pilot.state.MeshSettings.Egress;
import dev.fairlead.pilot.state.Sidecar;
import org.jspecify.annotations.Nullable;

/**
 * Clients that see the same part of the mesh: of one namespace, and with one Sidecar or none.
 *
 * @param name the namespace; for pods that a Sidecar picks by their labels {@code <namespace>/<name
 *     of the Sidecar>}
 * @param egress what becomes of what they do not see
 */
record ClientScope(String name, String namespace, @Nullable Sidecar sidecar, Egress egress) {

    /** Whether hosts of a namespace are asked for. Without a Sidecar all are. */
    boolean imports(String host, String ofNamespace) {
        return sidecar == null || sidecar.imports(host, ofNamespace, namespace);
    }
}
