package dev.fairlead.agent.control.xds.compile;

import java.util.Set;

/** Names of other resources that a resource names: route tables and clusters. */
public record References(Set<String> routes, Set<String> clusters) {

    public static final References NONE = new References(Set.of(), Set.of());

    public References {
        routes = Set.copyOf(routes);
        clusters = Set.copyOf(clusters);
    }
}
