package dev.fairlead.pilot.generate;

import com.google.protobuf.BoolValue;
import com.google.protobuf.Struct;
import dev.fairlead.pilot.compile.RouteTable;
import dev.fairlead.pilot.compile.RouteTable.Route;
import dev.fairlead.pilot.compile.WeightedCluster;
import dev.fairlead.pilot.state.HeaderChanges;
import dev.fairlead.pilot.state.MeshSettings.Egress;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** Writes route configurations. */
final class RouteGenerator {

    /** That CONNECT is passed on to the cluster as it came. */
    static final RouteAction.UpgradeConfig CONNECT =
            RouteAction.UpgradeConfig.newBuilder()
                    .setUpgradeType("CONNECT")
                    .setEnabled(BoolValue.of(true))
                    .build();

    private static final String ANY_DOMAIN = "*";

    private final Audience audience;
    private final RouteMatches matches;
    private final RouteActions actions;

    RouteGenerator(Egress egress, Audience audience) {
        this.audience = audience;
        matches = new RouteMatches(audience);
        actions = new RouteActions(egress, audience);
    }

    VersionedResource routes(RouteTable table) {
        var routes =
                RouteConfiguration.newBuilder()
                        .setName(table.name())
                        .setIgnorePortInHostMatching(audience.knowsNewerFields());
        boolean anyTaken = false;
        for (RouteTable.VirtualHost host : table.hosts()) {
            routes.addVirtualHosts(host(host));
            anyTaken |= host.domains().contains(ANY_DOMAIN);
        }
        if (!anyTaken) {
            routes.addVirtualHosts(otherwise());
        }
        if (audience instanceof Audience.Envoy) { // an agent takes whatever validation lets pass
            routes.setMaxDirectResponseBodySizeBytes(Protos.number(RouteActions.MAX_BODY));
        }
        return VersionedResource.of(table.name(), routes.build(), Set.of());
    }

    private VirtualHost.Builder frame(String name) {
        return VirtualHost.newBuilder()
                .setName(name)
                .setIncludeRequestAttemptCount(audience.knowsTrafficPolicy());
    }

    private VirtualHost host(RouteTable.VirtualHost view) {
        var host = frame(view.name()).addAllDomains(view.domains());
        for (Route route : view.routes()) {
            if (!matches.mayApply(route.match()) || !actions.canBeTaken(route.action())) {
                continue;
            }
            if (audience instanceof Audience.Envoy
                    && route.action() instanceof RouteTable.Refused) {
                break; // of its one pod this says: nothing that follows is for it
            }
            host.addRoutes(route(route));
        }
        return host.build();
    }

    private io.envoyproxy.envoy.config.route.v3.Route route(Route view) {
        var route =
                io.envoyproxy.envoy.config.route.v3.Route.newBuilder()
                        .setName(view.name())
                        .setMatch(matches.match(view.match()));
        if (audience.knowsTrafficPolicy()) {
            route.setStatPrefix(view.match().statPrefix());
            addHeaders(route, view.headers());
            if (view.fault() != null) {
                route.putTypedPerFilterConfig(
                        Filters.FAULT_NAME, Protos.pack(RoutePolicies.fault(view.fault())));
            }
            if (view.cors() != null) {
                route.putTypedPerFilterConfig(
                        Filters.CORS_NAME, Protos.pack(RoutePolicies.cors(view.cors())));
            }
            if (view.limit() != null) {
                route.putTypedPerFilterConfig(
                        Filters.LIMIT_NAME, Protos.pack(RateLimits.ofRoute(view.limit())));
                Struct replies = RateLimits.replies(view.limit());
                if (audience instanceof Audience.Agent && replies.getFieldsCount() > 0) {
                    route.setMetadata(
                            Metadata.newBuilder().putFilterMetadata(RateLimits.REPLY, replies));
                }
            }
        }
        actions.set(route, view);
        return route.build();
    }

    private static void addHeaders(
            io.envoyproxy.envoy.config.route.v3.Route.Builder route, HeaderChanges headers) {
        route.addAllRequestHeadersToAdd(RoutePolicies.added(headers.request()))
                .addAllRequestHeadersToRemove(headers.request().remove())
                .addAllResponseHeadersToAdd(RoutePolicies.added(headers.response()))
                .addAllResponseHeadersToRemove(headers.response().remove());
    }

    /** A route's timeout, which also bounds what a gRPC client may ask for, as in Istio. */
    @SuppressWarnings("deprecation") // what takes its place makes an Envoy forget the timeout
    static void setTimeout(RouteAction.Builder action, Duration timeout, Audience audience) {
        action.setTimeout(Protos.millis(timeout.toMillis()));
        if (audience instanceof Audience.Envoy) {
            action.setMaxGrpcTimeout(Protos.millis(timeout.toMillis()));
        } else if (audience.knowsHttp2()) {
            action.setMaxStreamDuration(
                    RouteAction.MaxStreamDuration.newBuilder()
                            .setGrpcTimeoutHeaderMax(Protos.millis(timeout.toMillis())));
        }
    }

    /** Without those that get nothing; a lone target gets everything, whatever its weight. */
    static List<WeightedCluster> shares(List<WeightedCluster> targets) {
        return targets.size() == 1
                ? targets
                : targets.stream().filter(target -> target.weight() > 0).toList();
    }

    private VirtualHost otherwise() {
        var route = actions.otherwise();
        return frame(route.getName()).addDomains(ANY_DOMAIN).addRoutes(route).build();
    }
}
