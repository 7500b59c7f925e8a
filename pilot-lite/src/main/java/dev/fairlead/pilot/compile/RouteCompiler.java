package dev.fairlead.pilot.compile;

import dev.fairlead.pilot.compile.RouteTable.Route;
import dev.fairlead.pilot.compile.RouteTable.VirtualHost;
import dev.fairlead.pilot.state.Hosts;
import dev.fairlead.pilot.state.Protocol;
import dev.fairlead.pilot.state.Service;
import dev.fairlead.pilot.state.StringMatch;
import dev.fairlead.pilot.state.VirtualService;
import dev.fairlead.pilot.state.VirtualService.HttpMatch;
import dev.fairlead.pilot.state.VirtualService.HttpRoute;
import dev.fairlead.pilot.state.VirtualService.Target;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Routes of one scope. */
final class RouteCompiler {

    /** Hosts that are no Service are served where plain HTTP to the outside goes, as in Istio. */
    private static final int EXTERNAL_HTTP_PORT = 80;

    private final Registry registry;
    private final Horizon horizon;
    private final ClusterCompiler clusters;
    private final ScopeRoutes known;
    private final String clientNamespace;

    /** {@code known} is what the compilation before found for this scope. */
    RouteCompiler(Registry registry, Horizon horizon, ClusterCompiler clusters, ScopeRoutes known) {
        this.known = known;
        this.registry = registry;
        this.horizon = horizon;
        this.clusters = clusters;
        this.clientNamespace = horizon.namespace();
    }

    String tableName(int port) {
        return "outbound|" + port + "|" + horizon.scope().name();
    }

    /** One table for each port on which HTTP may be spoken, ascending. */
    List<RouteTable> tables() {
        Set<Integer> ports = new TreeSet<>();
        for (Service service : horizon.services()) {
            for (Service.Port port : service.ports()) {
                if (routed(port)) {
                    ports.add(port.port());
                }
            }
        }
        return ports.stream().map(this::table).toList();
    }

    /** HTTP by declaration, or perhaps by detection. */
    private boolean routed(Service.Port port) {
        return port.protocol().isHttp()
                || (port.protocol() == Protocol.UNDECLARED && registry.state().mesh().modern());
    }

    private RouteTable table(int port) {
        List<VirtualHost> hosts = new ArrayList<>();
        Set<String> domains = new HashSet<>();
        for (Service service : horizon.services()) {
            Service.Port servicePort = service.port(port);
            if (servicePort != null && routed(servicePort)) {
                VirtualService rule = horizon.http(service.fqdn());
                VirtualHost host =
                        known.host(
                                service,
                                port,
                                rule,
                                () -> serviceHost(service, port, rule, domains));
                if (host != null) {
                    domains.addAll(host.domains());
                    hosts.add(host);
                }
            }
        }
        if (port == EXTERNAL_HTTP_PORT) {
            addExternalHosts(hosts, domains);
        }
        return known.table(new RouteTable(tableName(port), hosts));
    }

    private @Nullable VirtualHost serviceHost(
            Service service, int port, @Nullable VirtualService rule, Set<String> taken) {
        return host(
                taken,
                service.fqdn() + ":" + port,
                Hosts.namesOf(service, clientNamespace),
                port,
                rule != null ? routes(rule, port) : serviceRoutes(service, port));
    }

    /** A host under those of its names that are free; null where none is. */
    private static @Nullable VirtualHost host(
            Set<String> taken, String name, List<String> names, int port, List<Route> routes) {
        List<String> domains = new ArrayList<>();
        for (String host : names) {
            String written = host.contains(":") ? "[" + host + "]" : host;
            for (String domain : List.of(written, written + ":" + port)) {
                if (taken.add(domain)) { // an older host keeps a name that both claim
                    domains.add(domain);
                }
            }
        }
        return domains.isEmpty() ? null : new VirtualHost(name, domains, routes);
    }

    private List<Route> serviceRoutes(Service service, int port) {
        String cluster = clusters.name(clientNamespace, service.fqdn(), port, "");
        return List.of(
                new Route(
                        "default",
                        HttpMatch.ANY,
                        List.of(new WeightedCluster(cluster, 1)),
                        Duration.ZERO));
    }

    private void addExternalHosts(List<VirtualHost> hosts, Set<String> domains) {
        for (VirtualService rule : horizon.virtualServices()) {
            for (String host : rule.hosts()) {
                if (external(host) && rule.equals(horizon.http(host))) {
                    VirtualHost external =
                            host(
                                    domains,
                                    host + ":" + EXTERNAL_HTTP_PORT,
                                    List.of(host),
                                    EXTERNAL_HTTP_PORT,
                                    routes(rule, EXTERNAL_HTTP_PORT));
                    if (external != null) {
                        hosts.add(external);
                    }
                }
            }
        }
    }

    /** Whether a host, or pattern, takes no Service at all. */
    private boolean external(String host) {
        return host.startsWith("*")
                ? registry.services().stream().noneMatch(s -> Hosts.matches(host, s.fqdn()))
                : registry.service(host) == null;
    }

    /** Its routes in order, one for each alternative, up to the first that takes everything. */
    private List<Route> routes(VirtualService rule, int port) {
        List<Route> routes = new ArrayList<>();
        for (HttpRoute http : rule.http()) {
            List<WeightedCluster> targets = targets(http.targets(), port);
            List<HttpMatch> matches =
                    http.matches().isEmpty() ? List.of(HttpMatch.ANY) : http.matches();
            for (HttpMatch match : matches) {
                if (!inScope(match.port(), match.sourceNamespace(), port)) {
                    continue;
                }
                String name =
                        match.name().isEmpty() ? http.name() : http.name() + "." + match.name();
                routes.add(new Route(name, match, targets, http.timeout()));
                if (takesEverything(match)) {
                    return routes;
                }
            }
        }
        return routes;
    }

    private boolean inScope(int matchPort, String sourceNamespace, int port) {
        return (matchPort == 0 || matchPort == port)
                && (sourceNamespace.isEmpty() || sourceNamespace.equals(clientNamespace));
    }

    private static boolean takesEverything(HttpMatch match) {
        boolean anyPath =
                switch (match.uri()) {
                    case null -> true;
                    case StringMatch.Prefix(String prefix) -> prefix.equals("/");
                    case StringMatch.Regex(String regex) -> regex.equals(".*");
                    case StringMatch.Exact _, StringMatch.Present _ -> false;
                };
        return anyPath
                && match.scheme() == null
                && match.method() == null
                && match.authority() == null
                && match.headers().isEmpty()
                && match.sourceLabels().isEmpty();
    }

    /** All of a Service's port. */
    List<WeightedCluster> whole(Service service, int port) {
        return List.of(
                new WeightedCluster(clusters.name(clientNamespace, service.fqdn(), port, ""), 1));
    }

    /**
     * @param port that was called
     */
    List<WeightedCluster> targets(List<Target> targets, int port) {
        return targets.stream()
                .map(target ->
                        new WeightedCluster(
                                clusters.name(
                                        clientNamespace,
                                        target.host(),
                                        targetPort(target, port),
                                        target.subset()),
                                target.weight()))
                .toList();
    }

    private int targetPort(Target target, int called) {
        if (target.port() != 0) {
            return target.port();
        }
        @Nullable Service service = registry.service(target.host());
        if (service == null || service.port(called) != null || service.ports().size() != 1) {
            return called;
        }
        return service.ports().getFirst().port();
    }
}
