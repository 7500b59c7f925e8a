package dev.fairlead.pilot.compile;

import dev.fairlead.pilot.compile.RouteTable.Action;
import dev.fairlead.pilot.compile.RouteTable.Answered;
import dev.fairlead.pilot.compile.RouteTable.Copy;
import dev.fairlead.pilot.compile.RouteTable.Destination;
import dev.fairlead.pilot.compile.RouteTable.Forward;
import dev.fairlead.pilot.compile.RouteTable.Otherwise;
import dev.fairlead.pilot.compile.RouteTable.Redirected;
import dev.fairlead.pilot.compile.RouteTable.Refused;
import dev.fairlead.pilot.compile.RouteTable.Route;
import dev.fairlead.pilot.compile.RouteTable.VirtualHost;
import dev.fairlead.pilot.state.ConsistentHash;
import dev.fairlead.pilot.state.HeaderChanges;
import dev.fairlead.pilot.state.Hosts;
import dev.fairlead.pilot.state.HttpMatch;
import dev.fairlead.pilot.state.HttpPolicy;
import dev.fairlead.pilot.state.HttpRoute;
import dev.fairlead.pilot.state.Protocol;
import dev.fairlead.pilot.state.Service;
import dev.fairlead.pilot.state.StringMatch;
import dev.fairlead.pilot.state.VirtualService;
import dev.fairlead.pilot.state.VirtualService.Target;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Routes of one scope. */
final class RouteCompiler {

    /** Hosts that are no Service are served where plain HTTP to the outside goes, as in Istio. */
    private static final int EXTERNAL_HTTP_PORT = 80;

    private static final int HTTPS_PORT = 443;

    private final Registry registry;
    private final Horizon horizon;
    private final ClusterCompiler clusters;
    private final ScopeRoutes known;
    private final String clientNamespace;
    private final Client client;

    /** {@code known} is what the compilation before found for this scope. */
    RouteCompiler(Registry registry, Horizon horizon, ClusterCompiler clusters, ScopeRoutes known) {
        this.known = known;
        this.registry = registry;
        this.horizon = horizon;
        this.clusters = clusters;
        this.clientNamespace = horizon.namespace();
        this.client = horizon.client();
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
        addOtherHosts(port, hosts, domains);
        return known.table(new RouteTable(tableName(port), hosts));
    }

