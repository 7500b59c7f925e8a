package dev.fairlead.agent.control.identity;

import dev.fairlead.agent.model.identity.Svid;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Where an identity stands. Asking ⇄ Waiting until the first SVID; then Valid → Renewing ⇄ Overdue,
 * back to Valid with the new one, back to Waiting when the old one expires first.
 */
sealed interface IdentityState {

    /** ca is being asked; there is no SVID. */
    record Asking(int failures) implements IdentityState {}

    /** ca gave none; asked again at {@code retryAt}. */
    record Waiting(int failures, Instant retryAt, String problem) implements IdentityState {}

    /** In use; ca is asked for the next at {@code renewAt}. */
    record Valid(Svid svid, Instant renewAt) implements IdentityState {}

    /** In use, while ca is being asked for the next. */
    record Renewing(Svid svid, int failures) implements IdentityState {}

    /** In use; ca gave no other; asked again at {@code retryAt}. */
    record Overdue(Svid svid, int failures, Instant retryAt, String problem)
            implements IdentityState {}

    /** The SVID in use; null where there is none. */
    default @Nullable Svid current() {
        return switch (this) {
            case Asking(int _) -> null;
            case Waiting(int _, Instant _, String _) -> null;
            case Valid(Svid svid, Instant _) -> svid;
            case Renewing(Svid svid, int _) -> svid;
            case Overdue(Svid svid, int _, Instant _, String _) -> svid;
        };
    }

    /** When something happens by itself short of expiry; null while ca is being asked. */
    default @Nullable Instant due() {
        return switch (this) {
            case Asking(int _) -> null;
            case Renewing(Svid _, int _) -> null;
            case Waiting(int _, Instant retryAt, String _) -> retryAt;
            case Valid(Svid _, Instant renewAt) -> renewAt;
            case Overdue(Svid _, int _, Instant retryAt, String _) -> retryAt;
        };
    }

    /** Tries in a row that failed. */
    default int failures() {
        return switch (this) {
            case Asking(int failures) -> failures;
            case Waiting(int failures, Instant _, String _) -> failures;
            case Valid(Svid _, Instant _) -> 0;
            case Renewing(Svid _, int failures) -> failures;
            case Overdue(Svid _, int failures, Instant _, String _) -> failures;
        };
    }

    /** Why the last try failed; null where none did. */
    default @Nullable String problem() {
        return switch (this) {
            case Waiting(int _, Instant _, String problem) -> problem;
            case Overdue(Svid _, int _, Instant _, String problem) -> problem;
            case Asking(int _) -> null;
            case Valid(Svid _, Instant _) -> null;
            case Renewing(Svid _, int _) -> null;
        };
    }
}
