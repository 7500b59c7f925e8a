package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.data.http.ForwardedFor;
import dev.fairlead.agent.data.http.HeaderEditing;
import dev.fairlead.agent.data.http.NettyRequestView;
import dev.fairlead.agent.data.http.RouteEditing;
import dev.fairlead.agent.model.request.RequestView;
import dev.fairlead.agent.model.route.Cors;
import dev.fairlead.agent.model.route.HeaderFact;
import dev.fairlead.agent.model.route.HeaderFacts;
import dev.fairlead.agent.model.route.Route;
import dev.fairlead.agent.model.route.RouteAction.WeightedCluster;
import dev.fairlead.agent.model.route.RoutePolicy;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import org.jspecify.annotations.Nullable;

/**
 * What a route changes of the heads of one exchange: of its request once, before it is sent for the
 * first time, and of whatever response its client gets. Made only where there is something.
 *
 * <p>Source: Envoy, RouteEntryImplBase::finalizeRequestHeaders, finalizeResponseHeaders. Owner: its
 * exchange.
 */
final class RouteHeads implements HeaderFacts {

    private static final DateTimeFormatter INSTANT =
            new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

    private final HttpRouter router;
    private final HttpRequest request;
    private final ClientSide downstream;
    private final String protocol;
    private final Instant start = Instant.now();
    private final @Nullable Route route;
    private final RoutePolicy policy;
    private final @Nullable WeightedCluster share;
    private final String cluster;
    private @Nullable HttpResponse response;
    private @Nullable Cors cors;
    private String origin = "";
    private boolean preflight;

    /**
     * @param route null: none took the request
     * @param share that was picked; null: the route sends nothing on
     * @param cluster name of the picked one's stats; empty: none
     */
    RouteHeads(
            HttpRouter router,
            HttpRequest request,
            ClientSide downstream,
            @Nullable Route route,
            @Nullable WeightedCluster share,
            String cluster) {
        this.router = router;
        this.request = request;
        this.downstream = downstream;
        this.protocol =
                request.protocolVersion().majorVersion() == 2
                        ? "HTTP/2"
                        : request.protocolVersion().text();
        this.route = route;
        this.policy = route == null ? RoutePolicy.NONE : route.policy();
        this.share = share;
        this.cluster = cluster;
    }

    /** The response allows its request's origin. */
    void allow(Cors rules, String requested) {
        cors = rules;
        origin = requested;
    }

    /** The response is the filter's own, of which the route says nothing else. */
    void answerPreflight() {
        preflight = true;
    }

    void forUpstream() {
        RouteEditing.forUpstream(request, route, policy, share, this);
    }

    void forDownstream(HttpResponse answer) {
        response = answer;
        HttpHeaders headers = answer.headers();
        if (!preflight) {
            if (share != null) {
                HeaderEditing.apply(share.headers().response(), headers, this);
            }
            HeaderEditing.apply(policy.headers().response(), headers, this);
        }
        if (cors != null) {
            allowOrigin(headers, cors);
        }
    }

    private void allowOrigin(HttpHeaders headers, Cors rules) {
        headers.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        if (Boolean.TRUE.equals(rules.allowCredentials())) {
            headers.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
        }
        if (!rules.exposeHeaders().isEmpty()) {
            headers.set(HttpHeaderNames.ACCESS_CONTROL_EXPOSE_HEADERS, rules.exposeHeaders());
        }
    }

    @Override
    public @Nullable String header(boolean ofResponse, String name) {
        if (ofResponse) {
            return response == null
                    ? null
                    : name.equals(":status")
                            ? response.status().codeAsText().toString()
                            : response.headers().get(name);
        }
        RequestView view = new NettyRequestView(request);
        return switch (name) {
            case ":method" -> view.method();
            case ":path" -> view.path();
            case ":authority" -> view.authority();
            case ":scheme" -> view.scheme();
            default -> view.header(name);
        };
    }

    @Override
    public @Nullable String known(HeaderFact fact) {
        return switch (fact) {
            case DOWNSTREAM_REMOTE_ADDRESS -> {
                String said = forwardedFor();
                yield said == null ? text(downstream.remote()) : said + ":0";
            }
            case DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT -> {
                String said = forwardedFor();
                yield said == null ? host(downstream.remote()) : said;
            }
            case DOWNSTREAM_REMOTE_PORT -> forwardedFor() == null ? port(downstream.remote()) : "0";
            case DOWNSTREAM_DIRECT_REMOTE_ADDRESS -> text(downstream.remote());
            case DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT -> host(downstream.remote());
            case DOWNSTREAM_DIRECT_REMOTE_PORT -> port(downstream.remote());
            case DOWNSTREAM_LOCAL_ADDRESS -> text(router.destination());
            case DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT -> host(router.destination());
            case DOWNSTREAM_LOCAL_PORT -> port(router.destination());
            case START_TIME -> INSTANT.format(start);
            case PROTOCOL -> protocol;
            case RESPONSE_CODE ->
                    response == null ? "0" : response.status().codeAsText().toString();
            case ROUTE_NAME -> route == null ? "" : route.name();
            case UPSTREAM_CLUSTER -> cluster;
            case HOSTNAME -> router.podName();
        };
    }

    /** Who the proxy before us says that the caller is. */
    private @Nullable String forwardedFor() {
        return ForwardedFor.last(request.headers());
    }

    private static String text(InetSocketAddress address) {
        return address.getAddress() instanceof java.net.Inet6Address
                ? "[" + host(address) + "]:" + address.getPort()
                : host(address) + ":" + address.getPort();
    }

    private static String host(InetSocketAddress address) {
        return address.getAddress().getHostAddress();
    }

    private static String port(InetSocketAddress address) {
        return Integer.toString(address.getPort());
    }
}
