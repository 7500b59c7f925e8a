package dev.fairlead.pilot.generate;

import com.google.protobuf.Struct;
import dev.fairlead.pilot.compile.PodView;
import dev.fairlead.pilot.compile.WeightedCluster;
import dev.fairlead.pilot.state.MeshSettings;
import dev.fairlead.pilot.state.PeerPolicy.Mode;
import dev.fairlead.pilot.state.Protocol;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.FilterChainMatch;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Writes the listener of a pod. */
final class InboundListenerGenerator {

    private static final int INBOUND_PORT = 15006;
    private static final String TLS = "tls";
    private static final String PLAIN = "raw_buffer";
    private static final List<String> MESH_HTTP =
            List.of("istio-http/1.0", "istio-http/1.1", "istio-h2");
    private static final List<String> MESH_OTHER = List.of("istio");
    private static final List<String> OLD_MESH_HTTP = List.of("istio-http/1.0", "istio-http/1.1");
    private static final List<String> OLD_MESH_OTHER = List.of("istio", "istio-h2");
    private static final List<String> MESH =
            List.of("istio", "istio-http/1.0", "istio-http/1.1", "istio-h2");

    private final MeshSettings mesh;
    private final Audience audience;
    private final TlsContexts contexts;
    private final Authorizations authorizations;
    private final JwtFilters tokens;

    InboundListenerGenerator(MeshSettings mesh, Audience audience) {
        this.mesh = mesh;
        this.audience = audience;
        this.contexts = new TlsContexts(mesh);
        this.authorizations = new Authorizations(mesh, audience.knowsAuthorizers());
        this.tokens = new JwtFilters(mesh);
    }

    /**
     * One door of the pod: one port, or (number 0) all that nobody names.
     *
     * @param checks what requests must pass
     * @param gates what connections must pass that are not HTTP
     */
    private record Door(
            String name,
            int number,
            boolean http,
            boolean detect,
            boolean opaqueHttp2,
            String cluster,
            List<HttpFilter> checks,
            List<Filter> gates,
            Struct replies) {}

    VersionedResource listener(PodView pod) {
        String address = pod.pod().addresses().getFirst();
        Listener.Builder listener =
                OutboundListenerGenerator.frame(pod.listener(), address, INBOUND_PORT, mesh);
        SortedSet<Integer> withHeader = portsWithHeader(pod);
        if (!withHeader.isEmpty()) { // before the inspectors, which look at what follows it
            listener.addListenerFilters(Filters.only(Filters.PROXY_HEADER, withHeader));
        }
        if (!pod.modes().neverMutual() || mesh.modern()) {
            listener.addListenerFilters(Filters.TLS_INSPECTOR);
        }
        if (mesh.modern()) { // ports of no Service are detected
            listener.addListenerFilters(Filters.HTTP_INSPECTOR);
        }
        TransportSocket tls =
                contexts.downstream(
                        pod.pod().identity(mesh.trustDomain()).uri(),
                        Alpn.downstream(audience),
                        audience);
        for (Door door : doors(pod)) {
            listener.addAllFilterChains(chains(door, mode(pod, door), tls));
        }
        return VersionedResource.of(pod.listener(), listener.build(), Set.of());
    }

    private SortedSet<Integer> portsWithHeader(PodView pod) {
        SortedSet<Integer> ports = new TreeSet<>();
        for (PodView.Port port : pod.ports()) {
            if (port.proxyProtocol() != null && audience.knowsProxyProtocol()) {
                ports.add(port.port());
            }
        }
        return ports;
    }

    private List<Door> doors(PodView pod) {
        List<Door> doors = new ArrayList<>();
        for (PodView.Port port : pod.ports()) {
            Protocol protocol = port.protocol();
            boolean opaqueHttp2 = protocol == Protocol.HTTP2 && !audience.knowsHttp2();
            doors.add(
                    new Door(
                            Integer.toString(port.port()),
                            port.port(),
                            protocol.isHttp() && !opaqueHttp2,
                            protocol == Protocol.UNDECLARED && mesh.modern(),
                            opaqueHttp2,
                            ClusterGenerator.inboundName(port, audience),
                            checks(pod, port.port()),
                            authorizations.tcp(pod.authorization(port.port())),
                            replies(pod, port.port())));
        }
        for (int port : pod.modes().ports()) { // of no Service, and yet with a mode of its own
            if (pod.ports().stream().noneMatch(known -> known.port() == port)) {
                doors.add(
                        new Door(
                                Integer.toString(port),
                                port,
                                false,
                                mesh.modern(),
                                false,
                                ClusterGenerator.INBOUND_PASSTHROUGH,
                                checks(pod, 0),
                                authorizations.tcp(pod.authorization(0)),
                                replies(pod, 0)));
            }
        }
        doors.add(
                new Door(
                        "_",
                        0,
                        false,
                        mesh.modern(),
                        false,
                        ClusterGenerator.INBOUND_PASSTHROUGH,
                        checks(pod, 0),
                        authorizations.tcp(pod.authorization(0)),
                        replies(pod, 0)));
        return doors;
    }

    private static Mode mode(PodView pod, Door door) {
        return door.number == 0 ? pod.modes().mode() : pod.modes().at(door.number);
    }

