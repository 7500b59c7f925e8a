package dev.fairlead.pilot.compile;

import dev.fairlead.pilot.state.MeshSettings;
import dev.fairlead.pilot.state.Node;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The whole mesh, compiled. Scopes by name, pods by UID.
 *
 * @param enrolledNamespaces those that ask for capture
 * @param deciders clusters of those who are asked whether callers may
 */
public record MeshView(
        MeshSettings mesh,
        Map<String, ScopeView> scopes,
        Map<String, PodView> pods,
        SortedSet<String> enrolledNamespaces,
        Map<String, Node> nodes,
        List<ServiceCluster> deciders) {

    public MeshView {
        scopes = Map.copyOf(scopes);
        pods = Map.copyOf(pods);
        nodes = Map.copyOf(nodes);
        deciders = List.copyOf(deciders);
        enrolledNamespaces = Collections.unmodifiableSortedSet(new TreeSet<>(enrolledNamespaces));
    }
}
