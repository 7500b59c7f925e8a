package dev.fairlead.agent.control.xds.testing;

import com.google.protobuf.Any;
import com.google.protobuf.BoolValue;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.UInt32Value;
import com.google.protobuf.Value;
import dev.fairlead.wire.v1.workload.Workload;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.AggregatedConfigSource;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.core.v3.CidrRange;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.HealthStatus;
import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.Locality;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.Endpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.FilterChainMatch;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.listener.v3.ListenerFilter;
import io.envoyproxy.envoy.config.route.v3.DirectResponseAction;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.config.route.v3.WeightedCluster;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.listener.http_inspector.v3.HttpInspector;
import io.envoyproxy.envoy.extensions.filters.listener.original_dst.v3.OriginalDst;
import io.envoyproxy.envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.UpgradeConfig;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.Rds;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.envoyproxy.envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext.CombinedCertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsParameters;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsParameters.TlsProtocol;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions.ExplicitHttpConfig;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions.UseDownstreamHttpConfig;
import io.envoyproxy.envoy.type.matcher.v3.MetadataMatcher;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatcher;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import io.envoyproxy.envoy.type.matcher.v3.ValueMatcher;
import java.util.List;

/** Resources of profile 1, each with every field that the profile has. */
public final class Wire {

    public static final String IDENTITY = "spiffe://cluster.local/ns/default/sa/reviews";

    private Wire() {}

    public static Any any(Message message) {
        return Any.pack(message);
    }

    public static ConfigSource ads() {
        return ConfigSource.newBuilder()
                .setAds(AggregatedConfigSource.getDefaultInstance())
                .setResourceApiVersion(ApiVersion.V3)
                .build();
    }

    public static UInt32Value number(int value) {
        return UInt32Value.of(value);
    }

    public static Duration seconds(int value) {
        return Duration.newBuilder().setSeconds(value).build();
    }

    public static Struct struct(String key, String value) {
        return Struct.newBuilder()
                .putFields(key, Value.newBuilder().setStringValue(value).build())
                .build();
    }

    public static Address address(String ip, int port) {
        return Address.newBuilder()
                .setSocketAddress(SocketAddress.newBuilder().setAddress(ip).setPortValue(port))
                .build();
    }

    public static CidrRange range(String ip, int length) {
        return CidrRange.newBuilder().setAddressPrefix(ip).setPrefixLen(number(length)).build();
    }

    // ---- listeners

    /** An outbound listener with an HTTP chain by {@code routes} and a TCP chain. */
    public static Listener.Builder outbound(String namespace, String routes, String tcpCluster) {
        return Listener.newBuilder()
                .setName("outbound|" + namespace)
                .setAddress(address("0.0.0.0", 15001))
                .setBindToPort(BoolValue.of(false))
                .addListenerFilters(
                        listenerFilter("original_dst", OriginalDst.getDefaultInstance()))
                .addListenerFilters(listenerFilter("tls", TlsInspector.getDefaultInstance()))
                .addListenerFilters(listenerFilter("http", HttpInspector.getDefaultInstance()))
                .setListenerFiltersTimeout(seconds(5))
                .setContinueOnListenerFiltersTimeout(true)
                .addFilterChains(
                        FilterChain.newBuilder()
                                .setName("http")
                                .setFilterChainMatch(
                                        FilterChainMatch.newBuilder()
                                                .setDestinationPort(number(9080)))
                                .addFilters(filter(httpByName(routes))))
                .addFilterChains(
                        FilterChain.newBuilder()
                                .setName("tcp")
                                .setFilterChainMatch(
                                        FilterChainMatch.newBuilder()
                                                .setDestinationPort(number(3306))
                                                .addPrefixRanges(range("198.19.0.7", 32))
                                                .setTransportProtocol("raw_buffer")
                                                .addServerNames("db.default.svc.cluster.local")
                                                .addApplicationProtocols("http/1.1"))
                                .addFilters(filter(tcp(tcpCluster))))
                .setDefaultFilterChain(
                        FilterChain.newBuilder()
                                .setName("passthrough")
                                .addFilters(filter(tcp("PassthroughCluster"))));
    }

