package dev.fairlead.agent.ops.admin;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The control plane's resources as they came. Called on any thread. */
public interface ConfigDumpSource {

    /** Kinds of resources, as xDS has them. */
    enum Kind {
        LISTENER,
        ROUTE,
        CLUSTER,
        ENDPOINT,
        WORKLOAD
    }

    /**
     * One resource.
     *
     * @param json the resource in proto3 JSON, an object; null: no version was ever accepted
     * @param version of {@code json}
     * @param updated when that version came
     * @param rejected why the last version was refused; null: it was not
     */
    record Resource(
            String name,
            @Nullable String json,
            String version,
            Instant updated,
            @Nullable Rejection rejected) {}

    /** A version that was not taken. */
    record Rejection(String version, String details, Instant time) {}

    /** All of a kind, in any order. */
    List<Resource> resources(Kind kind);

    /** The control plane's version of it all; empty: nothing has come. */
    String version();
}
