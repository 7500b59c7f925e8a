package dev.fairlead.agent.control.xds;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** Every resource that the agent holds, for people to read. */
public interface ConfigDump {

    /** Completes soon, on the thread that owns the resources: go on elsewhere (thenApplyAsync). */
    CompletableFuture<List<Entry>> entries();

    /** What a version of a resource is to the agent. */
    enum State {
        ACTIVE,
        /** Accepted; waits for what it names. The version before it is in force, if any. */
        WARMING,
        REJECTED
    }

    /**
     * One version of one resource.
     *
     * @param type label: {@code listeners}, {@code routes}, …
     * @param message why it was rejected, else empty
     * @param since when it was accepted or rejected
     * @param json its text, made when asked for: costs; not on a worker
     */
    record Entry(
            String type,
            String typeUrl,
            String name,
            String version,
            State state,
            String message,
            Instant since,
            Supplier<String> json) {}
}
