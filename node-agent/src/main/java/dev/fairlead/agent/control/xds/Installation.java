package dev.fairlead.agent.control.xds;

import dev.fairlead.agent.control.xds.compile.ResourceType;
import dev.fairlead.agent.control.xds.state.Resources;
import dev.fairlead.agent.control.xds.state.SnapshotAssembler;
import dev.fairlead.agent.control.xds.state.SnapshotAssembler.Assembly;
import dev.fairlead.agent.model.snapshot.Snapshot;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes snapshots and has them installed, one after the other: while one is on its way to the
 * workers, what comes meanwhile gathers for the next. Thread: the owner's.
 */
final class Installation {

    private static final Logger log = LoggerFactory.getLogger(Installation.class);

    private final SnapshotAssembler assembler;
    private final SnapshotInstaller installer;
    private final Consumer<@Nullable Throwable> onInstalled;
    private Map<ResourceType, Set<String>> held = Map.of();
    private @Nullable Instant next;
    private long assembled;
    private long installed;
    private long snapshots;
    private boolean underWay;
    private boolean wanted;
    private String failure = "";

    /**
     * @param onInstalled called from any thread; leads to {@link #finish} on the owner's
     */
    Installation(
            SnapshotAssembler assembler,
            SnapshotInstaller installer,
            Consumer<@Nullable Throwable> onInstalled) {
        this.assembler = assembler;
        this.installer = installer;
        this.onInstalled = onInstalled;
    }

    /** Something changed. Returns the number of the assembly that will have it in. */
    long want() {
        wanted = true;
        return assembled + 1;
    }

    /** Assembles where that is wanted or due, and starts to install what is new. */
    void advance(Resources resources, String generation, Instant now) {
        boolean due = next != null && !now.isBefore(next);
        if (underWay || !(wanted || due)) {
            return;
        }
        wanted = false;
        assembled++;
        Assembly assembly = assembler.assemble(resources, generation, now);
        held = assembly.held();
        next = assembly.next();
        if (assembly.changed()) {
            underWay = true;
            start(assembly.snapshot());
        } else {
            installed = assembled;
            failure = "";
        }
    }

    private void start(Snapshot snapshot) {
        CompletableFuture<?> done;
        try {
            done = installer.install(snapshot);
        } catch (RuntimeException e) {
            done = CompletableFuture.failedFuture(e);
        }
        done.whenComplete((nothing, failed) -> onInstalled.accept(failed));
    }

    /** The snapshot under way has reached the workers, or not. */
    void finish(@Nullable Throwable failed) {
        underWay = false;
        installed = assembled;
        snapshots++;
        failure = failed == null ? "" : "snapshot: not installed: " + failed;
        if (failed != null) {
            log.error("snapshot not installed", failed);
        }
    }

    /** Number of the newest assembly in force. */
    long installed() {
        return installed;
    }

    /** Snapshots that went to the workers. */
    long snapshots() {
        return snapshots;
    }

    /** Why the newest one was not installed; empty: it was. */
    String failure() {
        return failure;
    }

    Map<ResourceType, Set<String>> held() {
        return held;
    }

    /** When {@link #advance} has something to do without being asked; null: never. */
    @Nullable Instant next() {
        return underWay ? null : next;
    }
}
