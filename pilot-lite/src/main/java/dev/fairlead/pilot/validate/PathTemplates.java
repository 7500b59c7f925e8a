package dev.fairlead.pilot.validate;

import java.util.regex.Pattern;

/**
 * Checks paths in which {@code {*}} stands for one segment and {@code {**}} for any number of them.
 *
 * <p>Source: Envoy, {@code UriTemplateMatchConfig}; RFC 3986 appendix A, pchar.
 */
final class PathTemplates {

    static final String ONE = "{*}";
    static final String ANY = "{**}";
    private static final Pattern LITERAL = Pattern.compile("[a-zA-Z0-9._~%!$&'()+,;:@=-]+");

    private PathTemplates() {}

    /** What is wrong with a path, or "". */
    static String problem(String path) {
        boolean template = path.contains(ONE) || path.contains(ANY);
        if (!template) {
            return path.indexOf('{') < 0 && path.indexOf('}') < 0
                    ? ""
                    : "has braces that are neither {*} nor {**}";
        }
        if (!path.startsWith("/")) {
            return "does not begin with /";
        }
        String inner = path.substring(1, path.endsWith("/") ? path.length() - 1 : path.length());
        boolean any = false;
        for (String segment : inner.split("/", -1)) {
            boolean operator = segment.equals(ONE) || segment.equals(ANY);
            if (operator && any) {
                return "has {**} before another";
            }
            any |= segment.equals(ANY);
            if (!operator && !LITERAL.matcher(segment).matches()) {
                return "has segment \"" + segment + "\", which no path has, beside templates";
            }
        }
        return "";
    }
}
