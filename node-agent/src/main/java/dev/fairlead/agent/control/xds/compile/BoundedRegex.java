package dev.fairlead.agent.control.xds.compile;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.fairlead.wire.regex.RegexBounds;

/** Compiles RE2 patterns whose program stays small. */
final class BoundedRegex {

    private BoundedRegex() {}

    static Pattern compile(String regex, At at) throws Refusal {
        if (regex.isEmpty()) {
            throw at.refuse("empty");
        }
        String excess = RegexBounds.excess(regex);
        if (excess != null) {
            throw at.refuse(excess);
        }
        try {
            return Pattern.compile(regex);
        } catch (PatternSyntaxException e) {
            throw at.refuse("not RE2: " + e.getMessage());
        }
    }
}
