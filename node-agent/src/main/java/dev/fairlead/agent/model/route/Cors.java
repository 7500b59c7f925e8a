package dev.fairlead.agent.model.route;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which pages of other origins may ask. Source: Envoy, "CORS"; W3C Cross-Origin Resource Sharing.
 *
 * @param allowMethods as the header has it; empty: not sent; likewise of the others
 * @param forwardUnmatchedPreflights whether a preflight from an origin that is not allowed is
 *     passed on
 */
public record Cors(
        List<StringMatcher> allowOrigins,
        String allowMethods,
        String allowHeaders,
        String exposeHeaders,
        String maxAge,
        @Nullable Boolean allowCredentials,
        boolean forwardUnmatchedPreflights) {

    public Cors {
        allowOrigins = List.copyOf(allowOrigins);
    }

    /** A rule that takes {@code *} takes all, as in Envoy. */
    public boolean allows(String origin) {
        for (int i = 0; i < allowOrigins.size(); i++) {
            StringMatcher allowed = allowOrigins.get(i);
            if (allowed.matches("*") || allowed.matches(origin)) {
                return true;
            }
        }
        return false;
    }
}
