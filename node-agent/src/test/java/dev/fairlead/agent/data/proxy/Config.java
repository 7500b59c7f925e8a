package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.model.cluster.Cluster;
import dev.fairlead.agent.model.cluster.Endpoint;
import dev.fairlead.agent.model.cluster.Endpoints;
import dev.fairlead.agent.model.cluster.HttpProtocol;
import dev.fairlead.agent.model.cluster.ProxyProtocol;
import dev.fairlead.agent.model.cluster.TrafficPolicy;
import dev.fairlead.agent.model.cluster.UpstreamTransport;
import dev.fairlead.agent.model.listener.ChainMatch;
import dev.fairlead.agent.model.listener.Filter;
import dev.fairlead.agent.model.listener.FilterChain;
import dev.fairlead.agent.model.listener.HttpManager;
import dev.fairlead.agent.model.listener.Listener;
import dev.fairlead.agent.model.listener.ServerTls;
import dev.fairlead.agent.model.route.PathMatcher;
import dev.fairlead.agent.model.route.Route;
import dev.fairlead.agent.model.route.RouteAction;
import dev.fairlead.agent.model.route.RouteMatch;
import dev.fairlead.agent.model.route.RoutePolicy;
import dev.fairlead.agent.model.route.RouteTable;
import dev.fairlead.agent.model.route.VirtualHost;
import dev.fairlead.agent.model.snapshot.Snapshot;
import dev.fairlead.agent.model.workload.CaptureExclusions;
import dev.fairlead.agent.model.workload.Workload;
import dev.fairlead.agent.model.workload.WorkloadIndex;
import dev.fairlead.wire.identity.SpiffeId;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Builds a snapshot; what a test does not say is the ordinary. */
final class Config {

    private final Map<String, Cluster> clusters = new HashMap<>();
    private final Map<String, Endpoints> endpoints = new HashMap<>();
    private final List<VirtualHost> hosts = new ArrayList<>();
    private final List<FilterChain> outbound = new ArrayList<>();
    private final List<FilterChain> inbound = new ArrayList<>();
    private final List<Workload> workloads = new ArrayList<>();
    private UpstreamTransport transport = new UpstreamTransport.Plaintext();
    private HttpProtocol protocol = HttpProtocol.HTTP1;
    private Duration connectTimeout = Duration.ofSeconds(10);
    private Duration timeout = Duration.ZERO;
    private @Nullable Duration grpcTimeout;
    private String scope = "default";
    private Duration detectTimeout = Duration.ofSeconds(5);
    private ProxyProtocol proxyProtocol = ProxyProtocol.NONE;
    private TrafficPolicy policy = TrafficPolicy.DEFAULT;
    private Set<Integer> proxyHeaderPorts = Set.of();

    /** Clusters from now on are secured so. */
    Config transport(UpstreamTransport now) {
        transport = now;
        return this;
    }

    /** Connections of clusters from now on begin so. */
    Config proxyProtocol(ProxyProtocol now) {
        proxyProtocol = now;
        return this;
    }

    /** Clusters from now on have it. */
    Config policy(TrafficPolicy now) {
        policy = now;
        return this;
    }

    /** Where listeners take a PROXY header. */
    Config proxyHeaderPorts(Integer... ports) {
        proxyHeaderPorts = Set.of(ports);
        return this;
    }

    /** Clusters from now on are asked in it. */
    Config protocol(HttpProtocol now) {
        protocol = now;
        return this;
    }

    /** Routes from now on time out so. */
    Config timeout(Duration now) {
        timeout = now;
        return this;
    }

    /** Routes from now on read grpc-timeout, up to so much. */
    Config grpcTimeout(Duration most) {
        grpcTimeout = most;
        return this;
    }

    Config connectTimeout(Duration now) {
        connectTimeout = now;
        return this;
    }

    Config detectTimeout(Duration now) {
        detectTimeout = now;
        return this;
    }

    Config workload(Workload workload) {
        workloads.add(workload);
        return this;
    }

    /** A cluster, and a virtual host of its name that leads to it. */
    Config service(String name, InetSocketAddress... addresses) {
        return cluster(name, false, addresses).route(name, name);
    }

    Config cluster(String name, boolean mutualTls, InetSocketAddress... addresses) {
        clusters.put(name, cluster(name, Cluster.Discovery.EDS));
        List<Endpoint> list = new ArrayList<>();
        for (InetSocketAddress address : addresses) {
            list.add(new Endpoint(address, 1, mutualTls));
        }
        endpoints.put(name, new Endpoints(name, list));
        return this;
    }

    Config originalDestination(String name) {
        clusters.put(name, cluster(name, Cluster.Discovery.ORIGINAL_DESTINATION));
        return this;
    }

