package dev.fairlead.wire.tokens;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Tells callers by their bearer tokens. Thread: any; may block. */
public interface Authenticator {

    /**
     * Whose token this is; null where it is nobody's. IOException where that cannot be told now:
     * the caller may try again.
     */
    @Nullable Caller callerOf(String token) throws IOException;
}
