package dev.fairlead.agent.model.route;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What of a request decides its endpoint, where the cluster hashes. Source: Envoy,
 * RouteAction.HashPolicy.
 */
public sealed interface HashPolicy {

    /** A header's value. */
    record Header(String name) implements HashPolicy {}

    /**
     * A cookie's value.
     *
     * @param ttl of the cookie that is made where the request has none; null: none is made; zero: a
     *     session's
     */
    record Cookie(String name, @Nullable Duration ttl, String path, Map<String, String> attributes)
            implements HashPolicy {}

    /** The caller's address. */
    record SourceAddress() implements HashPolicy {}

    /** The first value of a query parameter. */
    record QueryParameter(String name) implements HashPolicy {}
}
