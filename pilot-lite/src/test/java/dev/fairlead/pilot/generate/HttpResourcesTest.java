package dev.fairlead.pilot.generate;

import static dev.fairlead.pilot.testing.TestCluster.clusterIp;
import static dev.fairlead.pilot.testing.TestCluster.pod;
import static dev.fairlead.pilot.testing.TestCluster.reviewsAndSleep;
import static dev.fairlead.pilot.testing.TestCluster.service;
import static dev.fairlead.pilot.testing.TestCluster.slice;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.Durations;
import dev.fairlead.pilot.compile.MeshCompiler;
import dev.fairlead.pilot.compile.Profile;
import dev.fairlead.pilot.source.TestStates;
import dev.fairlead.pilot.testing.TestCluster;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.UpgradeConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is served of HTTP/2, upgrades, CONNECT and grpc-timeout; and to whom it is not. */
class HttpResourcesTest {

    private static final String OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";
    private static final int OLDER = Profile.HTTP2 - 1;

    /**
     * A pod with a port of each kind: 8000 http, 8001 http2, 8002 grpc, 8003 undeclared, 8004 tcp.
     */
    private static final String PORTS =
            service("p8000", "http", 8000)
                    + service("p8001", "http2", 8001)
                    + service("p8002", "grpc", 8002)
                    + service("p8003", "words", 8003)
                    + service("p8004", "tcp", 8004);

    private static final String MESH =
            reviewsAndSleep()
                    + PORTS.replaceAll("selector: \\{app: p800.}", "selector: {app: all}")
                    + pod("all", "v1", "node-1", "198.18.1.20");

    private static final String RULES =
            """
            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: reviews}
            spec:
              hosts: [reviews]
              http:
              - name: tunnel
                match: [{method: {exact: CONNECT}, authority: {exact: "reviews:9080"}}]
                route: [{destination: {host: reviews}}]
              - timeout: 1.5s
                route: [{destination: {host: reviews}}]
            ---
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: reviews}
            spec:
              host: reviews
              trafficPolicy: {connectionPool: {http: {h2UpgradePolicy: UPGRADE, maxConcurrentStreams: 9}}}
            """;

    private static Map<ResourceType, Map<String, VersionedResource>> agent(
            String yaml, int profile) {
        return snapshot(yaml).agent("node-1", profile);
    }

    private static Snapshot snapshot(String yaml) {
        return new Snapshot(
                new Snapshot.Revisions(1, 1, 1, 0), MeshCompiler.compile(TestStates.of(yaml)));
    }

    private static <M extends Message> M get(
            Map<ResourceType, Map<String, VersionedResource>> resources,
            Class<M> kind,
            ResourceType type,
            String name) {
        return open(
                kind,
                Objects.requireNonNull(
                                resources.getOrDefault(type, Map.of()).get(name),
                                () -> type + " has no " + name)
                        .body());
    }