    /** An outbound listener of one HTTP chain and nothing else. */
    public static Listener httpOnly(String namespace, String routes) {
        Listener.Builder listener = outbound(namespace, routes, "unused");
        listener.removeFilterChains(1).clearDefaultFilterChain();
        return listener.build();
    }

    /** A STRICT inbound listener with one inline HTTP chain and weighted TCP. */
    public static Listener.Builder inbound(String uid) {
        return Listener.newBuilder()
                .setName("inbound|" + uid)
                .setAddress(address("198.18.1.10", 15006))
                .setBindToPort(BoolValue.of(false))
                .addListenerFilters(listenerFilter("tls", TlsInspector.getDefaultInstance()))
                .setContinueOnListenerFiltersTimeout(true)
                .addFilterChains(
                        FilterChain.newBuilder()
                                .setFilterChainMatch(
                                        FilterChainMatch.newBuilder()
                                                .setDestinationPort(number(9080))
                                                .setTransportProtocol("tls")
                                                .addApplicationProtocols("istio"))
                                .setTransportSocket(serverTls())
                                .addFilters(filter(httpInline("inbound|9080||"))))
                .addFilterChains(
                        FilterChain.newBuilder()
                                .setFilterChainMatch(
                                        FilterChainMatch.newBuilder()
                                                .setDestinationPort(number(9080))
                                                .setTransportProtocol("raw_buffer"))
                                .addFilters(filter(weightedTcp())));
    }

    public static ListenerFilter listenerFilter(String name, Message config) {
        return ListenerFilter.newBuilder().setName(name).setTypedConfig(any(config)).build();
    }

    public static Filter filter(Message config) {
        return Filter.newBuilder().setName("filter").setTypedConfig(any(config)).build();
    }

    public static HttpConnectionManager httpByName(String routes) {
        return HttpConnectionManager.newBuilder()
                .setStatPrefix("http")
                .setRds(Rds.newBuilder().setConfigSource(ads()).setRouteConfigName(routes))
                .addHttpFilters(router())
                .addUpgradeConfigs(upgrade("websocket"))
                .addUpgradeConfigs(upgrade("CONNECT").setEnabled(BoolValue.of(false)))
                .build();
    }

    public static UpgradeConfig.Builder upgrade(String type) {
        return UpgradeConfig.newBuilder().setUpgradeType(type);
    }

    public static HttpConnectionManager httpInline(String cluster) {
        return HttpConnectionManager.newBuilder()
                .setStatPrefix("http")
                .setRouteConfig(routes("inbound", cluster))
                .addHttpFilters(router())
                .build();
    }

    private static HttpFilter router() {
        return HttpFilter.newBuilder()
                .setName("envoy.filters.http.router")
                .setTypedConfig(any(Router.getDefaultInstance()))
                .build();
    }

    /** As {@link #outbound}; its TCP chain asks for a tunnel to {@code target}. */
    public static Listener.Builder tunnelled(String namespace, String target) {
        Listener.Builder listener = outbound(namespace, "r", "proxy");
        TcpProxy proxy =
                tcp("proxy").toBuilder()
                        .setTunnelingConfig(
                                TcpProxy.TunnelingConfig.newBuilder().setHostname(target))
                        .build();
        listener.getFilterChainsBuilder(1).clearFilters().addFilters(filter(proxy));
        return listener;
    }

    public static TcpProxy tcp(String cluster) {
        return TcpProxy.newBuilder().setStatPrefix("tcp").setCluster(cluster).build();
    }

    private static TcpProxy weightedTcp() {
        return TcpProxy.newBuilder()
                .setStatPrefix("tcp")
                .setIdleTimeout(seconds(90))
                .setMaxDownstreamConnectionDuration(seconds(3600))
                .setWeightedClusters(
                        TcpProxy.WeightedCluster.newBuilder()
                                .addClusters(
                                        TcpProxy.WeightedCluster.ClusterWeight.newBuilder()
                                                .setName("a")
                                                .setWeight(3))
                                .addClusters(
                                        TcpProxy.WeightedCluster.ClusterWeight.newBuilder()
                                                .setName("b")
                                                .setWeight(1)))
                .build();
    }

