package dev.fairlead.pilot.compile;

import dev.fairlead.pilot.state.MeshSettings;
import dev.fairlead.pilot.state.Node;
import java.util.Collections;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The whole mesh, compiled. Scopes by name, pods by UID.
 *
 * @param enrolledNamespaces those that ask for capture
 */
public record MeshView(
        MeshSettings mesh,
        Map<String, ScopeView> scopes,
        Map<String, PodView> pods,
        SortedSet<String> enrolledNamespaces,
        Map<String, Node> nodes) {

    public MeshView {
        scopes = Map.copyOf(scopes);
        pods = Map.copyOf(pods);
        nodes = Map.copyOf(nodes);
        enrolledNamespaces = Collections.unmodifiableSortedSet(new TreeSet<>(enrolledNamespaces));
    }
}