    private static <M extends Message> M open(Class<M> kind, Any any) {
        try {
            return any.unpack(kind);
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    private static Cluster cluster(String yaml, int profile, String name) {
        return get(agent(yaml, profile), Cluster.class, ResourceType.CLUSTER, name);
    }

    /** Which HTTP, and how many streams at once. */
    private static String spoken(Cluster cluster) {
        Any any = cluster.getTypedExtensionProtocolOptionsMap().get(OPTIONS);
        if (any == null) {
            return "unsaid";
        }
        HttpProtocolOptions options = open(HttpProtocolOptions.class, any);
        if (options.hasUseDownstreamProtocolConfig()) {
            return "downstream";
        }
        var http2 = options.getExplicitHttpConfig().getHttp2ProtocolOptions();
        return http2.hasMaxConcurrentStreams()
                ? "http2 " + http2.getMaxConcurrentStreams().getValue()
                : "http2";
    }

    private static List<String> offered(Cluster cluster) {
        var socket = cluster.getTransportSocketMatches(0).getTransportSocket();
        return open(UpstreamTlsContext.class, socket.getTypedConfig())
                .getCommonTlsContext()
                .getAlpnProtocolsList();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "8000 | unsaid     | istio-http/1.1 istio http/1.1",
                "8001 | http2      | istio-h2 istio h2",
                "8002 | http2      | istio-h2 istio h2",
                "8003 | downstream | istio-h2 istio-http/1.1 istio h2 http/1.1",
                "8004 | unsaid     | istio"
            })
    void aClusterSpeaksAsItsPortIsDeclared(int port, String spoken, String alpn) {
        String name = "outbound|%1$d||p%1$d.default.svc.cluster.local".formatted(port);
        Cluster cluster = cluster(MESH, Profile.NEWEST, name);
        assertThat(spoken(cluster)).isEqualTo(spoken);
        assertThat(offered(cluster)).containsExactly(alpn.split(" "));
    }

    @Test
    void passthroughSpeaksAsTheClientDoes() {
        Cluster out = cluster(MESH, Profile.NEWEST, "PassthroughCluster");
        assertThat(spoken(out)).isEqualTo("downstream");
        assertThat(offered(out))
                .containsExactly("istio-h2", "istio-http/1.1", "istio", "h2", "http/1.1");
        assertThat(spoken(cluster(MESH, Profile.NEWEST, "InboundPassthroughCluster")))
                .isEqualTo("downstream");
    }

    @Test
    void aRulesUpgradeAndStreamsAreWritten() {
        String name = "outbound|9080||reviews.default.svc.cluster.local";
        assertThat(spoken(cluster(reviewsAndSleep() + RULES, Profile.NEWEST, name)))
                .isEqualTo("http2 9");
        Cluster older = cluster(reviewsAndSleep() + RULES, OLDER, name);
        assertThat(spoken(older)).isEqualTo("unsaid");
        assertThat(offered(older)).containsExactly("istio-http/1.1", "istio", "http/1.1");
    }

    @ParameterizedTest
    @CsvSource({
        "8000, inbound|8000||, unsaid",
        "8001, inbound|8001||@http2, http2",
        "8002, inbound|8002||@http2, http2",
        "8003, inbound|8003||@downstream, downstream",
        "8004, inbound|8004||, unsaid"
    })
    void anApplicationIsSpokenToAsItsServiceSays(int port, String name, String spoken) {
        Cluster cluster = cluster(MESH, Profile.NEWEST, name);
        assertThat(spoken(cluster)).isEqualTo(spoken);
        String plain = "inbound|" + port + "||";
        assertThat(cluster.getAltStatName()).isEqualTo(name.equals(plain) ? "" : plain);
        assertThat(agent(MESH, OLDER).get(ResourceType.CLUSTER))
                .containsKey(plain)
                .doesNotContainKey(plain + "@http2");
    }

    /** Two pods of a node, one of which speaks gRPC on the other's HTTP port. */
    @Test
    void podsThatSpeakDifferentlyOnOnePortDoNotShareACluster() {
        String other =
                service("other", "grpc", 8000)
                        + pod("other", "v1", "node-1", "198.18.1.21")
                        + slice("other", "grpc", 8000, "198.18.1.21=uid-other-v1");
        assertThat(agent(MESH + other, Profile.NEWEST).get(ResourceType.CLUSTER))
                .containsKeys("inbound|8000||", "inbound|8000||@http2");
        assertThat(inboundClusters(MESH + other, "uid-other-v1", 8000))
                .containsOnly("inbound|8000||@http2");
        assertThat(inboundClusters(MESH + other, "uid-all-v1", 8000))
                .containsOnly("inbound|8000||");
    }

    private static List<String> inboundClusters(String yaml, String uid, int port) {
        List<String> clusters = new ArrayList<>();
        for (FilterChain chain : inbound(yaml, Profile.NEWEST, uid).getFilterChainsList()) {
            if (chain.getFilterChainMatch().getDestinationPort().getValue() == port) {
                http(chain).ifPresent(manager -> clusters.add(defaultRoute(manager).getCluster()));
            }
        }
        return clusters;
    }

    private static RouteAction defaultRoute(HttpConnectionManager manager) {
        return manager.getRouteConfig().getVirtualHosts(0).getRoutesList().getLast().getRoute();
    }

    private static java.util.Optional<HttpConnectionManager> http(FilterChain chain) {
        Any config = chain.getFilters(0).getTypedConfig();
        return config.is(HttpConnectionManager.class)
                ? java.util.Optional.of(open(HttpConnectionManager.class, config))
                : java.util.Optional.empty();
    }

    private static Listener inbound(String yaml, int profile, String uid) {
        return get(agent(yaml, profile), Listener.class, ResourceType.LISTENER, "inbound|" + uid);
    }

    private static String mode(String mode) {
        return """
        ---
        apiVersion: security.istio.io/v1
        kind: PeerAuthentication
        metadata: {name: default, namespace: default}
        spec: {mtls: {mode: %s}}
        """
                .formatted(mode);
    }

    /**
     * Which kind of filter a connection meets, whose first bytes offer {@code protocols}: what
     * Envoy's filter chain match says of them. Without a tls_inspector TLS is bytes like others.
     */
    private static String met(Listener listener, int port, boolean tls, String... protocols) {
        boolean seen =
                listener.getListenerFiltersList().stream()
                        .anyMatch(filter -> filter.getName().endsWith("tls_inspector"));
        String transport = tls && seen ? "tls" : "raw_buffer";
        var known = tls && !seen ? Stream.<String>of() : Stream.of(protocols);
        for (String wanted : Stream.concat(known, Stream.of("")).toList()) {
            for (FilterChain chain : listener.getFilterChainsList()) {
                var match = chain.getFilterChainMatch();
                boolean here =
                        match.getDestinationPort().getValue() == port
                                && (match.getTransportProtocol().isEmpty()
                                        || match.getTransportProtocol().equals(transport))
                                && (wanted.isEmpty()
                                        ? match.getApplicationProtocolsCount() == 0
                                        : match.getApplicationProtocolsList().contains(wanted));
                if (here) {
                    return http(chain).isPresent() ? "http" : "tcp";
                }
            }
        }
        return "nothing";
    }

    @ParameterizedTest
    @CsvSource({
        "STRICT, 8000, http, http, http, nothing, nothing",
        "STRICT, 8001, http, http, http, nothing, nothing",
        "STRICT, 8002, http, http, http, nothing, nothing",
        "STRICT, 8003, http, http, tcp, nothing, nothing",
        "STRICT, 8004, tcp, tcp, tcp, nothing, nothing",
        "PERMISSIVE, 8000, http, http, http, http, http",
        "PERMISSIVE, 8001, http, http, http, http, http",
        "PERMISSIVE, 8002, http, http, http, http, http",
        "PERMISSIVE, 8003, http, http, tcp, http, tcp",
        "PERMISSIVE, 8004, tcp, tcp, tcp, tcp, tcp",
        "DISABLE, 8000, http, http, http, http, http",
        "DISABLE, 8001, http, http, http, http, http",
        "DISABLE, 8002, http, http, http, http, http",
        "DISABLE, 8003, tcp, tcp, tcp, http, tcp",
        "DISABLE, 8004, tcp, tcp, tcp, tcp, tcp"
    })
    void http2ReachesAnHttpFilterInEveryMode(
            String mode,
            int port,
            String meshHttp2,
            String meshHttp1,
            String meshBytes,
            String plainHttp2,
            String plainBytes) {
        Listener listener = inbound(MESH + mode(mode), Profile.NEWEST, "uid-all-v1");
        assertThat(met(listener, port, true, "istio-h2", "istio", "h2")).isEqualTo(meshHttp2);
        assertThat(met(listener, port, true, "istio-http/1.1", "istio", "http/1.1"))
                .isEqualTo(meshHttp1);
        assertThat(met(listener, port, true, "istio")).isEqualTo(meshBytes);
        assertThat(met(listener, port, false, "h2c")).isEqualTo(plainHttp2);
        assertThat(met(listener, port, false)).isEqualTo(plainBytes);
    }

    @Test
    void aPodTakesBothVersionsOfHttp() {
        var tls =
                open(
                        DownstreamTlsContext.class,
                        inbound(MESH, Profile.NEWEST, "uid-all-v1")
                                .getFilterChains(0)
                                .getTransportSocket()
                                .getTypedConfig());
        assertThat(tls.getCommonTlsContext().getAlpnProtocolsList())
                .containsExactly("istio-h2", "istio-http/1.1", "istio", "h2", "http/1.1");
    }

    @Test
    void webSocketsPassEveryHttpFilter() {
        Listener out =
                get(
                        agent(MESH, Profile.NEWEST),
                        Listener.class,
                        ResourceType.LISTENER,
                        "outbound|default");
        Listener in = inbound(MESH, Profile.NEWEST, "uid-all-v1");
        List<HttpConnectionManager> managers =
                Stream.of(out, in)
                        .flatMap(listener -> listener.getFilterChainsList().stream())
                        .flatMap(chain -> http(chain).stream())
                        .toList();
        assertThat(managers)
                .hasSizeGreaterThan(8)
                .allSatisfy(manager ->
                        assertThat(manager.getUpgradeConfigsList())
                                .containsExactly(
                                        UpgradeConfig.newBuilder()
                                                .setUpgradeType("websocket")
                                                .build()));
    }

    @Test
    void outboundHttp2IsRoutedByHostAndDetected() {
        Listener listener = outbound();
        assertThat(listener.getFilterChainsList())
                .extracting(FilterChain::getName)
                .contains("outbound|8001|http|_", "outbound|8002|http|_")
                .doesNotContain("outbound|8001|tcp|" + clusterIp("p8001"));
        assertThat(listener.getFilterChainsList())
                .filteredOn(chain -> chain.getName().startsWith("outbound|8003|detect|"))
                .singleElement()
                .satisfies(chain ->
                        assertThat(chain.getFilterChainMatch().getApplicationProtocolsList())
                                .containsExactly("http/1.0", "http/1.1", "h2c"));
    }

    private Listener outbound() {
        return get(
                agent(MESH, Profile.NEWEST),
                Listener.class,
                ResourceType.LISTENER,
                "outbound|default");
    }

    /** What matched one transport is not looked for in a chain of another, or of any. */
    @Test
    void whatIsNotHttpGoesToTheServiceWhateverItsTransport() {
        for (String kind : List.of("tcp raw_buffer", "tcp_tls tls", "detect raw_buffer")) {
            String[] words = kind.split(" ");
            assertThat(outbound().getFilterChainsList())
                    .filteredOn(
                            chain -> chain.getName().startsWith("outbound|8003|" + words[0] + "|"))
                    .as(kind)
                    .singleElement()
                    .satisfies(chain ->
                            assertThat(chain.getFilterChainMatch().getTransportProtocol())
                                    .isEqualTo(words[1]));
        }
    }

    private static List<Route> routes(int profile) {
        return get(
                        agent(reviewsAndSleep() + RULES, profile),
                        RouteConfiguration.class,
                        ResourceType.ROUTES,
                        "outbound|9080|default")
                .getVirtualHosts(0)
                .getRoutesList();
    }

    @Test
    void aConnectRouteMatchesAndAllowsConnect() {
        Route route = routes(Profile.NEWEST).getFirst();
        assertThat(route.getMatch().hasConnectMatcher()).isTrue();
        assertThat(route.getMatch().getHeadersList())
                .extracting(header -> header.getName())
                .containsExactly(":authority");
        assertThat(route.getRoute().getUpgradeConfigsList())
                .extracting(c -> c.getUpgradeType() + c.getEnabled().getValue())
                .containsExactly("CONNECTtrue");
        Route plain = routes(Profile.NEWEST).get(1);
        assertThat(plain.getMatch().getPrefix()).isEqualTo("/");
        assertThat(plain.getRoute().getUpgradeConfigsCount()).isZero();
    }

    /** Else no tunnel would reach a pod: the caller's route is the one that decides. */
    @Test
    void whatACallersRouteAllowsReachesTheApplication() {
        HttpConnectionManager manager =
                inbound(MESH, Profile.NEWEST, "uid-all-v1").getFilterChainsList().stream()
                        .flatMap(chain -> http(chain).stream())
                        .findFirst()
                        .orElseThrow();
        List<Route> both = manager.getRouteConfig().getVirtualHosts(0).getRoutesList();
        assertThat(both).extracting(Route::getName).containsExactly("connect", "default");
        assertThat(both.getFirst().getMatch().hasConnectMatcher()).isTrue();
        assertThat(both.getFirst().getRoute().getUpgradeConfigs(0).getUpgradeType())
                .isEqualTo("CONNECT");
        assertThat(both.getFirst().getRoute().getCluster())
                .isEqualTo(both.getLast().getRoute().getCluster());
        assertThat(both.getLast().getRoute().getUpgradeConfigsCount()).isZero();
    }

    @Test
    void aRoutesTimeoutBoundsWhatAGrpcClientMayAskFor() {
        assertThat(routes(Profile.NEWEST))
                .extracting(
                        route -> Durations.toMillis(route.getRoute().getTimeout()),
                        HttpResourcesTest::grpcMillis)
                .containsExactly(
                        org.assertj.core.api.Assertions.tuple(0L, 0L),
                        org.assertj.core.api.Assertions.tuple(1500L, 1500L));
        for (FilterChain chain :
                inbound(MESH, Profile.NEWEST, "uid-all-v1").getFilterChainsList()) {
            http(chain)
                    .ifPresent(manager -> {
                        var bounds = defaultRoute(manager).getMaxStreamDuration();
                        assertThat(bounds.hasGrpcTimeoutHeaderMax()).isTrue();
                        assertThat(Durations.toMillis(bounds.getGrpcTimeoutHeaderMax())).isZero();
                    });
        }
    }

    /** With {@code max_stream_duration} an Envoy would bound nothing but gRPC. */
    @Test
    @SuppressWarnings("deprecation")
    void anEnvoyIsToldSoInTheFieldThatLeavesTheTimeoutInForce() {
        var resources = snapshot(reviewsAndSleep() + RULES).envoy("uid-sleep-v1");
        assertThat(resources).isNotNull();
        var routes =
                get(
                                resources,
                                RouteConfiguration.class,
                                ResourceType.ROUTES,
                                "outbound|9080|default")
                        .getVirtualHosts(0)
                        .getRoutesList();
        assertThat(routes)
                .extracting(
                        route -> Durations.toMillis(route.getRoute().getTimeout()),
                        route -> Durations.toMillis(route.getRoute().getMaxGrpcTimeout()),
                        route -> route.getRoute().hasMaxStreamDuration())
                .contains(org.assertj.core.api.Assertions.tuple(1500L, 1500L, false));
    }

    private static long grpcMillis(Route route) {
        var bounds = route.getRoute().getMaxStreamDuration();
        return bounds.hasGrpcTimeoutHeaderMax()
                ? Durations.toMillis(bounds.getGrpcTimeoutHeaderMax())
                : -1;
    }

    @Test
    void anOlderAgentCarriesHttp2AsBytes() {
        Listener out =
                get(agent(MESH, OLDER), Listener.class, ResourceType.LISTENER, "outbound|default");
        assertThat(out.getFilterChainsList())
                .extracting(FilterChain::getName)
                .contains("outbound|8000|http|_", "outbound|8001|tcp|" + clusterIp("p8001"))
                .doesNotContain("outbound|8001|http|_", "outbound|8002|http|_");
        Listener in = inbound(MESH, OLDER, "uid-all-v1");
        assertThat(met(in, 8002, true, "istio")).isEqualTo("tcp");
        assertThat(met(in, 8002, false)).isEqualTo("tcp");
        assertThat(met(in, 8003, true, "istio-h2", "istio", "h2")).isEqualTo("tcp");
        assertThat(met(in, 8003, true, "istio-http/1.1", "istio", "http/1.1")).isEqualTo("http");
        assertThat(routes(OLDER)).hasSize(1);
        assertThat(grpcMillis(routes(OLDER).getFirst())).isEqualTo(-1);
        assertThat(Durations.toMillis(routes(OLDER).getFirst().getRoute().getTimeout()))
                .isEqualTo(1500);
    }

    /** The words of profile 3, looked for in all that older agents are served. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void anOlderAgentIsServedNothingOfIt(int profile) {
        agent(MESH + RULES + TestCluster.subsets("sleep", "v1"), profile)
                .forEach((type, resources) ->
                        resources.forEach((name, resource) ->
                                assertThat(resource.body().getValue().toStringUtf8())
                                        .as(type + " " + name)
                                        .doesNotContain("HttpProtocolOptions")
                                        .doesNotContain("websocket")
                                        .doesNotContain("CONNECT")
                                        .doesNotContain("h2c")));
    }

    @Test
    void anEnvoyOffersAndTakesWhatItUnderstands() {
        var resources = Objects.requireNonNull(snapshot(MESH).envoy("uid-all-v1"));
        String undeclared = "outbound|8003||p8003.default.svc.cluster.local";
        Cluster cluster = get(resources, Cluster.class, ResourceType.CLUSTER, undeclared);
        assertThat(offered(cluster)).containsExactly("istio");
        var listener = get(resources, Listener.class, ResourceType.LISTENER, "inbound|uid-all-v1");
        var socket = listener.getFilterChains(0).getTransportSocket().getTypedConfig();
        assertThat(
                        open(DownstreamTlsContext.class, socket)
                                .getCommonTlsContext()
                                .getAlpnProtocolsList())
                .containsExactly("h2", "http/1.1", "istio");
    }

    @Test
    void theMeshSaysHowLongASilentClientIsWaitedFor() {
        String slow =
                """
                ---
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: mesh, namespace: fairlead-system}
                data: {mesh: "protocolDetectionTimeout: 700ms"}
                """;
        assertThat(
                        Durations.toMillis(
                                inbound(MESH + slow, Profile.NEWEST, "uid-all-v1")
                                        .getListenerFiltersTimeout()))
                .isEqualTo(700);
        assertThat(
                        Durations.toMillis(
                                inbound(MESH, Profile.NEWEST, "uid-all-v1")
                                        .getListenerFiltersTimeout()))
                .isEqualTo(5000);
    }
}
