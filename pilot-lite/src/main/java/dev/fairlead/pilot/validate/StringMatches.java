package dev.fairlead.pilot.validate;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.fairlead.pilot.state.StringMatch;
import dev.fairlead.wire.regex.RegexBounds;
import org.jspecify.annotations.Nullable;

/** Reads {@code {exact: …}}, {@code {prefix: …}} and {@code {regex: …}}. */
final class StringMatches {

    private static final int MAX_REGEX = 1024; // Istio's own bound
    private static final Pattern HEADER_NAME =
            Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+"); // RFC 9110 token

    private StringMatches() {}

    /** Of a field that must hold one of the three, or be absent: then null. */
    static @Nullable StringMatch read(Fields parent, String name) {
        return parent.object(name, StringMatches::oneOfThree);
    }

    private static StringMatch oneOfThree(Fields fields) {
        StringMatch match = oneOf(fields);
        if (match instanceof StringMatch.Present && fields.given()) {
            fields.wrong("one of exact, prefix, regex is needed");
        }
        return match;
    }

    /** Of a header: an empty object means that it is there. */
    static StringMatch header(String name, Fields fields) {
        if (!HEADER_NAME.matcher(name).matches()) {
            fields.wrong("not a header name");
        }
        return oneOf(fields);
    }

    private static StringMatch oneOf(Fields fields) {
        int given = 0;
        StringMatch match = new StringMatch.Present();
        for (String kind : new String[] {"exact", "prefix", "regex"}) {
            if (!fields.has(kind)) {
                continue;
            }
            given++;
            String value = fields.string(kind);
            match =
                    switch (kind) {
                        case "exact" -> new StringMatch.Exact(value);
                        case "prefix" -> new StringMatch.Prefix(value);
                        default -> regex(fields, kind, value);
                    };
            if (value.isEmpty()) {
                fields.problem(kind, "is empty");
            }
        }
        if (given > 1) {
            fields.wrong("only one of exact, prefix, regex can be given");
        }
        return match;
    }

    private static StringMatch regex(Fields fields, String kind, String value) {
        String excess = RegexBounds.excess(value);
        if (value.length() > MAX_REGEX) {
            fields.problem(kind, "longer than " + MAX_REGEX + " characters");
        } else if (excess != null) {
            fields.problem(kind, excess);
        } else {
            try {
                Pattern.compile(value);
            } catch (PatternSyntaxException e) {
                fields.problem(kind, "not an RE2 expression: " + e.getDescription());
            }
        }
        return new StringMatch.Regex(value);
    }
}