    private @Nullable VirtualHost serviceHost(
            Service service, int port, @Nullable VirtualService rule, Set<String> taken) {
        return host(
                taken,
                service.fqdn() + ":" + port,
                Hosts.namesOf(service, clientNamespace),
                port,
                routes(rule, port, serviceRoute(service, port)));
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

    private Route serviceRoute(Service service, int port) {
        String cluster = clusters.name(client, service.fqdn(), port, "");
        ConsistentHash.Key key = clusters.hashKey(client, service.fqdn(), port, "");
        return plain(
                "default",
                HttpMatch.ANY,
                new Forward(
                        List.of(new Destination(cluster, 1, HeaderChanges.NONE)),
                        Duration.ZERO,
                        RetryPolicy.of(null, registry.state().mesh(), false),
                        null,
                        "",
                        List.of(),
                        key == null ? List.of() : List.of(key)));
    }

    private static Route plain(String name, HttpMatch match, Action action) {
        return new Route(name, match, action, HeaderChanges.NONE, null, null, null);
    }

    /**
     * Hosts of VirtualServices that are no Service in sight: on the port of plain HTTP, and beside
     * a Service of the same VirtualService on its port.
     *
     * <p>Source: Istio's pilot, route.go, separateVSHostsAndServices.
     */
    private void addOtherHosts(int port, List<VirtualHost> hosts, Set<String> domains) {
        for (VirtualService rule : horizon.virtualServices()) {
            if (port != EXTERNAL_HTTP_PORT && !servesBeside(rule, port)) {
                continue;
            }
            for (String host : rule.hosts()) {
                if (!horizon.isService(host) && rule.equals(horizon.http(host))) {
                    VirtualHost other =
                            host(
                                    domains,
                                    host + ":" + port,
                                    List.of(host),
                                    port,
                                    routes(rule, port, plain("", HttpMatch.ANY, new Otherwise())));
                    if (other != null) {
                        hosts.add(other);
                    }
                }
            }
        }
    }

    /** Whether one of several hosts is a Service with that port. */
    private boolean servesBeside(VirtualService rule, int port) {
        return rule.hosts().size() > 1
                && rule.hosts().stream().anyMatch(host -> horizon.hasPort(host, port));
    }

    /**
     * A rule's routes in order, one for each alternative, up to the first that takes everything.
     * Clients for whom it has no route at all are treated as if there were no rule, as in Istio.
     *
     * @param none what takes their requests
     */
    private List<Route> routes(@Nullable VirtualService rule, int port, Route none) {
        List<Route> routes = new ArrayList<>();
        if (rule == null || !addRoutes(rule, port, routes)) {
            Set<Map<String, String>> asked = new LinkedHashSet<>();
            routes.forEach(route -> asked.add(route.match().sourceLabels()));
            if (!asked.contains(Map.<String, String>of())) {
                // some have routes for their labels, and nothing else is for those
                asked.forEach(
                        labels -> routes.add(plain("", HttpMatch.from(labels), new Refused())));
                routes.add(none);
            }
        }
        return routes;
    }

    /** Whether the last one takes everything. */
    private boolean addRoutes(VirtualService rule, int port, List<Route> routes) {
        for (HttpRoute http : rule.http()) {
            List<HttpMatch> matches =
                    http.matches().isEmpty() ? List.of(HttpMatch.ANY) : http.matches();
            for (HttpMatch match : matches) {
                if (match.forMesh() && inScope(match.port(), match.sourceNamespace(), port)) {
                    routes.add(route(http, match, port));
                    if (takesEverything(match)) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private Route route(HttpRoute http, HttpMatch match, int port) {
        String name = match.name().isEmpty() ? http.name() : http.name() + "." + match.name();
        HttpPolicy policy = http.policy();
        HeaderChanges headers = policy.headers() == null ? HeaderChanges.NONE : policy.headers();
        Action action;
        if (http.redirect() != null) {
            action = new Redirected(http.redirect(), redirectPort(http.redirect(), port));
        } else if (http.directResponse() != null) {
            action = new Answered(http.directResponse());
        } else {
            if (http.destinations().size() == 1) { // as in Istio, where it has the route's place
                headers = headers.and(http.destinations().getFirst().headers());
            }
            action = forward(http, port, headers.authority());
        }
        return new Route(name, match, action, headers, policy.fault(), policy.cors(), http.limit());
    }

    /** The port that a client is sent to, where that is not plain from the scheme. */
    private static int redirectPort(HttpRoute.Redirect redirect, int called) {
        int port = redirect.requestPort() ? called : redirect.port();
        int usual = redirect.scheme().equals("https") ? HTTPS_PORT : EXTERNAL_HTTP_PORT;
        return port == usual ? 0 : port;
    }

    private Forward forward(HttpRoute http, int port, String authority) {
        HttpPolicy policy = http.policy();
        boolean alone = http.destinations().size() == 1;
        List<Destination> targets = new ArrayList<>();
        List<ConsistentHash.Key> hashing = new ArrayList<>();
        for (HttpRoute.Destination to : http.destinations()) {
            ConsistentHash.Key key = hashKey(to.target(), port);
            if (key != null && (alone || to.target().weight() > 0)) {
                hashing.add(key);
            }
            targets.add(
                    new Destination(
                            cluster(to.target(), port),
                            to.target().weight(),
                            alone ? HeaderChanges.NONE : to.headers()));
        }
        List<Copy> copies = new ArrayList<>();
        for (HttpPolicy.Mirror mirror : policy.copies()) {
            copies.add(new Copy(cluster(mirror.destination(), port), mirror.share()));
        }
        String rewritten = policy.rewrite() == null ? "" : policy.rewrite().authority();
        return new Forward(
                targets,
                policy.timeout() == null ? Duration.ZERO : policy.timeout(),
                RetryPolicy.of(
                        policy.retries(), registry.state().mesh(), alone && !hashing.isEmpty()),
                policy.rewrite(),
                rewritten.isEmpty() ? authority : rewritten,
                copies,
                hashing);
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
                && match.withoutHeaders().isEmpty()
                && match.queryParams().isEmpty()
                && match.sourceLabels().isEmpty();
    }

    /** All of a Service's port. */
    List<WeightedCluster> whole(Service service, int port) {
        return List.of(clusters.target(client, service.fqdn(), port, "", 1));
    }

    /**
     * @param port that was called
     */
    List<WeightedCluster> targets(List<Target> targets, int port) {
        return targets.stream()
                .map(target ->
                        clusters.target(
                                client,
                                target.host(),
                                targetPort(target, port),
                                target.subset(),
                                target.weight()))
                .toList();
    }

    private String cluster(Target target, int port) {
        return clusters.name(client, target.host(), targetPort(target, port), target.subset());
    }

    private ConsistentHash.@Nullable Key hashKey(Target target, int port) {
        return clusters.hashKey(client, target.host(), targetPort(target, port), target.subset());
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
