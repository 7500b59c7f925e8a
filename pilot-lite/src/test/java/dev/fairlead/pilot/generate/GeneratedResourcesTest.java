package dev.fairlead.pilot.generate;

import static dev.fairlead.pilot.testing.TestCluster.clusterIp;
import static dev.fairlead.pilot.testing.TestCluster.reviewsAndSleep;
import static dev.fairlead.pilot.testing.TestCluster.service;
import static dev.fairlead.pilot.testing.TestCluster.slice;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.fairlead.pilot.compile.MeshCompiler;
import dev.fairlead.pilot.compile.Profile;
import dev.fairlead.pilot.source.TestStates;
import dev.fairlead.wire.v1.workload.Workload;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.listener.v3.ListenerFilter;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsParameters.TlsProtocol;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class GeneratedResourcesTest {

    private static final String REVIEWS = "outbound|9080||reviews.default.svc.cluster.local";
    private static final String STRICT =
            """
            ---
            apiVersion: security.istio.io/v1
            kind: PeerAuthentication
            metadata: {name: default, namespace: default}
            spec: {mtls: {mode: STRICT}}
            """;
    private static final String OLD =
            """
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: mesh, namespace: fairlead-system}
            data: {mesh: "compat: istio-1.0"}
            """;
    private static final String BY_SOURCE =
            """
            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: reviews}
            spec:
              hosts: [reviews]
              http:
              - match:
                - {sourceLabels: {app: sleep}, uri: {prefix: /api}, headers: {end-user: {exact: jason}}}
                - {sourceLabels: {app: other}, method: {regex: GET|PUT}, uri: {exact: /x}, ignoreUriCase: true}
                route:
                - {destination: {host: reviews, subset: v1}, weight: 90}
                - {destination: {host: reviews, subset: v2}, weight: 10}
            """;

    private static Snapshot snapshot(String yaml, String... captured) {
        return new Snapshot(
                new Snapshot.Revisions(1, 1, 1, 0),
                MeshCompiler.compile(TestStates.of(yaml, captured)));
    }

    private static <M extends Message> M agent(
            String yaml, Class<M> kind, ResourceType type, String name) {
        return get(
                snapshot(yaml, "uid-reviews-v2").agent("node-1", Profile.NEWEST), kind, type, name);
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

    private static Any filter(FilterChain chain) {
        return chain.getFilters(0).getTypedConfig();
    }

    @Test
    void outboundListenerSendsHttpPortsByHostAndTcpByAddress() {
        Listener listener =
                agent(
                        reviewsAndSleep()
                                + service("echo", "tcp", 9000)
                                + service("grpc", "grpc", 9001),
                        Listener.class,
                        ResourceType.LISTENER,
                        "outbound|default");
        assertThat(listener.getAddress().getSocketAddress().getPortValue()).isEqualTo(15001);
        assertThat(listener.getBindToPort().getValue()).isFalse();
        assertThat(listener.getListenerFiltersList())
                .extracting(ListenerFilter::getName)
                .containsExactly("envoy.filters.listener.original_dst");
        assertThat(listener.getFilterChainsList())
                .extracting(FilterChain::getName)
                .containsExactly(
                        "outbound|80|http|_",
                        "outbound|9000|tcp|" + clusterIp("echo"),
                        "outbound|9001|http|_",
                        "outbound|9080|http|_");
        FilterChain http = listener.getFilterChains(3);
        assertThat(http.getFilterChainMatch().getDestinationPort().getValue()).isEqualTo(9080);
        assertThat(http.getFilterChainMatch().getPrefixRangesCount()).isZero();
        assertThat(open(HttpConnectionManager.class, filter(http)).getRds().getRouteConfigName())
                .isEqualTo("outbound|9080|default");
        FilterChain echo = listener.getFilterChains(1);
        assertThat(echo.getFilterChainMatch().getPrefixRanges(0).getAddressPrefix())
                .isEqualTo(clusterIp("echo"));
        assertThat(open(TcpProxy.class, filter(echo)).getCluster())
                .isEqualTo("outbound|9000||echo.default.svc.cluster.local");
        assertThat(open(TcpProxy.class, filter(listener.getDefaultFilterChain())).getCluster())
                .isEqualTo("PassthroughCluster");
    }

    @Test
    void undeclaredPortIsDetectedExceptInAnOldMesh() {
        String yaml = reviewsAndSleep() + service("unknown", "words", 9002);
        Listener modern = agent(yaml, Listener.class, ResourceType.LISTENER, "outbound|default");
        assertThat(modern.getFilterChainsList())
                .extracting(FilterChain::getName)
                .contains(
                        "outbound|9002|detect|" + clusterIp("unknown"),
                        "outbound|9002|tcp|" + clusterIp("unknown"));
        assertThat(modern.getListenerFiltersList())
                .extracting(ListenerFilter::getName)
                .contains("envoy.filters.listener.http_inspector");
        Listener old = agent(yaml + OLD, Listener.class, ResourceType.LISTENER, "outbound|default");
        assertThat(old.getFilterChainsList())
                .extracting(FilterChain::getName)
                .noneMatch(name -> name.contains("detect"));
        assertThat(open(TcpProxy.class, filter(old.getDefaultFilterChain())).getCluster())
                .isEqualTo("BlackHoleCluster");
    }

    @Test
    void autoMtlsMatchesEndpointsByTheirMark() {
        Cluster cluster = agent(reviewsAndSleep(), Cluster.class, ResourceType.CLUSTER, REVIEWS);
        assertThat(cluster.getLbPolicy()).isEqualTo(Cluster.LbPolicy.LEAST_REQUEST);
        assertThat(cluster.getTransportSocketMatchesList())
                .extracting(Cluster.TransportSocketMatch::getName)
                .containsExactly("tlsMode-istio", "tlsMode-disabled");
        var tls =
                open(
                        UpstreamTlsContext.class,
                        cluster.getTransportSocketMatches(0).getTransportSocket().getTypedConfig());
        assertThat(tls.getSni()).isEqualTo("outbound_.9080_._.reviews.default.svc.cluster.local");
        var common = tls.getCommonTlsContext();
        assertThat(common.getAlpnProtocolsList())
                .containsExactly("istio-http/1.1", "istio", "http/1.1");
        assertThat(common.getTlsCertificateSdsSecretConfigs(0).getName())
                .isEqualTo("source-workload");
        assertThat(
                        common.getCombinedValidationContext()
                                .getDefaultValidationContext()
                                .getMatchTypedSubjectAltNames(0)
                                .getMatcher()
                                .getExact())
                .isEqualTo("spiffe://cluster.local/ns/default/sa/reviews");
        assertThat(common.getTlsParams().getTlsMaximumProtocolVersion())
                .isEqualTo(TlsProtocol.TLS_AUTO);

        ClusterLoadAssignment endpoints =
                agent(
                        reviewsAndSleep(),
                        ClusterLoadAssignment.class,
                        ResourceType.ENDPOINTS,
                        REVIEWS);
        assertThat(endpoints.getEndpoints(0).getLbEndpointsList())
                .extracting(
                        GeneratedResourcesTest::address,
                        e -> e.getMetadata().containsFilterMetadata("envoy.transport_socket_match"))
                .containsExactly(
                        tuple("198.18.1.11", false),
                        tuple("198.18.2.12", true),
                        tuple("198.18.2.13", false));
    }

    private static String address(LbEndpoint endpoint) {
        return endpoint.getEndpoint().getAddress().getSocketAddress().getAddress();
    }

    @Test
    void anOldMeshHasNoMtlsUnlessARuleSaysSo() {
        Cluster plain =
                agent(reviewsAndSleep() + OLD, Cluster.class, ResourceType.CLUSTER, REVIEWS);
        assertThat(plain.getTransportSocketMatchesCount()).isZero();
        assertThat(plain.hasTransportSocket()).isFalse();
        assertThat(plain.getLbPolicy()).isEqualTo(Cluster.LbPolicy.ROUND_ROBIN);
        String rule =
                """
                ---
                apiVersion: networking.istio.io/v1alpha3
                kind: DestinationRule
                metadata: {name: default, namespace: istio-system}
                spec: {host: "*.local", trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}}
                """;
        Cluster mutual =
                agent(reviewsAndSleep() + OLD + rule, Cluster.class, ResourceType.CLUSTER, REVIEWS);
        assertThat(
                        open(UpstreamTlsContext.class, mutual.getTransportSocket().getTypedConfig())
                                .getCommonTlsContext()
                                .getTlsParams()
                                .getTlsMaximumProtocolVersion())
                .isEqualTo(TlsProtocol.TLSv1_2);
    }

    @Test
    void routesMatchAsTheVirtualServiceSays() {
        RouteConfiguration routes =
                agent(
                        reviewsAndSleep() + BY_SOURCE,
                        RouteConfiguration.class,
                        ResourceType.ROUTES,
                        "outbound|9080|default");
        VirtualHost host = routes.getVirtualHosts(0);
        assertThat(host.getName()).isEqualTo("reviews.default.svc.cluster.local:9080");
        Route first = host.getRoutes(0);
        assertThat(first.getMatch().getPrefix()).isEqualTo("/api");
        assertThat(first.getMatch().getHeaders(0).getName()).isEqualTo("end-user");
        assertThat(first.getMatch().getHeaders(0).getStringMatch().getExact()).isEqualTo("jason");
        var label = first.getMatch().getDynamicMetadata(0);
        assertThat(label.getFilter()).isEqualTo("fairlead.source");
        assertThat(label.getPath(0).getKey()).isEqualTo("app");
        assertThat(label.getValue().getStringMatch().getExact()).isEqualTo("sleep");
        assertThat(first.getRoute().getTimeout().getSeconds()).isZero();
        assertThat(first.getRoute().getWeightedClusters().getClustersList())
                .extracting(c -> c.getName(), c -> c.getWeight().getValue())
                .containsExactly(
                        tuple("outbound|9080|v1|reviews.default.svc.cluster.local", 90),
                        tuple("outbound|9080|v2|reviews.default.svc.cluster.local", 10));
        Route second = host.getRoutes(1);
        assertThat(second.getMatch().getPath()).isEqualTo("/x");
        assertThat(second.getMatch().getCaseSensitive().getValue()).isFalse();
        assertThat(second.getMatch().getHeaders(0).getName()).isEqualTo(":method");
        assertThat(second.getMatch().getHeaders(0).getStringMatch().getSafeRegex().getRegex())
                .isEqualTo("GET|PUT");
        VirtualHost last = routes.getVirtualHosts(routes.getVirtualHostsCount() - 1);
        assertThat(last.getName()).isEqualTo("allow_any");
        assertThat(last.getRoutes(0).getRoute().getCluster()).isEqualTo("PassthroughCluster");
    }

    @Test
    void ofAnEnvoyTheSourceIsKnownBeforehand() {
        var resources =
                Objects.requireNonNull(
                        snapshot(reviewsAndSleep() + BY_SOURCE).envoy("uid-sleep-v1"));
        VirtualHost host =
                get(
                                resources,
                                RouteConfiguration.class,
                                ResourceType.ROUTES,
                                "outbound|9080|default")
                        .getVirtualHosts(0);
        assertThat(host.getRoutesList()).hasSize(1);
        assertThat(host.getRoutes(0).getMatch().getDynamicMetadataCount()).isZero();
    }

    @Test
    void whatNoHostTakesIsAnsweredByTheMeshsSetting() {
        RouteConfiguration old =
                agent(
                        reviewsAndSleep() + OLD,
                        RouteConfiguration.class,
                        ResourceType.ROUTES,
                        "outbound|9080|default");
        VirtualHost last = old.getVirtualHosts(old.getVirtualHostsCount() - 1);
        assertThat(last.getName()).isEqualTo("block_all");
        assertThat(last.getRoutes(0).getDirectResponse().getStatus()).isEqualTo(404);
    }

    private static List<String> inbound(String yaml) {
        Listener listener =
                agent(yaml, Listener.class, ResourceType.LISTENER, "inbound|uid-sleep-v1");
        assertThat(listener.getAddress().getSocketAddress().getAddress()).isEqualTo("198.18.1.10");
        assertThat(listener.hasDefaultFilterChain()).isFalse();
        return listener.getFilterChainsList().stream()
                .map(GeneratedResourcesTest::describe)
                .toList();
    }

    /** port, transport, ALPN, what is done: as the profile writes chains. */
    private static String describe(FilterChain chain) {
        var match = chain.getFilterChainMatch();
        String kind = filter(chain).getTypeUrl();
        return match.getDestinationPort().getValue()
                + " "
                + match.getTransportProtocol()
                + match.getApplicationProtocolsList()
                + (chain.hasTransportSocket() ? " tls" : "")
                + (kind.endsWith("TcpProxy") ? " tcp" : " http");
    }

    @Test
    void aPermissivePodTakesMeshTlsPlaintextAndPassesOtherTlsOn() {
        String mesh = "[istio, istio-http/1.0, istio-http/1.1, istio-h2]";
        assertThat(inbound(reviewsAndSleep()))
                .containsExactly(
                        "80 tls" + mesh + " tls http",
                        "80 raw_buffer[] http",
                        "80 tls[] tcp",
                        "0 tls[istio-http/1.0, istio-http/1.1, istio-h2] tls http",
                        "0 tls[istio] tls tcp",
                        "0 raw_buffer[http/1.0, http/1.1, h2c] http",
                        "0 raw_buffer[] tcp",
                        "0 tls[] tcp");
    }

    @Test
    void aStrictPodTakesMeshTlsOnly() {
        assertThat(inbound(reviewsAndSleep() + STRICT))
                .containsExactly(
                        "80 tls[] tls http",
                        "0 tls[istio-http/1.0, istio-http/1.1, istio-h2] tls http",
                        "0 tls[] tls tcp");
    }

    @Test
    void aPodWithMtlsDisabledTakesWhatComes() {
        assertThat(inbound(reviewsAndSleep() + STRICT.replace("STRICT", "DISABLE")))
                .containsExactly(
                        "80 [] http",
                        "0 raw_buffer[http/1.0, http/1.1, h2c] http",
                        "0 raw_buffer[] tcp",
                        "0 tls[] tcp");
    }

    @Test
    void inAnOldMeshOtherPortsAreTcp() {
        String mesh = "[istio, istio-http/1.0, istio-http/1.1, istio-h2]";
        assertThat(inbound(reviewsAndSleep() + OLD))
                .containsExactly(
                        "80 tls" + mesh + " tls http",
                        "80 raw_buffer[] http",
                        "80 tls[] tcp",
                        "0 tls" + mesh + " tls tcp",
                        "0 raw_buffer[] tcp",
                        "0 tls[] tcp");
        assertThat(
                        snapshot(reviewsAndSleep() + OLD)
                                .agent("node-1", Profile.NEWEST)
                                .get(ResourceType.CLUSTER))
                .containsKey("inbound|80|http|sleep.default.svc.cluster.local");
    }

    @Test
    void aPodShowsItsOwnCertificateAndAsksForOne() {
        Listener listener =
                agent(
                        reviewsAndSleep() + STRICT,
                        Listener.class,
                        ResourceType.LISTENER,
                        "inbound|uid-sleep-v1");
        var tls =
                open(
                        DownstreamTlsContext.class,
                        listener.getFilterChains(0).getTransportSocket().getTypedConfig());
        assertThat(tls.getRequireClientCertificate().getValue()).isTrue();
        assertThat(tls.getCommonTlsContext().getTlsCertificateSdsSecretConfigs(0).getName())
                .isEqualTo("spiffe://cluster.local/ns/default/sa/sleep");
        var validation = tls.getCommonTlsContext().getCombinedValidationContext();
        assertThat(validation.getValidationContextSdsSecretConfig().getName()).isEqualTo("ROOTCA");
        assertThat(
                        validation
                                .getDefaultValidationContext()
                                .getMatchTypedSubjectAltNamesList()
                                .stream()
                                .map(name -> name.getSanType() + " " + name.getMatcher())
                                .map(String::strip))
                .containsExactly("URI prefix: \"spiffe://cluster.local/\"");
    }

    @Test
    void aliasesOfTheTrustDomainAreTakenOnBothSides() {
        String yaml =
                reviewsAndSleep()
                        + STRICT
                        + """
                        ---
                        apiVersion: v1
                        kind: ConfigMap
                        metadata: {name: mesh, namespace: fairlead-system}
                        data:
                          mesh: |
                            trustDomainAliases: [old.example.com]
                        """;

        var all = snapshot(yaml, "uid-reviews-v2").agent("node-1", Profile.NEWEST);

        assertThat(text(all, ResourceType.LISTENER, "inbound|uid-sleep-v1"))
                .contains("spiffe://cluster.local/", "spiffe://old.example.com/");
        assertThat(
                        text(
                                all,
                                ResourceType.CLUSTER,
                                "outbound|9080||reviews.default.svc.cluster.local"))
                .contains(
                        "spiffe://cluster.local/ns/default/sa/",
                        "spiffe://old.example.com/ns/default/sa/");
        assertThat(text(all, ResourceType.WORKLOAD, "uid-sleep-v1")).contains("old.example.com");
        assertThat(
                        text(
                                snapshot(yaml).agent("node-1", Profile.IDENTITY - 1),
                                ResourceType.LISTENER,
                                "inbound|uid-sleep-v1"))
                .doesNotContain("old.example.com");
    }

    /** Its strings are in it as they are. */
    private static String text(
            Map<ResourceType, Map<String, VersionedResource>> all, ResourceType type, String name) {
        return Objects.requireNonNull(all.getOrDefault(type, Map.of()).get(name), name)
                .body()
                .getValue()
                .toStringUtf8();
    }

    @Test
    void aHeadlessServiceKeepsTheAddressCalled() {
        String headless =
                service("db", "tcp", 5432)
                                .replace("clusterIP: " + clusterIp("db"), "clusterIP: None")
                        + slice("db", "tcp", 5432, "198.18.1.10=uid-sleep-v1");
        Cluster cluster =
                agent(
                        reviewsAndSleep() + headless,
                        Cluster.class,
                        ResourceType.CLUSTER,
                        "outbound|5432||db.default.svc.cluster.local");
        assertThat(cluster.getType()).isEqualTo(Cluster.DiscoveryType.ORIGINAL_DST);
        assertThat(cluster.getLbPolicy()).isEqualTo(Cluster.LbPolicy.CLUSTER_PROVIDED);
    }

    /** Two lives of pilot-lite, and two replicas, must agree. */
    @Test
    void versionsDependOnContentAlone() {
        var one = snapshot(reviewsAndSleep() + BY_SOURCE).agent("node-1", Profile.NEWEST);
        var two = snapshot(reviewsAndSleep() + BY_SOURCE).agent("node-1", Profile.NEWEST);
        assertThat(one).isEqualTo(two);
        assertThat(one.getOrDefault(ResourceType.LISTENER, Map.of()).values())
                .allMatch(resource -> resource.version().matches("[0-9a-f]{16}"));
    }

    private static final String ENROLLED_NAMESPACE =
            """
            ---
            apiVersion: v1
            kind: Namespace
            metadata: {name: default, annotations: {fairlead.dev/mesh: enabled}}
            """;

    @Test
    void profile2TellsWhatIsToBeCaptured() throws Exception {
        var snapshot =
                snapshot(
                        reviewsAndSleep()
                                        .replace(
                                                "labels: {app: sleep,",
                                                "labels: {sidecar.istio.io/inject: \"false\", app: sleep,")
                                + ENROLLED_NAMESPACE);
        var resources = snapshot.agent("node-1", 2);
        assertThat(
                        get(
                                        resources,
                                        dev.fairlead.wire.v1.workload.Enrolment.class,
                                        ResourceType.ENROLMENT,
                                        "enrolment")
                                .getNamespacesList())
                .containsExactly("default");
        Workload reviews = get(resources, Workload.class, ResourceType.WORKLOAD, "uid-reviews-v1");
        assertThat(reviews.getEnrolled()).isTrue();
        assertThat(reviews.getLeftAlone()).isEmpty();
        Workload sleep = get(resources, Workload.class, ResourceType.WORKLOAD, "uid-sleep-v1");
        assertThat(sleep.getEnrolled()).isFalse();
        assertThat(sleep.getLeftAlone()).isEqualTo("opted out");
    }

    @Test
    void anAgentOfProfile1IsToldNothingOfEnrolment() throws Exception {
        var resources = snapshot(reviewsAndSleep() + ENROLLED_NAMESPACE).agent("node-1", 1);
        assertThat(resources).doesNotContainKey(ResourceType.ENROLMENT);
        Workload reviews = get(resources, Workload.class, ResourceType.WORKLOAD, "uid-reviews-v1");
        assertThat(reviews.getEnrolled()).isFalse();
    }
}
