package dev.fairlead.pilot.validate;

import dev.fairlead.pilot.state.HttpPolicy.Cors;
import dev.fairlead.pilot.state.StringMatch;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** Reads {@code corsPolicy} of an HTTP route. */
final class CorsReader {

    private static final Set<String> METHODS =
            Set.of(
                    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "OPTIONS", "TRACE",
                    "*");

    private enum Unmatched {
        UNSPECIFIED,
        FORWARD,
        IGNORE
    }

    private CorsReader() {}

    static Cors read(Fields cors) {
        List<StringMatch> origins = cors.list("allowOrigins", StringMatches::origin);
        List<StringMatch> old =
                Checks.texts(cors, "allowOrigin").stream()
                        .map(origin -> (StringMatch) new StringMatch.Exact(origin))
                        .toList();
        Unmatched unmatched = cors.choice("unmatchedPreflights", Unmatched.values());
        return new Cors(
                cors.has("allowOrigins") ? origins : old,
                methods(cors),
                headers(cors, "allowHeaders"),
                headers(cors, "exposeHeaders"),
                maxAge(cors),
                cors.flag("allowCredentials"),
                unmatched != Unmatched.IGNORE);
    }

    private static List<String> methods(Fields cors) {
        List<String> methods = cors.stringList("allowMethods");
        for (int i = 0; i < methods.size(); i++) {
            if (!METHODS.contains(methods.get(i))) {
                cors.problem(
                        "allowMethods[" + i + "]", "\"" + methods.get(i) + "\" is not a method");
            }
        }
        return methods;
    }

    private static List<String> headers(Fields cors, String name) {
        List<String> headers = cors.stringList(name);
        for (int i = 0; i < headers.size(); i++) {
            if (!StringMatches.isHeaderName(headers.get(i))) { // * is one
                cors.problem(name + "[" + i + "]", "not a header name");
            }
        }
        return headers;
    }

    private static long maxAge(Fields cors) {
        Duration age = Durations.read(cors, "maxAge", 1);
        if (age == null) {
            return -1;
        }
        if (age.toMillisPart() != 0) {
            cors.problem("maxAge", "must be whole seconds");
        }
        return age.toSeconds();
    }
}
