package dev.fairlead.agent.model.listener;

import dev.fairlead.agent.model.policy.AccessRules;
import dev.fairlead.agent.model.route.RateLimit;
import dev.fairlead.agent.model.token.JwtAuthn;
import org.jspecify.annotations.Nullable;

/** What a request must pass before it is routed on. Routes may say otherwise of the named ones. */
public sealed interface HttpFilter {

    /** The limit that routes may say otherwise of. */
    String LIMIT = "envoy.filters.http.local_ratelimit";

    /** The access rules that routes may say otherwise of. */
    String ACCESS = "envoy.filters.http.rbac";

    String name();

    /**
     * @param limit null: only routes limit
     */
    record Limit(String name, @Nullable RateLimit limit) implements HttpFilter {}

    record Access(String name, AccessRules rules) implements HttpFilter {}

    record Tokens(String name, JwtAuthn authn) implements HttpFilter {}
}
