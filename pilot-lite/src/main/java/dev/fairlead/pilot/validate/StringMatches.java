package dev.fairlead.pilot.validate;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.fairlead.pilot.state.StringMatch;
import dev.fairlead.wire.regex.RegexBounds;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads {@code {exact: …}}, {@code {prefix: …}} and {@code {regex: …}}. */
final class StringMatches {

    private static final int MAX_REGEX = 1024; // Istio's own bound
    private static final Pattern HEADER_NAME =
            Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+"); // RFC 9110 token
    private static final Set<String> PSEUDO_HEADERS =
            Set.of(":method", ":scheme", ":authority", ":path", ":status");

    private StringMatches() {}

    static boolean isHeaderName(String name) {
        return HEADER_NAME.matcher(name).matches();
    }

    /** Of a field that must hold one of the three, or be absent: then null. */
    static @Nullable StringMatch read(Fields parent, String name) {
        return parent.object(name, fields -> oneOfThree(fields, false));
    }

    /** As {@link #read}; every path begins with an empty prefix. */
    static @Nullable StringMatch uri(Fields parent, String name) {
        return parent.object(name, fields -> oneOfThree(fields, true));
    }

    private static StringMatch oneOfThree(Fields fields, boolean emptyPrefix) {
        StringMatch match = oneOf(fields, emptyPrefix);
        if (match instanceof StringMatch.Present && fields.given()) {
            fields.wrong("one of exact, prefix, regex is needed");
        }
        return match;
    }

    /** Of an origin: one of the three, and not empty. */
    static StringMatch origin(Fields fields) {
        if (fields.has("exact") && fields.string("exact").isEmpty()) {
            fields.problem("exact", "is empty");
        }
        return oneOfThree(fields, false);
    }

    /** Of a header: an empty object means that it is there. */
    static StringMatch header(String name, Fields fields) {
        named(name, fields);
        if (!fields.given()) {
            fields.wrong("must be an object");
        }
        return oneOf(fields, false);
    }

    /** Of a header that must not fit: nothing, {@code {}} and regex {@code *} mean any value. */
    static StringMatch absentHeader(String name, Fields fields) {
        named(name, fields);
        if (fields.has("regex") && fields.string("regex").equals("*")) {
            for (String other : new String[] {"exact", "prefix"}) {
                if (!fields.string(other).isEmpty()) {
                    fields.wrong("only one of exact, prefix, regex can be given");
                }
            }
            return new StringMatch.Present();
        }
        return oneOf(fields, false);
    }

    /** Of a query parameter: an empty object means that it is there. */
    static StringMatch queryParameter(String name, Fields fields) {
        if (name.isEmpty()) {
            fields.wrong("has no name");
        }
        return oneOf(fields, false);
    }

    private static void named(String name, Fields fields) {
        if (name.startsWith("@request.auth.")) {
            fields.wrong("claims can be looked at by gateways only");
        } else if (!HEADER_NAME.matcher(name).matches() && !PSEUDO_HEADERS.contains(name)) {
            fields.wrong("not a header name");
        }
    }

    private static StringMatch oneOf(Fields fields, boolean emptyPrefix) {
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
                        default -> new StringMatch.Regex(value);
                    };
            if (kind.equals("regex")) {
                regex(fields, kind, value);
            } else if (value.isEmpty() && kind.equals("prefix") && !emptyPrefix) {
                fields.problem(kind, "is empty");
            }
        }
        if (given > 1) {
            fields.wrong("only one of exact, prefix, regex can be given");
        }
        return match;
    }

    /** Checks an RE2 expression; how many groups it has, or -1. */
    static int regex(Fields fields, String name, String value) {
        String excess = RegexBounds.excess(value);
        if (value.isEmpty()) {
            fields.problem(name, "is empty");
        } else if (value.length() > MAX_REGEX) {
            fields.problem(name, "longer than " + MAX_REGEX + " characters");
        } else if (excess != null) {
            fields.problem(name, excess);
        } else {
            try {
                return Pattern.compile(value).groupCount();
            } catch (PatternSyntaxException e) {
                fields.problem(name, "not an RE2 expression: " + e.getDescription());
            }
        }
        return -1;
    }
}
