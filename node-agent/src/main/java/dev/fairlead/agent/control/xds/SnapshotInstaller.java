package dev.fairlead.agent.control.xds;

import dev.fairlead.agent.model.snapshot.Snapshot;
import java.util.concurrent.CompletableFuture;

/** Takes each new snapshot to all workers. Called by one thread, one snapshot at a time. */
@FunctionalInterface
public interface SnapshotInstaller {

    /** Completes when every worker uses {@code snapshot}: only then is it acknowledged. */
    CompletableFuture<?> install(Snapshot snapshot);
}
