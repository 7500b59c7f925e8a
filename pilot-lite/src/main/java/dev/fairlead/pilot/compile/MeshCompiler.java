package dev.fairlead.pilot.compile;

import dev.fairlead.pilot.state.ClusterState;
import org.jspecify.annotations.Nullable;

/**
 * Compiles one state after the other. Views that are as they were stay the same objects, so that
 * nothing of them is written or sent again; a change of routes costs time by the Services in sight
 * of each scope, a change of pods by the pods.
 *
 * <p>Owner: one thread.
 */
public final class MeshCompiler {

    private @Nullable Compilation before;

    public MeshView next(ClusterState state) {
        var now = new Compilation(state, before);
        before = now;
        return now.view();
    }

    /** A state by itself. */
    public static MeshView compile(ClusterState state) {
        return new MeshCompiler().next(state);
    }
}