    /** Who the end user is comes first, for what follows may ask for it; then who may at all. */
    private List<HttpFilter> checks(PodView pod, int port) {
        List<HttpFilter> filters = new ArrayList<>(tokens.filters(pod.tokens(port)));
        filters.addAll(authorizations.http(pod.authorization(port)));
        filters.addAll(InboundChecks.filters(pod.checks(port), audience));
        return filters;
    }

    private Struct replies(PodView pod, int port) {
        Struct.Builder replies = InboundChecks.replies(pod.checks(port), audience).toBuilder();
        if (audience instanceof Audience.Agent) {
            tokens.addReplies(replies, pod.tokens(port));
        }
        return replies.build();
    }

    private List<FilterChain> chains(Door door, Mode mode, TransportSocket tls) {
        List<String> meshHttp = audience.knowsHttp2() ? MESH_HTTP : OLD_MESH_HTTP;
        List<String> meshOther = audience.knowsHttp2() ? MESH_OTHER : OLD_MESH_OTHER;
        List<Filter> http = List.of(http(door));
        List<Filter> tcp = tcp(door);
        List<Filter> declared = door.http ? http : tcp;
        List<FilterChain> chains = new ArrayList<>();
        switch (mode) {
            case STRICT -> {
                if (door.detect) {
                    chains.add(chain(door, "mtls_http", TLS, meshHttp, tls, http));
                }
                chains.add(chain(door, "mtls", TLS, List.of(), tls, declared));
            }
            case PERMISSIVE, UNSET -> {
                if (door.detect) {
                    chains.add(chain(door, "mtls_http", TLS, meshHttp, tls, http));
                    chains.add(chain(door, "mtls", TLS, meshOther, tls, tcp));
                    chains.add(plainHttp(door, PLAIN, http));
                } else {
                    chains.add(chain(door, "mtls", TLS, MESH, tls, declared));
                }
                chains.add(chain(door, "plain", PLAIN, List.of(), null, declared));
                chains.add(chain(door, "tls", TLS, List.of(), null, tcp));
            }
            case DISABLE -> {
                if (door.detect) { // the application's own TLS is not HTTP, whatever it offers
                    chains.add(plainHttp(door, PLAIN, http));
                    chains.add(chain(door, "plain", PLAIN, List.of(), null, declared));
                    chains.add(chain(door, "tls", TLS, List.of(), null, tcp));
                } else {
                    chains.add(chain(door, "plain", "", List.of(), null, declared));
                }
            }
        }
        return chains;
    }

    private FilterChain plainHttp(Door door, String transport, List<Filter> http) {
        List<String> protocols = OutboundListenerGenerator.plainHttp(audience);
        return chain(door, "plain_http", transport, protocols, null, http);
    }

    private static FilterChain chain(
            Door door,
            String kind,
            String transport,
            List<String> protocols,
            @Nullable TransportSocket tls,
            List<Filter> filters) {
        var match =
                FilterChainMatch.newBuilder()
                        .setTransportProtocol(transport)
                        .addAllApplicationProtocols(protocols);
        if (door.number != 0) {
            match.setDestinationPort(Protos.number(door.number));
        }
        var chain =
                FilterChain.newBuilder()
                        .setName("inbound|" + door.name + "|" + kind)
                        .setFilterChainMatch(match)
                        .addAllFilters(filters);
        if (tls != null) {
            chain.setTransportSocket(tls);
        }
        if (door.replies.getFieldsCount() > 0) {
            chain.setMetadata(
                    Metadata.newBuilder().putFilterMetadata(RateLimits.REPLY, door.replies));
        }
        return chain.build();
    }

    private List<Filter> tcp(Door door) {
        String stat = "inbound|" + door.name + "|tcp";
        List<Filter> filters = new ArrayList<>(door.gates);
        filters.add(
                Filters.tcp(
                        door.opaqueHttp2 ? stat + ".opaque_http2" : stat,
                        List.of(new WeightedCluster(door.cluster, 1)),
                        audience));
        return filters;
    }

    /** Whatever the caller's route allowed reaches the application, CONNECT too. */
    private Filter http(Door door) {
        String name = "inbound|http|" + door.name;
        RouteAction.Builder action = RouteAction.newBuilder().setCluster(door.cluster);
        RouteGenerator.setTimeout(action, Duration.ZERO, audience);
        var host = VirtualHost.newBuilder().setName(name).addDomains("*");
        if (audience.knowsHttp2()) {
            host.addRoutes(
                    Route.newBuilder()
                            .setName("connect")
                            .setMatch(
                                    RouteMatch.newBuilder()
                                            .setConnectMatcher(
                                                    RouteMatch.ConnectMatcher.getDefaultInstance()))
                            .setRoute(action.clone().addUpgradeConfigs(RouteGenerator.CONNECT)));
        }
        host.addRoutes(
                Route.newBuilder()
                        .setName("default")
                        .setMatch(RouteMatch.newBuilder().setPrefix("/"))
                        .setRoute(action));
        return Filters.http(
                name,
                RouteConfiguration.newBuilder().setName(name).addVirtualHosts(host).build(),
                door.checks,
                mesh.security(),
                audience);
    }
}
