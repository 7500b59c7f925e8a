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

        /** The part that the route's match took (all of it where that was exact) is replaced. */
        record Matched(String replacement) implements PathRewrite {}

        /** All matches of an RE2 pattern; {@code \1} in the substitution is its first group. */
        record Regex(Pattern pattern, String substitution) implements PathRewrite {}
    }
}
