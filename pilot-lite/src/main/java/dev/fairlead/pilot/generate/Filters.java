package dev.fairlead.pilot.generate;

import com.google.protobuf.BoolValue;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import dev.fairlead.pilot.compile.WeightedCluster;
import dev.fairlead.pilot.state.ClientCertDetails;
import dev.fairlead.pilot.state.ConnectionPool;
import dev.fairlead.pilot.state.MeshSettings;
import dev.fairlead.pilot.state.MeshSettings.PathForm;
import io.envoyproxy.envoy.config.core.v3.CidrRange;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.ListenerFilter;
import io.envoyproxy.envoy.config.listener.v3.ListenerFilterChainMatchPredicate;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.filters.http.cors.v3.Cors;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.HTTPFault;
import io.envoyproxy.envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.listener.http_inspector.v3.HttpInspector;
import io.envoyproxy.envoy.extensions.filters.listener.original_dst.v3.OriginalDst;
import io.envoyproxy.envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol;
import io.envoyproxy.envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.ForwardClientCertDetails;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.PathWithEscapedSlashesAction;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.ServerHeaderTransformation;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.SetCurrentClientCertDetails;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.UpgradeConfig;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.Rds;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.envoyproxy.envoy.type.v3.HashPolicy;
import io.envoyproxy.envoy.type.v3.Int32Range;
import java.util.List;
import java.util.SortedSet;

/** Filters that listeners are made of. */
final class Filters {

    /** Also where a route's own configuration of the filter is found. */
    static final String CORS_NAME = "envoy.filters.http.cors";

    static final String FAULT_NAME = "envoy.filters.http.fault";
    static final String LIMIT_NAME = "envoy.filters.http.local_ratelimit";

    private static final HttpFilter CORS = http(CORS_NAME, Cors.getDefaultInstance());
    private static final HttpFilter FAULT = http(FAULT_NAME, HTTPFault.getDefaultInstance());
    private static final HttpFilter LIMIT =
            http(
                    LIMIT_NAME,
                    LocalRateLimit.newBuilder().setStatPrefix("http_local_rate_limiter").build());
    private static final HttpFilter ROUTER =
            http("envoy.filters.http.router", Router.getDefaultInstance());
    private static final HashPolicy BY_SOURCE =
            HashPolicy.newBuilder().setSourceIp(HashPolicy.SourceIp.getDefaultInstance()).build();
    static final ListenerFilter ORIGINAL_DST =
            listener("envoy.filters.listener.original_dst", OriginalDst.getDefaultInstance());
    static final ListenerFilter TLS_INSPECTOR =
            listener("envoy.filters.listener.tls_inspector", TlsInspector.getDefaultInstance());
    static final ListenerFilter PROXY_HEADER =
            listener(
                    "envoy.filters.listener.proxy_protocol",
                    ProxyProtocol.newBuilder().setAllowRequestsWithoutProxyProtocol(true).build());
    static final ListenerFilter HTTP_INSPECTOR =
            listener("envoy.filters.listener.http_inspector", HttpInspector.getDefaultInstance());

    private Filters() {}

    private static HttpFilter http(String name, Message config) {
        return HttpFilter.newBuilder().setName(name).setTypedConfig(Protos.pack(config)).build();
    }

    private static ListenerFilter listener(String name, Message config) {
        return ListenerFilter.newBuilder()
                .setName(name)
                .setTypedConfig(Protos.pack(config))
                .build();
    }

    /**
     * A filter on some ports only: an inspector there, so that a server that speaks first is not
     * kept waiting on the others. An agent inspects by chain anyway and needs no such hint.
     */
    static ListenerFilter only(ListenerFilter filter, SortedSet<Integer> ports) {
        var on = ListenerFilterChainMatchPredicate.newBuilder();
        if (ports.size() == 1) {
            on = port(ports.getFirst());
        } else {
            var or = ListenerFilterChainMatchPredicate.MatchSet.newBuilder();
            ports.forEach(port -> or.addRules(port(port)));
            on.setOrMatch(or);
        }
        return filter.toBuilder()
                .setFilterDisabled(ListenerFilterChainMatchPredicate.newBuilder().setNotMatch(on))
                .build();
    }

    private static ListenerFilterChainMatchPredicate.Builder port(int port) {
        return ListenerFilterChainMatchPredicate.newBuilder()
                .setDestinationPortRange(Int32Range.newBuilder().setStart(port).setEnd(port + 1));
    }

    /**
     * Outbound HTTP, by a route configuration that is served on its own.
     *
     * @param limited whether some routes are
     */
    static Filter http(
            String statPrefix, String routes, boolean limited, PathForm paths, Audience audience) {
        var manager = HttpConnectionManager.newBuilder();
        if (audience.knowsTrafficPolicy()) {
            manager.addHttpFilters(CORS).addHttpFilters(FAULT);
            if (limited) {
                manager.addHttpFilters(LIMIT);
            }
        }
        return http(
                audience,
                paths,
                manager.setStatPrefix(statPrefix)
                        .setRds(
                                Rds.newBuilder()
                                        .setConfigSource(Protos.ADS)
                                        .setRouteConfigName(routes)));
    }

