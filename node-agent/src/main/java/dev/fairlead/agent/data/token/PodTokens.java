package dev.fairlead.agent.data.token;

import dev.fairlead.agent.model.token.JwtProvider;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * What one pod knows of tokens: those that it has verified, by provider, so that none is taken for
 * another provider's, and the time. A provider that a new snapshot has as it was keeps its tokens;
 * one whose keys have changed begins anew.
 *
 * <p>Owner: the pod's loop.
 */
public final class PodTokens {

    private final LongSupplier epochSeconds;
    private final Map<JwtProvider, VerifiedTokens> byProvider = new HashMap<>();
    private final IdentityHashMap<JwtProvider, VerifiedTokens> seen = new IdentityHashMap<>();

    public PodTokens(LongSupplier epochSeconds) {
        this.epochSeconds = epochSeconds;
    }

    long epochSeconds() {
        return epochSeconds.getAsLong();
    }

    VerifiedTokens of(JwtProvider provider) {
        VerifiedTokens known = seen.get(provider);
        if (known == null) {
            known = byProvider.computeIfAbsent(provider, _ -> new VerifiedTokens());
            seen.put(provider, known);
        }
        return known;
    }

    /** A new snapshot is in force: what was not used since the one before is forgotten. */
    public void install() {
        byProvider.keySet().retainAll(Set.copyOf(seen.keySet()));
        seen.clear();
    }
}
