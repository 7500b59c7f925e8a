package dev.fairlead.agent.control.xds.compile;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.BoolValue;
import com.google.protobuf.Message;
import dev.fairlead.agent.control.xds.testing.Wire;
import dev.fairlead.wire.v1.workload.Exclusions;
import dev.fairlead.wire.v1.workload.Workload;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.WeightedCluster;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsParameters.TlsProtocol;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions.ExplicitHttpConfig;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Values that are wrong although their field is in the profile. */
class RefusalsTest {

    private static Arguments listener(String refusal, Consumer<Listener.Builder> damage) {
        Listener.Builder listener = Wire.outbound("default", "r", "db");
        damage.accept(listener);
        return Arguments.of(refusal, new ListenerCompiler(), listener.build());
    }

    @Test
    void whatAnOutboundListenerSaysOfCallersIsRefused() {
        Listener.Builder listener = Wire.outbound("default", "r", "db");
        var filter = listener.getFilterChainsBuilder(0).getFiltersBuilder(0);
        var manager = edit(filter.getTypedConfig(), HttpConnectionManager.class);
        filter.setTypedConfig(
                Any.pack(
                        manager.toBuilder()
                                .setForwardClientCertDetails(
                                        HttpConnectionManager.ForwardClientCertDetails
                                                .ALWAYS_FORWARD_ONLY)
                                .build()));

        assertThat(refusalOf(new ListenerCompiler(), listener.build()))
                .startsWith(
                        "filter_chains[0].filters[0].typed_config.forward_client_cert_details: of"
                                + " inbound listeners only");
    }

    private static Arguments serverTls(
            String refusal, Consumer<DownstreamTlsContext.Builder> damage) {
        var tls = edit(Wire.serverTls().getTypedConfig(), DownstreamTlsContext.class).toBuilder();
        damage.accept(tls);
        Listener.Builder listener = Wire.inbound("uid-1");
        listener.getFilterChainsBuilder(0).setTransportSocket(Wire.socket(tls.build()));
        String path = "filter_chains[0].transport_socket.typed_config.";
        return Arguments.of(path + refusal, new ListenerCompiler(), listener.build());
    }

    private static Arguments clientTls(
            String refusal, Consumer<UpstreamTlsContext.Builder> damage) {
        var tls = edit(Wire.clientTls().getTypedConfig(), UpstreamTlsContext.class).toBuilder();
        damage.accept(tls);
        var cluster = Wire.eds("c").setTransportSocket(Wire.socket(tls.build()));
        return Arguments.of(
                "transport_socket.typed_config." + refusal, new ClusterCompiler(), cluster.build());
    }

