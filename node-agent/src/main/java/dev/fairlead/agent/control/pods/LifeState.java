package dev.fairlead.agent.control.pods;

import dev.fairlead.agent.model.workload.LocalPod;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Where a pod is on its way in and out; each state holds just what is true in it. */
sealed interface LifeState {

    /** The pod that it is of; null: none. */
    @Nullable LocalPod pod();

    /** Not ours. */
    record Absent() implements LifeState {
        @Override
        public @Nullable LocalPod pod() {
            return null;
        }
    }

    /** Certificate, listeners and rules are being put in place. */
    record Joining(LocalPod pod, Object namespace) implements LifeState {}

    /** All of it is in place, and a connection proved it. */
    record Captured(LocalPod pod, Object namespace) implements LifeState {}

    /** On its way out: other agents are told, then new connections are no longer taken. */
    record Leaving(LocalPod pod) implements LifeState {}

    /**
     * It has left but for the connections that it held, which end when they will.
     *
     * @param unmarked true when the report that it left was taken
     */
    record Draining(LocalPod pod, Object namespace, CompletableFuture<Boolean> unmarked)
            implements LifeState {}
}
