package dev.fairlead.agent.control.xds.compile;

import dev.fairlead.agent.model.route.Route;
import dev.fairlead.agent.model.route.RouteAction;
import dev.fairlead.agent.model.route.RouteMatch;
import dev.fairlead.agent.model.route.RoutePolicy;
import dev.fairlead.agent.model.route.RouteTable;
import dev.fairlead.agent.model.route.VirtualHost;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code config.route.v3.RouteConfiguration}, served by name or inline. */
final class RouteTables {

    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(15); // Envoy, RouteAction

    private RouteTables() {}

    /** Adds the clusters that it names to {@code clusters}. */
    static RouteTable compile(RouteConfiguration configuration, At at, Set<String> clusters)
            throws Refusal {
        List<VirtualHost> hosts = new ArrayList<>(configuration.getVirtualHostsCount());
        Set<String> names = new HashSet<>();
        for (int i = 0; i < configuration.getVirtualHostsCount(); i++) {
            At hostAt = at.element("virtual_hosts", i);
            VirtualHost host = host(configuration.getVirtualHosts(i), hostAt, clusters);
            if (!names.add(host.name())) {
                throw hostAt.field("name").refuse("second virtual host " + host.name());
            }
            hosts.add(host);
        }
        try {
            return new RouteTable(
                    configuration.getName(), hosts, configuration.getIgnorePortInHostMatching());
        } catch (IllegalArgumentException e) {
            throw at.field("virtual_hosts").refuse(String.valueOf(e.getMessage()));
        }
    }

    private static VirtualHost host(
            io.envoyproxy.envoy.config.route.v3.VirtualHost host, At at, Set<String> clusters)
            throws Refusal {
        if (host.getDomainsCount() == 0) {
            throw at.field("domains").refuse("empty");
        }
        for (int i = 0; i < host.getDomainsCount(); i++) {
            requireDomain(host.getDomains(i), at.element("domains", i));
        }
        List<Route> routes = new ArrayList<>(host.getRoutesCount());
        for (int i = 0; i < host.getRoutesCount(); i++) {
            routes.add(route(host.getRoutes(i), host, at.element("routes", i), clusters));
        }
        String name = Values.notEmpty(host.getName(), at.field("name"));
        return new VirtualHost(name, host.getDomainsList(), routes);
    }

    private static void requireDomain(String domain, At at) throws Refusal {
        int star = domain.indexOf('*');
        boolean inTheMiddle = star > 0 && star < domain.length() - 1;
        if (domain.isEmpty() || inTheMiddle || domain.indexOf('*', star + 1) > 0) {
            throw at.refuse("\"" + domain + "\" is not a domain, *suffix or prefix*");
        }
    }

    private static Route route(
            io.envoyproxy.envoy.config.route.v3.Route route,
            io.envoyproxy.envoy.config.route.v3.VirtualHost host,
            At at,
            Set<String> clusters)
            throws Refusal {
        var match = RouteMatches.compile(route.getMatch(), at.field("match"));
        var policy = RoutePolicies.compile(route, host, at, clusters);
        return switch (route.getActionCase()) {
            case ROUTE -> {
                At actionAt = at.field("route");
                var action = route.getRoute();
                yield new Route(
                        route.getName(),
                        match,
                        RouteActions.forward(action, actionAt, clusters),
                        action.hasTimeout()
                                ? Values.duration(action.getTimeout(), actionAt.field("timeout"))
                                : DEFAULT_TIMEOUT,
                        grpcTimeout(action, actionAt),
                        policy);
            }
            case DIRECT_RESPONSE ->
                    answered(
                            route,
                            match,
                            RouteActions.respond(
                                    route.getDirectResponse(), at.field("direct_response")),
                            policy);
            case REDIRECT ->
                    answered(
                            route,
                            match,
                            RouteActions.redirect(route.getRedirect(), at.field("redirect")),
                            policy);
            default -> throw at.refuse("no route, redirect or direct_response");
        };
    }

    private static Route answered(
            io.envoyproxy.envoy.config.route.v3.Route route,
            RouteMatch match,
            RouteAction action,
            RoutePolicy policy) {
        return new Route(route.getName(), match, action, Duration.ZERO, null, policy);
    }

    private static @Nullable Duration grpcTimeout(
            io.envoyproxy.envoy.config.route.v3.RouteAction action, At at) throws Refusal {
        var bounds = action.getMaxStreamDuration();
        return bounds.hasGrpcTimeoutHeaderMax()
                ? Values.duration(
                        bounds.getGrpcTimeoutHeaderMax(),
                        at.field("max_stream_duration").field("grpc_timeout_header_max"))
                : null;
    }
}
