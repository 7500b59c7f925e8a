package dev.fairlead.agent.model.route;

import com.google.re2j.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a request's path and authority on the way to its cluster.
 *
 * @param path null: it stays
 * @param authority null: it stays
 */
public record Rewrite(@Nullable PathRewrite path, @Nullable String authority) {

    public static final Rewrite NONE = new Rewrite(null, null);

    /** How a path is changed; its query stays. */
    public sealed interface PathRewrite {

        /**
         * @param path with query
         * @param match of the route that took the request
         */
        String apply(String path, PathMatcher match);

        /**
         * The part that the route's match took (all of it where that was exact or a pattern) is
         * replaced. Nothing is done about slashes: {@code /} in place of {@code /a} of {@code /a/b}
         * is {@code //b}, as in Envoy.
         */
        record Matched(String replacement) implements PathRewrite {
            @Override
            public String apply(String path, PathMatcher match) {
                int taken =
                        match instanceof PathMatcher.Prefix(String prefix, boolean _)
                                ? prefix.length()
                                : lengthOf(path);
                return rooted(replacement.concat(path.substring(taken)));
            }
        }

        /** All matches of an RE2 pattern; {@code \1} in the substitution is its first group. */
        record Regex(Pattern pattern, Substitution substitution) implements PathRewrite {
            @Override
            public String apply(String path, PathMatcher match) {
                int length = lengthOf(path);
                String rewritten = substitution.replaceAll(pattern, path.substring(0, length));
                return rooted(rewritten.concat(path.substring(length)));
            }
        }
    }

    private static int lengthOf(String path) {
        int query = path.indexOf('?');
        return query < 0 ? path.length() : query;
    }

    /** A request's target that does not begin with a slash could be taken for another form. */
    private static String rooted(String path) {
        return path.startsWith("/") ? path : "/" + path;
    }
}
