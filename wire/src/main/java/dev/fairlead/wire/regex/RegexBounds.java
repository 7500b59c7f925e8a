package dev.fairlead.wire.regex;

import org.jspecify.annotations.Nullable;

/**
 * How large an RE2 pattern may be in configuration. One bound for who accepts it and for who
 * compiles it: what is accepted is never refused by an agent.
 */
public final class RegexBounds {

    private static final int MAX_LENGTH = 4096; // characters; paths and headers are shorter
    private static final int MAX_STEPS = 10_000; // about 1 MB of program
    private static final int MAX_DEPTH = 100; // a compiler recurses into each group

    private RegexBounds() {}

    /** Why {@code regex} is too large, or null where it is not. */
    public static @Nullable String excess(String regex) {
        if (regex.length() > MAX_LENGTH) {
            return "longer than " + MAX_LENGTH + " characters";
        }
        RegexCost cost = RegexCost.of(regex);
        if (cost.depth() > MAX_DEPTH) {
            return "groups nested deeper than " + MAX_DEPTH;
        }
        return cost.steps() > MAX_STEPS ? "more than " + MAX_STEPS + " steps when expanded" : null;
    }
}
