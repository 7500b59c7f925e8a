package dev.fairlead.pilot.generate;

import dev.fairlead.pilot.compile.Same;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What was written of views, found again by the view itself. What one snapshot did not ask for, the
 * one after it does not know.
 *
 * <p>Thread: any.
 */
final class ByIdentity<V, R> {

    private final Map<Key<V>, R> now = new ConcurrentHashMap<>();
    private final Map<Key<V>, R> before;

    private record Key<V>(V view) {
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key<?>(Object its) && Same.object(its, view);
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(view);
        }
    }

    ByIdentity(@Nullable ByIdentity<V, R> before) {
        this.before = before == null ? Map.of() : before.now;
    }

    R of(V view, Function<V, R> write) {
        var key = new Key<>(view);
        return now.computeIfAbsent(
                key,
                k -> {
                    R known = before.get(k);
                    return known != null ? known : write.apply(view);
                });
    }
}
