package dev.fairlead.kubernetes;

import java.util.function.Consumer;

/**
 * Whether this process is the one of its replicas that writes what only one may write. It can be
 * lost at any time; who has lost it stops writing and goes on with everything else.
 *
 * <p>Thread: any.
 */
public interface Leadership {

    boolean leads();

    /** {@code listener} is told each change, true for won; and now, where this process leads. */
    void onChange(Consumer<Boolean> listener);
}