    public static TransportSocket serverTls() {
        return socket(
                DownstreamTlsContext.newBuilder()
                        .setRequireClientCertificate(BoolValue.of(true))
                        .setCommonTlsContext(
                                CommonTlsContext.newBuilder()
                                        .setTlsParams(tls12())
                                        .addAllAlpnProtocols(List.of("istio", "http/1.1"))
                                        .addTlsCertificateSdsSecretConfigs(secret(IDENTITY))
                                        .setValidationContextSdsSecretConfig(secret("ROOTCA")))
                        .build());
    }

    public static TransportSocket clientTls() {
        return socket(
                UpstreamTlsContext.newBuilder()
                        .setSni("outbound_.9080_._.reviews.default.svc.cluster.local")
                        .setCommonTlsContext(
                                CommonTlsContext.newBuilder()
                                        .setTlsParams(tls12())
                                        .addAllAlpnProtocols(List.of("istio-http/1.1", "istio"))
                                        .addTlsCertificateSdsSecretConfigs(
                                                secret("source-workload"))
                                        .setCombinedValidationContext(peer(IDENTITY)))
                        .build());
    }

    /** Which takes clients of these trust domains. */
    public static CombinedCertificateValidationContext clientsOf(String... prefixes) {
        var accepted = CertificateValidationContext.newBuilder();
        for (String prefix : prefixes) {
            accepted.addMatchTypedSubjectAltNames(
                    SubjectAltNameMatcher.newBuilder()
                            .setSanType(SubjectAltNameMatcher.SanType.URI)
                            .setMatcher(StringMatcher.newBuilder().setPrefix(prefix)));
        }
        return CombinedCertificateValidationContext.newBuilder()
                .setDefaultValidationContext(accepted)
                .setValidationContextSdsSecretConfig(secret("ROOTCA"))
                .build();
    }

    private static CombinedCertificateValidationContext peer(String uri) {
        return CombinedCertificateValidationContext.newBuilder()
                .setDefaultValidationContext(
                        CertificateValidationContext.newBuilder()
                                .addMatchTypedSubjectAltNames(
                                        SubjectAltNameMatcher.newBuilder()
                                                .setSanType(SubjectAltNameMatcher.SanType.URI)
                                                .setMatcher(exact(uri))))
                .setValidationContextSdsSecretConfig(secret("ROOTCA"))
                .build();
    }

    private static TlsParameters tls12() {
        return TlsParameters.newBuilder()
                .setTlsMinimumProtocolVersion(TlsProtocol.TLSv1_2)
                .setTlsMaximumProtocolVersion(TlsProtocol.TLSv1_2)
                .build();
    }

    private static SdsSecretConfig secret(String name) {
        return SdsSecretConfig.newBuilder().setName(name).setSdsConfig(ads()).build();
    }

    public static TransportSocket rawBuffer() {
        return socket(RawBuffer.getDefaultInstance());
    }

    public static TransportSocket socket(Message config) {
        return TransportSocket.newBuilder().setName("socket").setTypedConfig(any(config)).build();
    }

    // ---- routes

    /** One virtual host for all domains, with one route to {@code cluster}. */
    public static RouteConfiguration routes(String name, String cluster) {
        return RouteConfiguration.newBuilder()
                .setName(name)
                .addVirtualHosts(
                        VirtualHost.newBuilder()
                                .setName("all")
                                .addDomains("*")
                                .addRoutes(
                                        Route.newBuilder()
                                                .setMatch(RouteMatch.newBuilder().setPrefix("/"))
                                                .setRoute(
                                                        RouteAction.newBuilder()
                                                                .setCluster(cluster)
                                                                .setTimeout(seconds(0)))))
                .build();
    }

    /** Every match and action of the profile. */
    public static RouteConfiguration.Builder allRoutes(String name) {
        return RouteConfiguration.newBuilder()
                .setIgnorePortInHostMatching(true)
                .setName(name)
                .addVirtualHosts(
                        VirtualHost.newBuilder()
                                .setName("reviews.default.svc.cluster.local:9080")
                                .addDomains("reviews")
                                .addDomains("reviews:9080")
                                .addRoutes(jason())
                                .addRoutes(tunnel())
                                .addRoutes(
                                        Route.newBuilder()
                                                .setName("shares")
                                                .setMatch(RouteMatch.newBuilder().setPath("/x"))
                                                .setRoute(shares()))
                                .addRoutes(
                                        Route.newBuilder()
                                                .setMatch(
                                                        RouteMatch.newBuilder()
                                                                .setSafeRegex(regex("/a/[0-9]+")))
                                                .setDirectResponse(
                                                        DirectResponseAction.newBuilder()
                                                                .setStatus(502)
                                                                .setBody(
                                                                        DataSource.newBuilder()
                                                                                .setInlineString(
                                                                                        "no")))));
    }

