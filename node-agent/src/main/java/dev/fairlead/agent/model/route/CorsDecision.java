package dev.fairlead.agent.model.route;

import dev.fairlead.agent.model.request.RequestView;
import org.jspecify.annotations.Nullable;

/** What cross-origin rules say of one request. Source: Envoy, "CORS". */
public sealed interface CorsDecision {

    /** It is no cross-origin request. */
    record None() implements CorsDecision {}

    /**
     * It goes on.
     *
     * @param origin that the response allows; null: it does not say anything
     */
    record GoesOn(@Nullable String origin) implements CorsDecision {}

    /** A preflight that is answered here. */
    record Preflight(
            @Nullable String origin, String allowMethods, String allowHeaders, String maxAge)
            implements CorsDecision {}

    None NONE = new None();

    static CorsDecision decide(Cors cors, RequestView request) {
        String origin = request.header("origin");
        if (origin == null || origin.isEmpty()) {
            return NONE;
        }
        String allowed = cors.allows(origin) ? origin : null;
        String method = request.header("access-control-request-method");
        if (method == null
                || method.isEmpty()
                || !request.method().equals("OPTIONS")
                || allowed == null && cors.forwardUnmatchedPreflights()) {
            return new GoesOn(allowed);
        }
        String headers = request.header("access-control-request-headers");
        return new Preflight(
                allowed,
                cors.allowMethods().equals("*") ? method : cors.allowMethods(),
                cors.allowHeaders().equals("*")
                        ? headers == null ? "" : headers
                        : cors.allowHeaders(),
                cors.maxAge());
    }
}
