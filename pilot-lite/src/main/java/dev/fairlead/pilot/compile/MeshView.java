package dev.fairlead.pilot.compile;

import dev.fairlead.pilot.state.MeshSettings;
import java.util.Map;

/** The whole mesh, compiled. Scopes by client namespace, pods by UID. */
public record MeshView(
        MeshSettings mesh, Map<String, ScopeView> scopes, Map<String, PodView> pods) {

    public MeshView {
        scopes = Map.copyOf(scopes);
        pods = Map.copyOf(pods);
    }
}
