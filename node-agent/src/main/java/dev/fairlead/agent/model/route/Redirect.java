package dev.fairlead.agent.model.route;

import org.jspecify.annotations.Nullable;

/**
 * Where a client is sent instead. Null, 0 and empty mean: as it asked.
 *
 * @param scheme {@code http} or {@code https}
 * @param port 0: the one of the scheme, or the request's
 * @param path replaces path and query, unless it has no query of its own
 * @param pathRewrite instead of {@code path}: what of the path is replaced
 * @param status 301, 302, 303, 307 or 308
 */
public record Redirect(
        String scheme,
        String host,
        int port,
        String path,
        Rewrite.@Nullable PathRewrite pathRewrite,
        int status,
        boolean stripQuery)
        implements RouteAction {}
