package dev.fairlead.pilot.compile;

import java.util.List;

/** What clients of one namespace see of the mesh. */
public record ScopeView(
        String namespace,
        List<Chain> chains,
        List<RouteTable> routes,
        List<ServiceCluster> clusters) {

    public ScopeView {
        chains = List.copyOf(chains);
        routes = List.copyOf(routes);
        clusters = List.copyOf(clusters);
    }

    /** Name of its listener. */
    public String listener() {
        return "outbound|" + namespace;
    }
}
