package dev.fairlead.pilot;

import dev.fairlead.pilot.keys.Fetch;
import dev.fairlead.pilot.metrics.PilotMetrics;
import dev.fairlead.pilot.source.ClusterSource;
import dev.fairlead.pilot.source.DirectorySource;
import dev.fairlead.pilot.state.ClusterState;
import dev.fairlead.pilot.status.DirectoryStatusStore;
import dev.fairlead.pilot.status.StatusStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.ToLongFunction;

/** What a pilot stands on: where it reads the cluster's state and writes how things stand. */
@FunctionalInterface
public interface Backing {

    /** The two, not started yet; who opens them closes them. */
    record Opened(StatusStore store, ClusterSource source) {}

    /** {@code publish} compiles and serves a state, and returns its generation. */
    Opened open(PilotMetrics metrics, ToLongFunction<ClusterState> publish) throws IOException;

    /**
     * A cluster directory: applied/, observed/ and status/ below {@code root}.
     *
     * @param fetch how issuers' keys are got
     */
    static Backing directory(Path root, Fetch fetch) {
        return (metrics, publish) -> {
            var store = new DirectoryStatusStore(root.resolve("status"));
            return new Opened(store, new DirectorySource(root, store, metrics, publish, fetch));
        };
    }
}
