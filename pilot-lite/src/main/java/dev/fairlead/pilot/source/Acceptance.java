package dev.fairlead.pilot.source;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.fairlead.pilot.validate.Problem;
import dev.fairlead.pilot.validate.Verdict;
import dev.fairlead.wire.directory.ObjectKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which version of each object is in force: the present one, or while that is refused the last good
 * one.
 *
 * <p>Owner: the source's thread.
 */
final class Acceptance<T> {

    private static final Logger log = LoggerFactory.getLogger(Acceptance.class);
    private static final JsonNode NOTHING = MissingNode.getInstance();

    /**
     * How an object stands.
     *
     * @param problems why the present version is refused; empty: it is in force
     * @param lastGood the older version that is in force instead, or null
     * @param value what is in force, or null
     */
    record Standing<T>(
            JsonNode present,
            List<Problem> problems,
            @Nullable JsonNode lastGood,
            @Nullable T value) {}

    private final Map<ObjectKey, Standing<T>> standings = new HashMap<>();
    private final Map<ObjectKey, JsonNode> stored;
    private Object context = "";

    /** {@code stored}: last good versions of an earlier life. */
    Acceptance(Map<ObjectKey, JsonNode> stored) {
        this.stored = new HashMap<>(stored);
    }

    /**
     * How {@code object} stands now; read only if it, or what it is read against ({@code context}),
     * is not what it was.
     */
    Standing<T> judge(
            ObjectKey key, JsonNode object, Object context, Function<JsonNode, Verdict<T>> read) {
        if (!context.equals(this.context)) {
            this.context = context;
            standings.replaceAll((k, s) -> new Standing<>(NOTHING, List.of(), good(s), s.value));
        }
        Standing<T> before = standings.get(key);
        if (before == null) {
            before = restored(key, object, read);
        }
        if (before.present.equals(object)) {
            return before;
        }
        Standing<T> now = standing(key, object, before, guarded(object, read));
        standings.put(key, now);
        return now;
    }

    /** A fault of the reader costs one object, not all. */
    private static <T> Verdict<T> guarded(JsonNode object, Function<JsonNode, Verdict<T>> read) {
        try {
            return read.apply(object);
        } catch (RuntimeException e) {
            log.error("object not read object={}", object.path("metadata").path("name"), e);
            return new Verdict.Refused<>(List.of(new Problem("", "cannot be read: " + e)));
        }
    }

    private static <T> @Nullable JsonNode good(Standing<T> standing) {
        if (!standing.problems.isEmpty()) {
            return standing.lastGood;
        }
        return standing.present.isMissingNode() ? standing.lastGood : standing.present;
    }

    private Standing<T> restored(
            ObjectKey key, JsonNode object, Function<JsonNode, Verdict<T>> read) {
        JsonNode old = stored.remove(key);
        return old != null
                        && uid(old).equals(uid(object)) // not of an object that had its name before
                        && read.apply(old) instanceof Verdict.Accepted<T>(T value)
                ? new Standing<>(NOTHING, List.of(), old, value)
                : new Standing<>(NOTHING, List.of(), null, null);
    }

    private static String uid(JsonNode object) {
        return object.path("metadata").path("uid").asText("");
    }

    private static <T> Standing<T> standing(
            ObjectKey key, JsonNode object, Standing<T> before, Verdict<T> verdict) {
        return switch (verdict) {
            case Verdict.Accepted<T>(T value) -> new Standing<>(object, List.of(), null, value);
            case Verdict.Refused<T>(List<Problem> problems) -> {
                for (Problem problem : problems) {
                    log.warn(
                            "object refused object=\"{}\" field={} reason=\"{}\"",
                            key.display(),
                            problem.field(),
                            problem.reason());
                }
                boolean same =
                        before.present.isMissingNode() || uid(object).equals(uid(before.present));
                yield same
                        ? new Standing<>(object, problems, good(before), before.value)
                        : new Standing<>(object, problems, null, null);
            }
        };
    }

    /** Forgets all objects but these. */
    void retain(Set<ObjectKey> keys) {
        standings.keySet().retainAll(keys);
    }
}
