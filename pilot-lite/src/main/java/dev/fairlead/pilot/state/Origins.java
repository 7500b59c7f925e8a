package dev.fairlead.pilot.state;

import java.util.List;
import java.util.stream.Stream;

/**
 * End users' tokens that an old policy asks for: one of these, of those that a request's path
 * triggers.
 *
 * @param optional whether requests without one pass, too
 */
public record Origins(List<Origin> origins, boolean optional) {

    public static final Origins NONE = new Origins(List.of(), false);

    public Origins {
        origins = List.copyOf(origins);
    }

    /**
     * @param triggers any of which a path must fit; empty: all paths do
     */
    public record Origin(JwtRule rule, List<Trigger> triggers) {
        public Origin {
            triggers = List.copyOf(triggers);
        }
    }

    /**
     * Patterns (RE2) of whole paths, without their queries.
     *
     * @param included empty: all
     */
    public record Trigger(List<String> included, List<String> excluded) {

        /** Whatever else a path has; no query. */
        public static final String REST = "[^?]*";

        /** How a user's own expression begins. */
        public static final String REGEX = "(?:";

        public Trigger {
            included = List.copyOf(included);
            excluded = List.copyOf(excluded);
        }

        /** Whether nothing of a query fits any pattern, wherever the path ends. */
        public boolean isOfPathsOnly() {
            return Stream.concat(included.stream(), excluded.stream())
                    .noneMatch(pattern -> pattern.startsWith(REGEX) || pattern.contains("\\?"));
        }
    }
}
