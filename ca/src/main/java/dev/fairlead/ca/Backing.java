package dev.fairlead.ca;

import dev.fairlead.wire.svid.Revocations;
import dev.fairlead.wire.tokens.Authenticator;
import java.io.IOException;

/** Where ca's key is kept, and how it knows pods, callers and the mesh's settings. */
sealed interface Backing extends AutoCloseable permits DirectoryBacking, KubernetesBacking {

    Trust trust();

    /** What the mesh is told to refuse. */
    Revocations revoked();

    PodIndex pods();

    Authenticator callers();

    /** Whether all that signing needs has been read. */
    boolean ready();

    /**
     * Takes what has changed, after waiting up to a second or so for it. Called over and over by
     * one thread.
     */
    void follow() throws IOException, InterruptedException;

    @Override
    void close() throws IOException;
}
