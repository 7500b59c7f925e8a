package dev.fairlead.agent.control.pods;

import dev.fairlead.agent.model.workload.LocalPod;

/** Where a pod is on its way in and out; each state holds just what is true in it. */
sealed interface LifeState {

    /** Not ours. */
    record Absent() implements LifeState {}

    /** Certificate, listeners and rules are being put in place. */
    record Joining(LocalPod pod, Object namespace) implements LifeState {}

    /** All of it is in place, and a connection proved it. */
    record Captured(LocalPod pod, Object namespace) implements LifeState {}

    /** New connections are turned away from us, held ones end. */
    record Leaving(LocalPod pod) implements LifeState {}
}
