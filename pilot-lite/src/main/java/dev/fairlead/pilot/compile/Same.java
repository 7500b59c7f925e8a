package dev.fairlead.pilot.compile;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether something is the very object that it was. What is made of the same objects need not be
 * made, written or sent again.
 */
public final class Same {

    private Same() {}

    @SuppressWarnings("ReferenceEquality") // identity is what is asked for
    public static boolean object(@Nullable Object one, @Nullable Object other) {
        return one == other;
    }

    /** Whether two lists hold the same objects in the same order. */
    public static boolean objects(List<?> one, List<?> other) {
        if (one.size() != other.size()) {
            return false;
        }
        for (int i = 0; i < one.size(); i++) {
            if (!object(one.get(i), other.get(i))) {
                return false;
            }
        }
        return true;
    }

    /** {@code before} where {@code now} equals it, so that it stays the same object. */
    public static <T> T ifEqual(@Nullable T before, T now) {
        return before != null && now.equals(before) ? before : now;
    }

    /** {@code before} where {@code now} holds the same objects. */
    public static <T> List<T> ifSame(@Nullable List<T> before, List<T> now) {
        return before != null && objects(before, now) ? before : List.copyOf(now);
    }
}
