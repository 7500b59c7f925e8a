package dev.fairlead.agent.control.xds.compile;

import io.envoyproxy.envoy.config.core.v3.CidrRange;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.FilterChainMatch;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.listener.v3.ListenerFilter;
import io.envoyproxy.envoy.extensions.filters.http.cors.v3.Cors;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.ExtAuthz;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.HTTPFault;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication;
import io.envoyproxy.envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit;
import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBAC;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.listener.http_inspector.v3.HttpInspector;
import io.envoyproxy.envoy.extensions.filters.listener.original_dst.v3.OriginalDst;
import io.envoyproxy.envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol;
import io.envoyproxy.envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.Rds;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;

/** The part of the allow-list that listeners have, with their network and HTTP filters. */
final class ListenerFields {

    private ListenerFields() {}

    static void declare(FieldTable fields) {
        listeners(fields);
    }

    private static void listeners(FieldTable fields) {
        fields.allow(
                Listener.getDescriptor(),
                "name",
                "address",
                "bind_to_port",
                "listener_filters",
                "listener_filters_timeout",
                "continue_on_listener_filters_timeout",
                "filter_chains",
                "default_filter_chain");
        fields.allow(ListenerFilter.getDescriptor(), "name", "typed_config", "filter_disabled");
        fields.any(
                ListenerFilter.getDescriptor(),
                "listener filter",
                OriginalDst.getDefaultInstance(),
                TlsInspector.getDefaultInstance(),
                ProxyProtocol.getDefaultInstance(),
                HttpInspector.getDefaultInstance());
        fields.allow(
                FilterChain.getDescriptor(),
                "name",
                "filter_chain_match",
                "filters",
                "metadata",
                "transport_socket");
        fields.allow(
                FilterChainMatch.getDescriptor(),
                "destination_port",
                "prefix_ranges",
                "server_names",
                "transport_protocol",
                "application_protocols");
        fields.allow(CidrRange.getDescriptor(), "address_prefix", "prefix_len");
        fields.allow(Filter.getDescriptor(), "name", "typed_config");
        fields.any(
                Filter.getDescriptor(),
                "network filter",
                HttpConnectionManager.getDefaultInstance(),
                TcpProxy.getDefaultInstance(),
                io.envoyproxy.envoy.extensions.filters.network.rbac.v3.RBAC.getDefaultInstance(),
                io.envoyproxy.envoy.extensions.filters.network.ext_authz.v3.ExtAuthz
                        .getDefaultInstance());
        fields.allow(
                HttpConnectionManager.getDescriptor(),
                "stat_prefix",
                "rds",
                "route_config",
                "http_filters",
                "upgrade_configs",
                "server_name",
                "server_header_transformation",
                "via",
                "generate_request_id",
                "preserve_external_request_id",
                "always_set_request_id_in_response",
                "stream_idle_timeout",
                "normalize_path",
                "merge_slashes",
                "path_with_escaped_slashes_action",
                "forward_client_cert_details",
                "set_current_client_cert_details");
        fields.allow(
                HttpConnectionManager.SetCurrentClientCertDetails.getDescriptor(),
                "subject",
                "cert",
                "chain",
                "dns",
                "uri");
        fields.allow(
                HttpConnectionManager.UpgradeConfig.getDescriptor(), "upgrade_type", "enabled");
        fields.allow(Rds.getDescriptor(), "config_source", "route_config_name");
        fields.allow(HttpFilter.getDescriptor(), "name", "typed_config");
        fields.any(
                HttpFilter.getDescriptor(),
                "http filter",
                Cors.getDefaultInstance(),
                HTTPFault.getDefaultInstance(),
                JwtAuthentication.getDefaultInstance(),
                LocalRateLimit.getDefaultInstance(),
                RBAC.getDefaultInstance(),
                ExtAuthz.getDefaultInstance(),
                Router.getDefaultInstance());
        fields.allow(
                TcpProxy.getDescriptor(),
                "stat_prefix",
                "cluster",
                "weighted_clusters",
                "idle_timeout",
                "max_downstream_connection_duration",
                "tunneling_config");
        fields.allow(TcpProxy.TunnelingConfig.getDescriptor(), "hostname");
        fields.allow(TcpProxy.WeightedCluster.getDescriptor(), "clusters");
        fields.allow(TcpProxy.WeightedCluster.ClusterWeight.getDescriptor(), "name", "weight");
    }
}
