package dev.fairlead.agent.model.route;

import dev.fairlead.agent.model.request.RequestView;
import org.jspecify.annotations.Nullable;

/**
 * Where a client is sent instead. Null, 0 and empty mean: as it asked.
 *
 * <p>Source: Envoy, config.route.v3.RedirectAction.
 *
 * @param scheme {@code http} or {@code https}
 * @param port 0: the one that was asked for, unless it is the default one of a scheme that changes
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
        implements RouteAction {

    /** To where the client already was: what Envoy says with a direct response of 201 or 3xx. */
    private static final Redirect SAME = new Redirect("", "", 0, "", null, 301, false);

    /**
     * The URL.
     *
     * @param match of the route that took the request
     */
    public String location(RequestView request, PathMatcher match) {
        String asked = request.scheme();
        String newScheme = scheme.isEmpty() ? asked : scheme;
        StringBuilder url = new StringBuilder(64).append(newScheme).append("://");
        if (host.isEmpty()) {
            url.append(authority(request.authority(), asked, newScheme));
        } else {
            url.append(host);
        }
        if (port > 0) {
            url.append(':').append(port);
        }
        return url.append(target(request.path(), match)).toString();
    }

    /** What a direct response says of itself; null: nothing. */
    public static @Nullable String ofResponse(int status, RequestView request) {
        return status == 201 || status / 100 == 3
                ? SAME.location(request, new PathMatcher.Prefix("", false))
                : null;
    }

    private String authority(String authority, String asked, String newScheme) {
        int colon = authority.lastIndexOf(':');
        if (colon <= authority.lastIndexOf(']')) {
            return authority;
        }
        boolean drop = port > 0;
        if (!newScheme.equals(asked)) {
            String said = authority.substring(colon);
            drop |= asked.equals("https") && said.equals(":443");
            drop |= asked.equals("http") && said.equals(":80");
        }
        return drop ? authority.substring(0, colon) : authority;
    }

    private String target(String asked, PathMatcher match) {
        boolean ownQuery = path.indexOf('?') >= 0;
        int query = asked.indexOf('?');
        String target;
        if (!path.isEmpty()) {
            target = ownQuery || query < 0 ? path : path + asked.substring(query);
        } else {
            target = pathRewrite == null ? asked : pathRewrite.apply(asked, match);
        }
        int end = stripQuery && !ownQuery ? target.indexOf('?') : -1;
        return end < 0 ? target : target.substring(0, end);
    }
}
