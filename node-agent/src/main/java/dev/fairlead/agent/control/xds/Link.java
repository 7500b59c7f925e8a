package dev.fairlead.agent.control.xds;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** How things stand with the server. */
sealed interface Link {

    /** No stream; the next try is at {@code retryAt}. */
    record Down(Instant retryAt, int failures) implements Link {}

    /**
     * A stream that has not been answered on.
     *
     * @param failures in a row before it
     * @param upAt when silence counts as consent; null: no server reached yet
     */
    record Opening(AdsStream stream, int failures, @Nullable Instant upAt) implements Link {}

    /** A stream that the server has not refused. */
    record Up(AdsStream stream) implements Link {}

    /** The stream that is open or opening; null: none. */
    default @Nullable AdsStream open() {
        return switch (this) {
            case Down down -> null;
            case Opening opening -> opening.stream();
            case Up up -> up.stream();
        };
    }

    /** When something is to be done though nothing comes; null: never. */
    default @Nullable Instant next() {
        return switch (this) {
            case Down down -> down.retryAt();
            case Opening opening -> opening.upAt();
            case Up up -> null;
        };
    }
}