    /** Inbound HTTP, through these filters, by these routes. */
    static Filter http(
            String statPrefix,
            RouteConfiguration routes,
            List<HttpFilter> filters,
            MeshSettings.Security security,
            Audience audience) {
        ClientCertDetails told = security.clientCert();
        var manager = HttpConnectionManager.newBuilder().addAllHttpFilters(filters);
        if (audience.knowsTrafficPolicy()) {
            manager.setServerHeaderTransformation(ServerHeaderTransformation.PASS_THROUGH);
        }
        if (audience.knowsClientCertificates()) {
            manager.setForwardClientCertDetails(
                            ForwardClientCertDetails.valueOf(told.form().name()))
                    .setSetCurrentClientCertDetails(
                            SetCurrentClientCertDetails.newBuilder()
                                    .setSubject(BoolValue.of(told.subject()))
                                    .setCert(told.cert())
                                    .setChain(told.chain())
                                    .setDns(told.dns())
                                    .setUri(told.uri()));
        }
        return http(
                audience,
                security.paths(),
                manager.setStatPrefix(statPrefix).setRouteConfig(routes));
    }

    private static Filter http(
            Audience audience, PathForm paths, HttpConnectionManager.Builder manager) {
        if (audience.knowsHttp2()) {
            manager.addUpgradeConfigs(UpgradeConfig.newBuilder().setUpgradeType("websocket"));
        }
        if (audience.knowsTrafficPolicy()) {
            manager.setStreamIdleTimeout(Duration.getDefaultInstance()); // for ever, as Istio's
        }
        if (audience.knowsSecurity()) {
            write(paths, manager);
        }
        return Filter.newBuilder()
                .setName("envoy.filters.network.http_connection_manager")
                .setTypedConfig(Protos.pack(manager.addHttpFilters(ROUTER).build()))
                .build();
    }

    /** As Istio's, before routes and rules. */
    private static void write(PathForm paths, HttpConnectionManager.Builder manager) {
        switch (paths) {
            case NONE -> manager.setNormalizePath(BoolValue.of(false));
            case BASE -> manager.setNormalizePath(BoolValue.of(true));
            case MERGE_SLASHES ->
                    manager.setNormalizePath(BoolValue.of(true)).setMergeSlashes(true);
            case DECODE_AND_MERGE_SLASHES ->
                    manager.setNormalizePath(BoolValue.of(true))
                            .setMergeSlashes(true)
                            .setPathWithEscapedSlashesAction(
                                    PathWithEscapedSlashesAction.UNESCAPE_AND_FORWARD);
        }
    }

    static Filter tcp(String statPrefix, List<WeightedCluster> targets, Audience audience) {
        var proxy = TcpProxy.newBuilder().setStatPrefix(statPrefix);
        if (audience.knowsTrafficPolicy() && targets.stream().anyMatch(WeightedCluster::bySource)) {
            proxy.addHashPolicy(BY_SOURCE);
        }
        if (audience.knowsTrafficPolicy() && !targets.isEmpty()) {
            ConnectionPool.Tcp connections = targets.getFirst().connections();
            if (connections.idleTimeout() != null) {
                proxy.setIdleTimeout(Protos.millis(connections.idleTimeout().toMillis()));
            }
            if (connections.maxDuration() != null) {
                proxy.setMaxDownstreamConnectionDuration(
                        Protos.millis(connections.maxDuration().toMillis()));
            }
        }
        if (!targets.isEmpty() && targets.getFirst().tunnel() != null) { // whoever does not know it
            proxy.setTunnelingConfig( // must not send there what is for somebody else
                    TcpProxy.TunnelingConfig.newBuilder()
                            .setHostname(targets.getFirst().tunnel().target()));
        }
        List<WeightedCluster> shares = RouteGenerator.shares(targets);
        if (shares.size() == 1) {
            proxy.setCluster(shares.getFirst().cluster());
        } else {
            var weighted = TcpProxy.WeightedCluster.newBuilder();
            for (WeightedCluster share : shares) {
                weighted.addClusters(
                        TcpProxy.WeightedCluster.ClusterWeight.newBuilder()
                                .setName(share.cluster())
                                .setWeight(share.weight()));
            }
            proxy.setWeightedClusters(weighted);
        }
        return Filter.newBuilder()
                .setName("envoy.filters.network.tcp_proxy")
                .setTypedConfig(Protos.pack(proxy.build()))
                .build();
    }

    static Filter tcp(String statPrefix, String cluster, Audience audience) {
        return tcp(statPrefix, List.of(new WeightedCluster(cluster, 1)), audience);
    }

    static CidrRange cidr(String text) {
        int slash = text.lastIndexOf('/');
        return CidrRange.newBuilder()
                .setAddressPrefix(text.substring(0, slash))
                .setPrefixLen(Protos.number(Integer.parseInt(text.substring(slash + 1))))
                .build();
    }
}
