package dev.fairlead.pilot.compile;

import dev.fairlead.pilot.state.MeshSettings.Egress;
import dev.fairlead.pilot.state.Sidecar;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Clients that see the same part of the mesh in the same way: of one namespace, with one Sidecar or
 * none, and alike to whatever looks at their labels.
 *
 * @param name the namespace; for pods that a Sidecar picks by their labels {@code <namespace>/<name
 *     of the Sidecar>}; for pods that have labels of which something is asked with a hash of these
 * @param sources labels that are asked of clients and that these have
 * @param egress what becomes of what they do not see
 */
record ClientScope(
        String name,
        String namespace,
        @Nullable Sidecar sidecar,
        Set<Map<String, String>> sources,
        Egress egress) {

    ClientScope {
        sources = Set.copyOf(sources);
    }

    /** These as DestinationRules know them. */
    Client client() {
        return Client.of(namespace, sources);
    }

    /** Whether hosts of a namespace are asked for. Without a Sidecar all are. */
    boolean imports(String host, String ofNamespace) {
        return sidecar == null || sidecar.imports(host, ofNamespace, namespace);
    }
}
