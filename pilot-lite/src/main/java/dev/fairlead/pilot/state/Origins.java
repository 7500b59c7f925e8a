package dev.fairlead.pilot.state;

import java.util.List;

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
        public Trigger {
            included = List.copyOf(included);
            excluded = List.copyOf(excluded);
        }
    }
}