    private static <M extends Message> M edit(Any any, Class<M> type) {
        try {
            return any.unpack(type);
        } catch (com.google.protobuf.InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Arguments route(String refusal, Consumer<Route.Builder> damage) {
        RouteConfiguration.Builder table = Wire.allRoutes("r");
        damage.accept(table.getVirtualHostsBuilder(0).getRoutesBuilder(0));
        return Arguments.of(
                "virtual_hosts[0].routes[0]" + refusal, new RouteTableCompiler(), table.build());
    }

    private static Arguments table(String refusal, Consumer<RouteConfiguration.Builder> damage) {
        RouteConfiguration.Builder table = Wire.allRoutes("r");
        damage.accept(table);
        return Arguments.of(refusal, new RouteTableCompiler(), table.build());
    }

    private static Arguments cluster(String refusal, Consumer<Cluster.Builder> damage) {
        Cluster.Builder cluster = Wire.autoTls("c");
        damage.accept(cluster);
        return Arguments.of(refusal, new ClusterCompiler(), cluster.build());
    }

    private static Arguments options(String refusal, HttpProtocolOptions.Builder options) {
        String path =
                "typed_extension_protocol_options"
                        + "[envoy.extensions.upstreams.http.v3.HttpProtocolOptions]";
        return Arguments.of(
                path + refusal, new ClusterCompiler(), Wire.speaking("c", options.build()).build());
    }

    private static Arguments endpoint(String refusal, Consumer<LbEndpoint.Builder> damage) {
        ClusterLoadAssignment.Builder all = Wire.endpoints("c", "198.18.1.10", "198.18.1.11");
        damage.accept(all.getEndpointsBuilder(0).getLbEndpointsBuilder(1));
        return Arguments.of(
                "endpoints[0].lb_endpoints[1]." + refusal, new EndpointsCompiler(), all.build());
    }

    private static Arguments workload(String refusal, Consumer<Workload.Builder> damage) {
        Workload.Builder workload = Wire.workload("uid-1", "198.18.1.10");
        damage.accept(workload);
        return Arguments.of(refusal, new WorkloadCompiler(), workload.build());
    }

    static Stream<Arguments> listeners() {
        return Stream.of(
                listener(
                        "name: neither outbound|<scope> nor inbound|<uid>",
                        l -> l.setName("virtual")),
                listener("bind_to_port: must be false", l -> l.clearBindToPort()),
                listener("bind_to_port: must be false", l -> l.setBindToPort(BoolValue.of(true))),
                listener(
                        "address.socket_address.port_value: not 15001",
                        l -> l.setAddress(Wire.address("0.0.0.0", 15006))),
                listener(
                        "address.socket_address.address: \"localhost\" is not an IP address",
                        l -> l.setAddress(Wire.address("localhost", 15001))),
                listener(
                        "filter_chains[0].filters[0].typed_config.upgrade_configs[1].upgrade_type:"
                                + " second websocket",
                        l ->
                                l.getFilterChainsBuilder(0)
                                        .getFiltersBuilder(0)
                                        .setTypedConfig(
                                                Any.pack(
                                                        Wire.httpByName("r").toBuilder()
                                                                .setUpgradeConfigs(
                                                                        1,
                                                                        Wire.upgrade("WebSocket"))
                                                                .build()))),
                listener("listener_filters: no original_dst", l -> l.removeListenerFilters(0)),
                listener(
                        "filter_chains[1].filter_chain_match.server_names: needs the tls_inspector",
                        l -> l.removeListenerFilters(1)),
                listener(
                        "filter_chains[1].filter_chain_match.application_protocols: needs the"
                                + " http_inspector",
                        l -> l.removeListenerFilters(2)),
                listener(
                        "continue_on_listener_filters_timeout: must be true",
                        l -> l.setContinueOnListenerFiltersTimeout(false)),
                listener(
                        "listener_filters_timeout: PT-1S is not between 0 and a year",
                        l -> l.setListenerFiltersTimeout(Wire.seconds(-1))),
                listener(
                        "filter_chains[0].filters: empty",
                        l -> l.getFilterChainsBuilder(0).clearFilters()),
                listener(
                        "filter_chains[0].filter_chain_match.destination_port: 70000 is not a port",
                        l ->
                                l.getFilterChainsBuilder(0)
                                        .getFilterChainMatchBuilder()
                                        .setDestinationPort(Wire.number(70000))),
                listener(
                        "filter_chains[0].filter_chain_match.prefix_ranges[0].prefix_len: 33 bits",
                        l ->
                                l.getFilterChainsBuilder(0)
                                        .getFilterChainMatchBuilder()
                                        .addPrefixRanges(Wire.range("10.0.0.0", 33))),
                listener(
                        "filter_chains[0].filter_chain_match.prefix_ranges[0].address_prefix:"
                                + " \"10.1\" is not an IP address",
                        l ->
                                l.getFilterChainsBuilder(0)
                                        .getFilterChainMatchBuilder()
                                        .addPrefixRanges(Wire.range("10.1", 8))),
                listener(
                        "filter_chains[0].filter_chain_match.transport_protocol: \"quic\" is"
                                + " unknown",
                        l ->
                                l.getFilterChainsBuilder(0)
                                        .getFilterChainMatchBuilder()
                                        .setTransportProtocol("quic")),
                listener(
                        "filter_chains[0].filter_chain_match.server_names[0]: \"a.*\" is not a"
                                + " name or *.suffix",
                        l ->
                                l.getFilterChainsBuilder(0)
                                        .getFilterChainMatchBuilder()
                                        .addServerNames("a.*")),
                listener(
                        "filter_chains[2].filter_chain_match: matches the same as"
                                + " filter_chains[0]",
                        l -> l.addFilterChains(l.getFilterChains(0))),
                listener(
                        "filter_chains[1].filters[0].typed_config.stat_prefix: empty",
                        l ->
                                l.getFilterChainsBuilder(1)
                                        .setFilters(
                                                0,
                                                Wire.filter(
                                                        Wire.tcp("db").toBuilder()
                                                                .clearStatPrefix()
                                                                .build()))),
                listener(
                        "filter_chains[0].filters[0].typed_config.http_filters: empty",
                        l ->
                                l.getFilterChainsBuilder(0)
                                        .setFilters(
                                                0,
                                                Wire.filter(
                                                        Wire.httpByName("r").toBuilder()
                                                                .clearHttpFilters()
                                                                .build()))),
                serverTls(
                        "require_client_certificate: must be true",
                        tls -> tls.setRequireClientCertificate(BoolValue.of(false))),
                serverTls(
                        "common_tls_context.tls_certificate_sds_secret_configs[0].name: \"x\" is"
                                + " not spiffe://<trust domain>/ns/<namespace>/sa/<account>",
                        tls ->
                                tls.getCommonTlsContextBuilder()
                                        .getTlsCertificateSdsSecretConfigsBuilder(0)
                                        .setName("x")),
                serverTls(
                        "common_tls_context.validation_context_sds_secret_config.name: \"other\""
                                + " is not ROOTCA",
                        tls ->
                                tls.getCommonTlsContextBuilder()
                                        .getValidationContextSdsSecretConfigBuilder()
                                        .setName("other")),
                serverTls(
                        "common_tls_context.combined_validation_context.default_validation_context"
                                + ".match_typed_subject_alt_names: empty",
                        tls ->
                                tls.getCommonTlsContextBuilder()
                                        .setCombinedValidationContext(Wire.clientsOf())),
                serverTls(
                        "common_tls_context.combined_validation_context.default_validation_context"
                                + ".match_typed_subject_alt_names[1].matcher.prefix:"
                                + " \"spiffe://b\" is not spiffe://<trust domain>/",
                        tls ->
                                tls.getCommonTlsContextBuilder()
                                        .setCombinedValidationContext(
                                                Wire.clientsOf("spiffe://a/", "spiffe://b"))),
                serverTls(
                        "common_tls_context.combined_validation_context.default_validation_context"
                                + ".match_typed_subject_alt_names[0].matcher.prefix:"
                                + " trust domain \"a/ns\"",
                        tls ->
                                tls.getCommonTlsContextBuilder()
                                        .setCombinedValidationContext(
                                                Wire.clientsOf("spiffe://a/ns/"))),
                serverTls(
                        "common_tls_context.tls_params.tls_minimum_protocol_version: TLSv1_0 is"
                                + " not TLSv1_2",
                        tls ->
                                tls.getCommonTlsContextBuilder()
                                        .getTlsParamsBuilder()
                                        .setTlsMinimumProtocolVersion(TlsProtocol.TLSv1_0)));
    }

    static Stream<Arguments> routes() {
        return Stream.of(
                route(
                        ".match: no prefix, path, safe_regex or connect_matcher",
                        r -> r.clearMatch()),
                route(
                        ".match.safe_regex.regex: not RE2: error parsing regexp: missing closing ):"
                                + " `(`",
                        r -> r.getMatchBuilder().setSafeRegex(Wire.regex("("))),
                route(
                        ".match.safe_regex.regex: more than 10000 steps when expanded",
                        r -> r.getMatchBuilder().setSafeRegex(Wire.regex("(a{1000}){1000}"))),
                route(
                        ".match.headers[0].name: \":path2\" is no header of a request",
                        r -> r.getMatchBuilder().getHeadersBuilder(0).setName(":path2")),
                route(
                        ".match.headers[0].name: empty",
                        r ->
                                r.getMatchBuilder()
                                        .setHeaders(
                                                0,
                                                HeaderMatcher.newBuilder().setPresentMatch(true))),
                route(
                        ".match.dynamic_metadata[0].filter: \"envoy.lb\" is unknown",
                        r ->
                                r.getMatchBuilder()
                                        .getDynamicMetadataBuilder(0)
                                        .setFilter("envoy.lb")),
                route(
                        ".match.dynamic_metadata[1]: label app cannot be both",
                        r -> r.getMatchBuilder().addDynamicMetadata(Wire.label("app", "other"))),
                route(": no route, redirect or direct_response", r -> r.clearRoute()),
                route(".route.cluster: empty", r -> r.getRouteBuilder().setCluster("")),
                route(
                        ".route.timeout: PT-1S is not between 0 and a year",
                        r -> r.getRouteBuilder().setTimeout(Wire.seconds(-1))),
                route(
                        ".route.weighted_clusters: no cluster of weight",
                        r ->
                                r.getRouteBuilder()
                                        .setWeightedClusters(
                                                WeightedCluster.newBuilder()
                                                        .addClusters(Wire.share("a", 0)))),
                route(
                        ".route.weighted_clusters.clusters[1].weight: the sum is 4294967296,"
                                + " beyond 2^31-1",
                        r ->
                                r.getRouteBuilder()
                                        .setWeightedClusters(
                                                WeightedCluster.newBuilder()
                                                        .addClusters(Wire.share("a", 1))
                                                        .addClusters(Wire.share("b", -1)))),
                route(
                        ".direct_response.status: 99 is no status",
                        r -> r.getDirectResponseBuilder().setStatus(99)),
                route(
                        ".route.max_stream_duration.grpc_timeout_header_max: PT-1S is not between 0"
                                + " and a year",
                        r ->
                                r.getRouteBuilder()
                                        .getMaxStreamDurationBuilder()
                                        .setGrpcTimeoutHeaderMax(Wire.seconds(-1))),
                route(
                        ".route.upgrade_configs[0].upgrade_type: empty",
                        r -> r.getRouteBuilder().addUpgradeConfigsBuilder()),
                route(
                        ".route.upgrade_configs[1].upgrade_type: second connect",
                        r -> {
                            r.getRouteBuilder()
                                    .addUpgradeConfigsBuilder()
                                    .setUpgradeType("CONNECT");
                            r.getRouteBuilder()
                                    .addUpgradeConfigsBuilder()
                                    .setUpgradeType("Connect");
                        }),
                route(
                        ".route.upgrade_configs[0].connect_config: field is outside the profile",
                        r ->
                                r.getRouteBuilder()
                                        .addUpgradeConfigsBuilder()
                                        .setUpgradeType("CONNECT")
                                        .getConnectConfigBuilder()),
                table(
                        "virtual_hosts[0].domains[2]: \"a*b\" is not a domain, *suffix or prefix*",
                        t -> t.getVirtualHostsBuilder(0).addDomains("a*b")),
                table(
                        "virtual_hosts[0].domains: empty",
                        t -> t.getVirtualHostsBuilder(0).clearDomains()),
                table(
                        "virtual_hosts[1].name: second virtual host"
                                + " reviews.default.svc.cluster.local:9080",
                        t -> t.addVirtualHosts(t.getVirtualHosts(0))),
                table(
                        "virtual_hosts: domain reviews in virtual hosts"
                                + " reviews.default.svc.cluster.local:9080 and other",
                        t ->
                                t.addVirtualHosts(
                                        t.getVirtualHostsBuilder(0).build().toBuilder()
                                                .setName("other"))),
                Arguments.of(
                        "virtual_hosts[0].routes[0].match: no prefix, path, safe_regex or connect_matcher",
                        new RouteTableCompiler(),
                        unmatched()));
    }

    private static RouteConfiguration unmatched() {
        RouteConfiguration.Builder table = Wire.routes("r", "c").toBuilder();
        table.getVirtualHostsBuilder(0)
                .getRoutesBuilder(0)
                .setMatch(RouteMatch.getDefaultInstance());
        return table.build();
    }

    static Stream<Arguments> clusters() {
        return Stream.of(
                cluster(
                        "type: STRICT_DNS is outside the profile",
                        c -> c.setType(Cluster.DiscoveryType.STRICT_DNS)),
                cluster(
                        "lb_policy: LOAD_BALANCING_POLICY_CONFIG is outside the profile",
                        c -> c.setLbPolicy(Cluster.LbPolicy.LOAD_BALANCING_POLICY_CONFIG)),
                cluster(
                        "lb_policy: CLUSTER_PROVIDED with type EDS",
                        c -> c.setLbPolicy(Cluster.LbPolicy.CLUSTER_PROVIDED)),
                cluster(
                        "eds_cluster_config.eds_config.ads: not set",
                        c -> c.getEdsClusterConfigBuilder().clearEdsConfig()),
                cluster(
                        "eds_cluster_config: of a cluster that is not EDS",
                        c ->
                                c.setType(Cluster.DiscoveryType.ORIGINAL_DST)
                                        .setLbPolicy(Cluster.LbPolicy.CLUSTER_PROVIDED)),
                cluster(
                        "load_assignment.endpoints: static endpoints are outside the profile",
                        c ->
                                c.setType(Cluster.DiscoveryType.STATIC)
                                        .clearEdsClusterConfig()
                                        .setLoadAssignment(Wire.endpoints("c", "10.0.0.1"))),
                cluster(
                        "typed_extension_protocol_options[other]: not"
                                + " envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
                        c -> c.putTypedExtensionProtocolOptions("other", Any.pack(Wire.http2(1)))),
                options(
                        ": no explicit_http_config or use_downstream_protocol_config",
                        HttpProtocolOptions.newBuilder()),
                options(
                        ".explicit_http_config: no http_protocol_options or http2_protocol_options",
                        HttpProtocolOptions.newBuilder()
                                .setExplicitHttpConfig(ExplicitHttpConfig.newBuilder())),
                options(
                        ".explicit_http_config.http2_protocol_options.max_concurrent_streams: 0 is"
                                + " not between 1 and 2^31-1",
                        Wire.http2(0).toBuilder()),
                options(
                        ".use_downstream_protocol_config.http2_protocol_options"
                                + ".max_concurrent_streams: 4294967295 is not between 1 and 2^31-1",
                        Wire.asDownstream(-1).toBuilder()),
                cluster("connect_timeout: 0", c -> c.setConnectTimeout(Wire.seconds(0))),
                cluster(
                        "transport_socket: beside transport_socket_matches",
                        c -> c.setTransportSocket(Wire.rawBuffer())),
                cluster(
                        "transport_socket_matches: 1 matches, not two",
                        c -> c.removeTransportSocketMatches(1)),
                cluster(
                        "transport_socket_matches[0].match: not {tlsMode: istio}",
                        c ->
                                c.getTransportSocketMatchesBuilder(0)
                                        .setMatch(Wire.struct("tlsMode", "other"))),
                cluster(
                        "transport_socket_matches[1].transport_socket.typed_config:"
                                + " envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext"
                                + " where RawBuffer was expected",
                        c ->
                                c.getTransportSocketMatchesBuilder(1)
                                        .setTransportSocket(Wire.clientTls())),
                clientTls(
                        "common_tls_context.tls_certificate_sds_secret_configs[0].name: \"own\" is"
                                + " not source-workload",
                        tls ->
                                tls.getCommonTlsContextBuilder()
                                        .getTlsCertificateSdsSecretConfigsBuilder(0)
                                        .setName("own")),
                clientTls(
                        "common_tls_context.combined_validation_context: not set",
                        tls -> tls.getCommonTlsContextBuilder().clearCombinedValidationContext()),
                clientTls(
                        "common_tls_context.combined_validation_context.default_validation_context"
                                + ".match_typed_subject_alt_names[0].matcher: not exact",
                        tls ->
                                tls.getCommonTlsContextBuilder()
                                        .getCombinedValidationContextBuilder()
                                        .getDefaultValidationContextBuilder()
                                        .getMatchTypedSubjectAltNamesBuilder(0)
                                        .getMatcherBuilder()
                                        .setPrefix("spiffe://")),
                clientTls(
                        "common_tls_context.tls_params.tls_maximum_protocol_version: TLSv1_1 is"
                                + " not TLSv1_2 or TLSv1_3",
                        tls ->
                                tls.getCommonTlsContextBuilder()
                                        .getTlsParamsBuilder()
                                        .setTlsMaximumProtocolVersion(TlsProtocol.TLSv1_1)));
    }

    static Stream<Arguments> endpointsAndWorkloads() {
        return Stream.of(
                endpoint(
                        "endpoint.address.socket_address.address: \"reviews\" is not an IP address",
                        e -> e.getEndpointBuilder().setAddress(Wire.address("reviews", 80))),
                endpoint(
                        "endpoint.address.socket_address.address: \"::ffff:10.0.0.1\" is not an IP"
                                + " address",
                        e ->
                                e.getEndpointBuilder()
                                        .setAddress(Wire.address("::ffff:10.0.0.1", 80))),
                endpoint(
                        "endpoint.address.socket_address.port_value: 0 is not a port",
                        e -> e.getEndpointBuilder().setAddress(Wire.address("10.0.0.1", 0))),
                endpoint(
                        "load_balancing_weight: 0 is not between 1 and 2^31-1",
                        e -> e.setLoadBalancingWeight(Wire.number(0))),
                endpoint(
                        "metadata.filter_metadata[envoy.lb]: metadata is outside the profile",
                        e ->
                                e.getMetadataBuilder()
                                        .putFilterMetadata("envoy.lb", Wire.struct("a", "b"))),
                endpoint(
                        "metadata.filter_metadata[envoy.transport_socket_match].tlsMode: not"
                                + " {tlsMode: istio}",
                        e ->
                                e.getMetadataBuilder()
                                        .putFilterMetadata(
                                                "envoy.transport_socket_match",
                                                Wire.struct("tlsMode", "disabled"))),
                workload("uid: empty", w -> w.setUid("")),
                workload("service_account: service account \"\"", w -> w.setServiceAccount("")),
                workload(
                        "addresses[1]: \"198.18.1\" is not an IP address",
                        w -> w.addAddresses("198.18.1")),
                workload(
                        "exclusions.inbound_ports[0]: 65536 is not a port",
                        w -> w.setExclusions(Exclusions.newBuilder().addInboundPorts(65536))),
                workload(
                        "exclusions.outbound_cidrs[0]: \"10.0.0.0\" is not a range",
                        w ->
                                w.setExclusions(
                                        Exclusions.newBuilder().addOutboundCidrs("10.0.0.0"))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource({"listeners", "routes", "clusters", "endpointsAndWorkloads"})
    void aWrongValueIsRefusedWithItsPath(
            String refusal, ResourceCompiler<?, ?> compiler, Message message) {
        assertThat(refusalOf(compiler, message)).isEqualTo(refusal);
    }

    @SuppressWarnings("unchecked")
    private static <M extends Message> String refusalOf(
            ResourceCompiler<M, ?> compiler, Message message) {
        return CompileTesting.refusal(CompileTesting.compile(compiler, (M) message));
    }
}