    private static Route jason() {
        return Route.newBuilder()
                .setName("jason")
                .setMatch(
                        RouteMatch.newBuilder()
                                .setPrefix("/reviews")
                                .setCaseSensitive(BoolValue.of(false))
                                .addHeaders(
                                        HeaderMatcher.newBuilder()
                                                .setName("End-User")
                                                .setStringMatch(exact("jason")))
                                .addHeaders(
                                        HeaderMatcher.newBuilder()
                                                .setName(":method")
                                                .setInvertMatch(true)
                                                .setStringMatch(
                                                        StringMatcher.newBuilder()
                                                                .setPrefix("P")
                                                                .setIgnoreCase(true)))
                                .addHeaders(
                                        HeaderMatcher.newBuilder()
                                                .setName("cookie")
                                                .setPresentMatch(true))
                                .addHeaders(
                                        HeaderMatcher.newBuilder()
                                                .setName("agent")
                                                .setStringMatch(
                                                        StringMatcher.newBuilder()
                                                                .setSafeRegex(regex("curl.*"))))
                                .addDynamicMetadata(label("app", "productpage")))
                .setRoute(RouteAction.newBuilder().setCluster("v2").setTimeout(seconds(3)))
                .build();
    }

    private static Route tunnel() {
        return Route.newBuilder()
                .setName("tunnel")
                .setMatch(
                        RouteMatch.newBuilder()
                                .setConnectMatcher(RouteMatch.ConnectMatcher.getDefaultInstance()))
                .setRoute(
                        RouteAction.newBuilder()
                                .setCluster("v2")
                                .setTimeout(seconds(0))
                                .setMaxStreamDuration(
                                        RouteAction.MaxStreamDuration.newBuilder()
                                                .setGrpcTimeoutHeaderMax(seconds(7)))
                                .addUpgradeConfigs(
                                        RouteAction.UpgradeConfig.newBuilder()
                                                .setUpgradeType("CONNECT")
                                                .setEnabled(BoolValue.of(true)))
                                .addUpgradeConfigs(
                                        RouteAction.UpgradeConfig.newBuilder()
                                                .setUpgradeType("websocket")
                                                .setEnabled(BoolValue.of(false))))
                .build();
    }

    private static RouteAction shares() {
        return RouteAction.newBuilder()
                .setWeightedClusters(
                        WeightedCluster.newBuilder()
                                .addClusters(share("v1", 90))
                                .addClusters(share("v3", 10)))
                .build();
    }

    public static WeightedCluster.ClusterWeight share(String cluster, int weight) {
        return WeightedCluster.ClusterWeight.newBuilder()
                .setName(cluster)
                .setWeight(number(weight))
                .build();
    }

    public static MetadataMatcher label(String key, String value) {
        return MetadataMatcher.newBuilder()
                .setFilter("fairlead.source")
                .addPath(MetadataMatcher.PathSegment.newBuilder().setKey(key))
                .setValue(ValueMatcher.newBuilder().setStringMatch(exact(value)))
                .build();
    }

    public static StringMatcher exact(String value) {
        return StringMatcher.newBuilder().setExact(value).build();
    }

    public static RegexMatcher regex(String value) {
        return RegexMatcher.newBuilder().setRegex(value).build();
    }

    // ---- clusters, endpoints, workloads

    public static Cluster.Builder eds(String name) {
        return Cluster.newBuilder()
                .setName(name)
                .setType(Cluster.DiscoveryType.EDS)
                .setEdsClusterConfig(
                        Cluster.EdsClusterConfig.newBuilder()
                                .setEdsConfig(ads())
                                .setServiceName(name))
                .setConnectTimeout(seconds(10))
                .setLbPolicy(Cluster.LbPolicy.LEAST_REQUEST);
    }

