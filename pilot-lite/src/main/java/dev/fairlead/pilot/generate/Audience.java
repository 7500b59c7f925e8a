package dev.fairlead.pilot.generate;

import dev.fairlead.pilot.compile.PodView;

/** For whom resources are written, where that makes a difference. */
sealed interface Audience {

    /** A node's agent, which finds the calling workload itself. */
    record Agent() implements Audience {}

    /** An Envoy that stands beside one pod. */
    record Envoy(PodView pod, String identity) implements Audience {}

    /** The name of the secret that clients' certificates come from. */
    default String clientSecret() {
        return switch (this) {
            case Agent() -> "source-workload";
            case Envoy(_, String identity) -> identity;
        };
    }
}
