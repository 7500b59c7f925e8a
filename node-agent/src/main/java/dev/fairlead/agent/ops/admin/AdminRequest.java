package dev.fairlead.agent.ops.admin;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request as pages read it.
 *
 * @param query parameters in order; one without {@code =} has the value ""
 * @param accept the header, or ""
 */
record AdminRequest(boolean post, String path, Map<String, List<String>> query, String accept) {

    /** A parameter's first value; null: not given. */
    @Nullable String parameter(String name) {
        List<String> values = query.get(name);
        return values == null || values.isEmpty() ? null : values.getFirst();
    }

    boolean has(String name) {
        return query.containsKey(name);
    }

    /** What {@code ?format=} says, or {@code otherwise}. */
    String format(String otherwise) {
        String format = parameter("format");
        return format == null ? otherwise : format;
    }

    boolean fromBrowser() {
        return accept.contains("text/html");
    }
}