    private Cluster cluster(String name, Cluster.Discovery discovery) {
        return new Cluster(
                name,
                name,
                discovery,
                name,
                Cluster.LbPolicy.ROUND_ROBIN,
                connectTimeout,
                transport,
                protocol,
                0,
                proxyProtocol,
                policy);
    }

    Config route(String host, String cluster) {
        hosts.add(
                new VirtualHost(
                        host, List.of(host), List.of(route(RouteAction.Forward.to(cluster)))));
        return this;
    }

    /** All CONNECTs to {@code host}, and to what else is asked of it, lead to {@code cluster}. */
    Config connectRoute(String host, String cluster) {
        RouteAction.Forward forward =
                RouteAction.Forward.to(cluster).withUpgrades(Map.of("connect", true));
        hosts.add(
                new VirtualHost(
                        host,
                        List.of(host),
                        List.of(
                                new Route(
                                        "",
                                        new RouteMatch(
                                                new PathMatcher.Connect(), List.of(), Map.of()),
                                        forward,
                                        timeout))));
        return this;
    }

    /** HTTP, and WebSocket where a route does not refuse it. */
    Config outboundHttpWithWebSocket() {
        outbound.add(
                chain(
                        ChainMatch.ANY,
                        null,
                        new Filter.Http(
                                "http", new Filter.Routes.Named("routes"), Set.of("websocket"))));
        return this;
    }

    Config respond(String host, int status, String body) {
        hosts.add(
                new VirtualHost(
                        host,
                        List.of(host),
                        List.of(route(new RouteAction.Respond(status, body)))));
        return this;
    }

    /** One route of {@code host}, with this policy. */
    Config policy(String host, RouteAction action, RoutePolicy policy) {
        hosts.add(new VirtualHost(host, List.of(host), List.of(route(action).with(policy))));
        return this;
    }

    /** HTTP, and this of all requests. */
    Config outboundHttp(HttpManager manager) {
        outbound.add(
                chain(
                        ChainMatch.ANY,
                        null,
                        new Filter.Http(
                                "http", new Filter.Routes.Named("routes"), Set.of(), manager)));
        return this;
    }

    private Route route(RouteAction action) {
        return new Route(
                "",
                new RouteMatch(new PathMatcher.Prefix("/", false), List.of(), Map.of()),
                action,
                timeout,
                grpcTimeout);
    }

    Config outboundHttp() {
        outbound.add(chain(ChainMatch.ANY, null, http()));
        return this;
    }

    Config outboundTcp(String cluster) {
        return outboundTcp(tcp(cluster));
    }

    Config outboundTcp(Filter filter) {
        outbound.add(chain(ChainMatch.ANY, null, filter));
        return this;
    }

    /** HTTP by its first bytes, everything else to {@code cluster}. */
    Config outboundDetected(String cluster) {
        ChainMatch http =
                new ChainMatch(0, List.of(), List.of(), null, List.of("http/1.0", "http/1.1"));
        outbound.add(chain(http, null, http()));
        return outboundTcp(cluster);
    }

    Config inbound(@Nullable Boolean tls, @Nullable ServerTls server, Filter filter) {
        inbound.add(chain(new ChainMatch(0, List.of(), List.of(), tls, List.of()), server, filter));
        return this;
    }

    static Filter tcp(String cluster) {
        return new Filter.Tcp("tcp", RouteAction.Forward.to(cluster));
    }

    static Filter http() {
        return new Filter.Http("http", new Filter.Routes.Named("routes"));
    }

    private static FilterChain chain(ChainMatch match, @Nullable ServerTls tls, Filter filter) {
        return new FilterChain("chain", match, tls, filter);
    }

    /** The pod is a client of another scope than its namespace's, and so are the routes. */
    Config inScope(String name) {
        scope = name;
        workloads.add(
                new Workload(
                        Mesh.UID,
                        "default",
                        "client",
                        new SpiffeId("cluster.local", "default", "client"),
                        Map.of(),
                        List.of(),
                        "node",
                        true,
                        false,
                        "client",
                        List.of(),
                        new Workload.Membership(true, "", CaptureExclusions.NONE, name)));
        return this;
    }

    Snapshot build() {
        return new Snapshot(
                "1",
                outbound.isEmpty() ? Map.of() : Map.of(scope, listener("outbound", outbound)),
                inbound.isEmpty() ? Map.of() : Map.of(Mesh.UID, listener("inbound", inbound)),
                Map.of("routes", new RouteTable("routes", hosts)),
                clusters,
                endpoints,
                new WorkloadIndex(workloads));
    }

    private Listener listener(String name, List<FilterChain> chains) {
        return new Listener(name, chains, null, detectTimeout, proxyHeaderPorts);
    }
}
