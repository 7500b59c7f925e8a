package dev.fairlead.agent.data.http;

import dev.fairlead.agent.model.route.HeaderFacts;
import dev.fairlead.agent.model.route.Rewrite;
import dev.fairlead.agent.model.route.Route;
import dev.fairlead.agent.model.route.RouteAction.WeightedCluster;
import dev.fairlead.agent.model.route.RoutePolicy;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import org.jspecify.annotations.Nullable;

/**
 * What a route makes of a request's head: headers of the chosen cluster, then the route's own, then
 * authority and path.
 *
 * <p>Source: Envoy, RouteEntryImplBase::finalizeRequestHeaders.
 */
public final class RouteEditing {

    private RouteEditing() {}

    /**
     * Edits in place.
     *
     * @param route null: none took the request
     * @param share that was picked; null: the route sends nothing on
     */
    public static void forUpstream(
            HttpRequest request,
            @Nullable Route route,
            RoutePolicy policy,
            @Nullable WeightedCluster share,
            HeaderFacts facts) {
        HttpHeaders headers = request.headers();
        if (share != null) {
            HeaderEditing.apply(share.headers().request(), headers, facts);
        }
        HeaderEditing.apply(policy.headers().request(), headers, facts);
        Rewrite rewrite = policy.rewrite();
        String authority = rewrite.authority();
        if (authority == null && share != null) {
            authority = share.authority();
        }
        if (authority != null) {
            String before = headers.get(HttpHeaderNames.HOST);
            headers.set(HeaderNames.X_ENVOY_ORIGINAL_HOST, before == null ? "" : before);
            headers.set(HttpHeaderNames.HOST, authority);
        }
        if (route != null
                && rewrite.path() != null
                && !request.method().equals(HttpMethod.CONNECT)) {
            headers.set(HeaderNames.X_ENVOY_ORIGINAL_PATH, request.uri());
            request.setUri(rewrite.path().apply(request.uri(), route.match().path()));
        }
    }
}
