package dev.fairlead.pilot.validate;

import dev.fairlead.pilot.state.HttpPolicy.Rewrite;

/** Reads {@code rewrite} of an HTTP route. */
final class RewriteReader {

    private RewriteReader() {}

    static Rewrite read(Fields rewrite) {
        String uri = rewrite.string("uri");
        String authority = rewrite.string("authority");
        Rewrite regex = rewrite.object("uriRegexRewrite", fields -> regex(fields, authority));
        if (!uri.isEmpty() && regex != null) {
            rewrite.problem("uriRegexRewrite", "cannot stand beside uri");
        }
        if (uri.isEmpty() && regex == null && authority.isEmpty()) {
            rewrite.wrong("says nothing: uri, uriRegexRewrite or authority is needed");
        }
        if (!HeaderValues.isPlain(uri)) {
            rewrite.problem("uri", "is no path");
        }
        if (!HeaderValues.isPlain(authority)) {
            rewrite.problem("authority", "is no authority");
        }
        return regex != null ? regex : new Rewrite(uri, "", "", authority);
    }

    private static Rewrite regex(Fields fields, String authority) {
        String match = Checks.needed(fields, "match");
        String substitution = Checks.needed(fields, "rewrite");
        if (!match.isEmpty()) {
            int groups = StringMatches.regex(fields, "match", match);
            String problem = groups < 0 ? "" : substitutionProblem(substitution, groups);
            if (!problem.isEmpty()) {
                fields.problem("rewrite", problem);
            }
        }
        return new Rewrite("", match, substitution, authority);
    }

    /** Source: re2, RE2::CheckRewriteString. */
    private static String substitutionProblem(String text, int groups) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) != '\\') {
                continue;
            }
            char next = ++i < text.length() ? text.charAt(i) : 0;
            if (next >= '0' && next <= '9') {
                if (next - '0' > groups) {
                    return "\\" + next + " is a group that match does not have";
                }
            } else if (next != '\\') {
                return "a backslash stands before a digit or another one";
            }
        }
        return HeaderValues.isPlain(text) ? "" : "is no part of a path";
    }
}