    public static Cluster.Builder autoTls(String name) {
        return eds(name)
                .setAltStatName("stat")
                .addTransportSocketMatches(
                        Cluster.TransportSocketMatch.newBuilder()
                                .setName("tlsMode-istio")
                                .setMatch(struct("tlsMode", "istio"))
                                .setTransportSocket(clientTls()))
                .addTransportSocketMatches(
                        Cluster.TransportSocketMatch.newBuilder()
                                .setName("tlsMode-disabled")
                                .setMatch(Struct.getDefaultInstance())
                                .setTransportSocket(rawBuffer()));
    }

    /** {@link #eds} with these options. */
    public static Cluster.Builder speaking(String name, HttpProtocolOptions options) {
        return eds(name)
                .putTypedExtensionProtocolOptions(
                        "envoy.extensions.upstreams.http.v3.HttpProtocolOptions", any(options));
    }

    public static HttpProtocolOptions http1() {
        return HttpProtocolOptions.newBuilder()
                .setExplicitHttpConfig(
                        ExplicitHttpConfig.newBuilder()
                                .setHttpProtocolOptions(Http1ProtocolOptions.getDefaultInstance()))
                .build();
    }

    public static HttpProtocolOptions http2(int maxConcurrentStreams) {
        return HttpProtocolOptions.newBuilder()
                .setExplicitHttpConfig(
                        ExplicitHttpConfig.newBuilder()
                                .setHttp2ProtocolOptions(streams(maxConcurrentStreams)))
                .build();
    }

    public static HttpProtocolOptions asDownstream(int maxConcurrentStreams) {
        return HttpProtocolOptions.newBuilder()
                .setUseDownstreamProtocolConfig(
                        UseDownstreamHttpConfig.newBuilder()
                                .setHttpProtocolOptions(Http1ProtocolOptions.getDefaultInstance())
                                .setHttp2ProtocolOptions(streams(maxConcurrentStreams)))
                .build();
    }

    private static Http2ProtocolOptions streams(int most) {
        return Http2ProtocolOptions.newBuilder().setMaxConcurrentStreams(number(most)).build();
    }

    public static Cluster.Builder passthrough() {
        return Cluster.newBuilder()
                .setName("PassthroughCluster")
                .setType(Cluster.DiscoveryType.ORIGINAL_DST)
                .setLbPolicy(Cluster.LbPolicy.CLUSTER_PROVIDED)
                .setConnectTimeout(seconds(10));
    }

    public static Cluster.Builder blackHole() {
        return Cluster.newBuilder()
                .setName("BlackHoleCluster")
                .setType(Cluster.DiscoveryType.STATIC)
                .setLoadAssignment(
                        ClusterLoadAssignment.newBuilder().setClusterName("BlackHoleCluster"))
                .setConnectTimeout(seconds(10));
    }

    /** One endpoint for each address, healthy and captured. */
    public static ClusterLoadAssignment.Builder endpoints(String cluster, String... addresses) {
        var locality =
                LocalityLbEndpoints.newBuilder()
                        .setLocality(
                                Locality.newBuilder().setRegion("r").setZone("z").setSubZone("s"));
        for (String address : addresses) {
            locality.addLbEndpoints(
                    LbEndpoint.newBuilder()
                            .setEndpoint(Endpoint.newBuilder().setAddress(address(address, 9080)))
                            .setHealthStatus(HealthStatus.HEALTHY)
                            .setLoadBalancingWeight(number(1))
                            .setMetadata(
                                    Metadata.newBuilder()
                                            .putFilterMetadata(
                                                    "envoy.transport_socket_match",
                                                    struct("tlsMode", "istio"))
                                            .putFilterMetadata(
                                                    "istio", struct("workload", "a;b;c;d;"))));
        }
        return ClusterLoadAssignment.newBuilder().setClusterName(cluster).addEndpoints(locality);
    }

    public static Workload.Builder workload(String uid, String ip) {
        return Workload.newBuilder()
                .setUid(uid)
                .setNamespace("default")
                .setName("reviews-v1-" + uid)
                .setServiceAccount("reviews")
                .setTrustDomain("cluster.local")
                .putLabels("app", "reviews")
                .addAddresses(ip)
                .setNode("node-1")
                .setCaptured(true)
                .setWorkloadName("reviews-v1")
                .addServices("reviews.default.svc.cluster.local");
    }
}
