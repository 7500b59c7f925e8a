package dev.fairlead.agent.data.upstream;

import dev.fairlead.agent.model.listener.FilterChain;
import dev.fairlead.agent.model.policy.RequestFacts;
import org.jspecify.annotations.Nullable;

/** A connection that took the short way, as its destination would have seen it on the wire. */
public interface Crossing {

    /** The chain that would take it as it is now; null: none would. */
    @Nullable FilterChain chain();

    /** What the destination's rules may ask of it. */
    RequestFacts facts();
}
