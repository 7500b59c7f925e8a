package dev.fairlead.agent.control.pods;

import dev.fairlead.wire.identity.SpiffeId;
import java.util.concurrent.CompletableFuture;

/** Certificates by identity. Many pods may hold the same. */
public interface Identities {

    /**
     * Wants a certificate for {@code identity}, once more. Completes when there is one; stays open
     * while it may still come.
     */
    CompletableFuture<?> acquire(SpiffeId identity);

    /** Takes back one {@link #acquire}, complete or not. */
    void release(SpiffeId identity);
}
