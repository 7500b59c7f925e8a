package dev.fairlead.pilot.compile;

import dev.fairlead.pilot.state.MeshSettings.Egress;
import java.util.List;

/**
 * What clients of one scope see of the mesh.
 *
 * @param name their namespace; where a Sidecar picks them by labels, {@code namespace/sidecar}
 * @param egress what becomes of what they do not see
 */
public record ScopeView(
        String name,
        Egress egress,
        List<Chain> chains,
        List<RouteTable> routes,
        List<ServiceCluster> clusters) {

    public ScopeView {
        chains = List.copyOf(chains);
        routes = List.copyOf(routes);
        clusters = List.copyOf(clusters);
    }

    /** Whether some of its routes are. */
    public boolean isLimited() {
        return routes.stream().anyMatch(RouteTable::isLimited);
    }

    /** Name of its listener. */
    public String listener() {
        return "outbound|" + name;
    }
}
