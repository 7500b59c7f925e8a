package dev.fairlead.pilot.status.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An object's conditions: others' are kept as they are, ours are set. Owner: its maker. */
final class Conditions {

    static final String ACCEPTED = "Accepted";
    static final String PROGRAMMED = "Programmed";
    private static final String WARNING = "Warning";

    private final Map<String, ObjectNode> byType = new LinkedHashMap<>();
    private final Map<String, String> before = new LinkedHashMap<>(); // status by type
    private boolean changed;

    /** {@code present}: what the object has, or null. */
    Conditions(@Nullable JsonNode present) {
        if (present != null) {
            for (JsonNode condition : present) {
                if (condition instanceof ObjectNode object) {
                    String type = object.path("type").asText();
                    byType.put(type, object.deepCopy());
                    before.put(type, object.path("status").asText());
                }
            }
        }
    }

    /** Whether a condition is true, and of this generation. */
    boolean holds(String type, long generation) {
        ObjectNode condition = byType.get(type);
        return condition != null
                && condition.path("status").asText().equals("True")
                && condition.path("observedGeneration").asLong() == generation;
    }

    void set(String type, boolean holds, String reason, String message, long generation) {
        ObjectNode now = JsonNodeFactory.instance.objectNode();
        now.put("type", type);
        now.put("status", holds ? "True" : "False");
        now.put("reason", reason);
        now.put("message", message);
        now.put("observedGeneration", generation);
        ObjectNode old = byType.get(type);
        if (old != null) {
            JsonNode since = old.get("lastTransitionTime");
            if (since != null) {
                now.set("lastTransitionTime", since);
            }
            if (old.equals(now) || same(old, now)) {
                return;
            }
        }
        changed = true;
        byType.put(type, now);
    }

    /** Numbers that were read and that were made differ in Java, not in JSON. */
    private static boolean same(ObjectNode old, ObjectNode now) {
        return old.toString().equals(now.toString()) || sorted(old).equals(sorted(now));
    }

    private static Map<String, String> sorted(ObjectNode node) {
        Map<String, String> fields = new java.util.TreeMap<>();
        node.properties().forEach(e -> fields.put(e.getKey(), e.getValue().asText()));
        return fields;
    }

    void dropWarningUnless(boolean kept) {
        if (!kept && byType.remove(WARNING) != null) {
            changed = true;
        }
    }

    boolean changed() {
        return changed;
    }

    /** All of them; those whose status changed say since when. */
    ArrayNode stamped(Instant now) {
        ArrayNode all = JsonNodeFactory.instance.arrayNode();
        byType.forEach((type, condition) -> {
            if (!condition.path("status").asText().equals(before.get(type))
                    || !condition.has("lastTransitionTime")) {
                condition.put("lastTransitionTime", now.truncatedTo(ChronoUnit.SECONDS).toString());
            }
            all.add(condition);
        });
        return all;
    }
}
