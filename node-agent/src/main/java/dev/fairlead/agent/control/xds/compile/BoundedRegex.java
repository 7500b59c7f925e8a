package dev.fairlead.agent.control.xds.compile;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.fairlead.wire.regex.RegexCost;

/** Compiles RE2 patterns whose program stays small. */
final class BoundedRegex {

    private static final int MAX_LENGTH = 4096; // characters; paths and headers are shorter
    private static final int MAX_STEPS = 10_000; // about 1 MB of program
    private static final int MAX_DEPTH = 100; // the compiler recurses per group

    private BoundedRegex() {}

    static Pattern compile(String regex, At at) throws Refusal {
        if (regex.isEmpty()) {
            throw at.refuse("empty");
        }
        if (regex.length() > MAX_LENGTH) {
            throw at.refuse(regex.length() + " characters, at most " + MAX_LENGTH);
        }
        RegexCost cost = RegexCost.of(regex);
        if (cost.depth() > MAX_DEPTH) {
            throw at.refuse("groups nested deeper than " + MAX_DEPTH);
        }
        if (cost.steps() > MAX_STEPS) {
            throw at.refuse("more than " + MAX_STEPS + " steps when expanded");
        }
        try {
            return Pattern.compile(regex);
        } catch (PatternSyntaxException e) {
            throw at.refuse("not RE2: " + e.getMessage());
        }
    }
}
