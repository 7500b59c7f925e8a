package dev.fairlead.agent.control.xds.compile;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.fairlead.wire.v1.workload.Enrolment;
import dev.fairlead.wire.v1.workload.Exclusions;
import dev.fairlead.wire.v1.workload.Workload;
import io.envoyproxy.envoy.config.cluster.v3.CircuitBreakers;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.OutlierDetection;
import io.envoyproxy.envoy.config.cluster.v3.UpstreamConnectionOptions;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.AggregatedConfigSource;
import io.envoyproxy.envoy.config.core.v3.CidrRange;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.HealthCheck;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.KeepaliveSettings;
import io.envoyproxy.envoy.config.core.v3.Locality;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.core.v3.ProxyProtocolConfig;
import io.envoyproxy.envoy.config.core.v3.RuntimeDouble;
import io.envoyproxy.envoy.config.core.v3.RuntimeFractionalPercent;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.core.v3.TcpKeepalive;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.config.core.v3.UpstreamHttpProtocolOptions;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.Endpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.FilterChainMatch;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.listener.v3.ListenerFilter;
import io.envoyproxy.envoy.config.listener.v3.ListenerFilterChainMatchPredicate;
import io.envoyproxy.envoy.config.route.v3.DirectResponseAction;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.config.route.v3.QueryParameterMatcher;
import io.envoyproxy.envoy.config.route.v3.RedirectAction;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.config.route.v3.WeightedCluster;
import io.envoyproxy.envoy.extensions.filters.common.fault.v3.FaultDelay;
import io.envoyproxy.envoy.extensions.filters.http.cors.v3.Cors;
import io.envoyproxy.envoy.extensions.filters.http.cors.v3.CorsPolicy;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.ExtAuthz;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.FaultAbort;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.HTTPFault;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication;
import io.envoyproxy.envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit;
import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBAC;
import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBACPerRoute;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.listener.http_inspector.v3.HttpInspector;
import io.envoyproxy.envoy.extensions.filters.listener.original_dst.v3.OriginalDst;
import io.envoyproxy.envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol;
import io.envoyproxy.envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.Rds;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.envoyproxy.envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate;
import io.envoyproxy.envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport;
import io.envoyproxy.envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsParameters;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.type.matcher.v3.ListMatcher;
import io.envoyproxy.envoy.type.matcher.v3.MetadataMatcher;
import io.envoyproxy.envoy.type.matcher.v3.OrMatcher;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatchAndSubstitute;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatcher;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import io.envoyproxy.envoy.type.matcher.v3.ValueMatcher;
import io.envoyproxy.envoy.type.v3.FractionalPercent;
import io.envoyproxy.envoy.type.v3.Int32Range;
import io.envoyproxy.envoy.type.v3.Int64Range;
import io.envoyproxy.envoy.type.v3.Percent;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The allow-list of profile 8: for each message type the fields that are honoured, and for each Any
 * field the types that it may hold. A type that is not here may be present only empty.
 */
final class ProfileFields {

    private static final Set<FieldDescriptor> FIELDS = new HashSet<>();
    private static final Map<FieldDescriptor, AnyField> ANYS = new HashMap<>();
    private static final String WELL_KNOWN = "google.protobuf.";

    /** What routes may say to filters. */
    private static final Message[] FILTER_CONFIGS = {
        CorsPolicy.getDefaultInstance(),
        HTTPFault.getDefaultInstance(),
        LocalRateLimit.getDefaultInstance(),
        RBACPerRoute.getDefaultInstance()
    };

    private record AnyField(String kind, List<Message> types) {}

    private ProfileFields() {}

    static {
        listeners();
        tls();
        routes();
        clusters();
        proxyProtocol();
        CheckFields.declare(ProfileFields::allow, ProfileFields::any);
        TokenFields.declare(ProfileFields::allow);
        allow(
                Workload.getDescriptor(),
                Workload.getDescriptor().getFields().stream()
                        .map(FieldDescriptor::getName)
                        .toArray(String[]::new));
        allow(Enrolment.getDescriptor(), "namespaces");
        allow(Exclusions.getDescriptor(), "inbound_ports", "outbound_ports", "outbound_cidrs");
    }

    private static void listeners() {
        allow(
                Listener.getDescriptor(),
                "name",
                "address",
                "bind_to_port",
                "listener_filters",
                "listener_filters_timeout",
                "continue_on_listener_filters_timeout",
                "filter_chains",
                "default_filter_chain");
        allow(ListenerFilter.getDescriptor(), "name", "typed_config", "filter_disabled");
        any(
                ListenerFilter.getDescriptor(),
                "listener filter",
                OriginalDst.getDefaultInstance(),
                TlsInspector.getDefaultInstance(),
                ProxyProtocol.getDefaultInstance(),
                HttpInspector.getDefaultInstance());
        allow(
                FilterChain.getDescriptor(),
                "name",
                "filter_chain_match",
                "filters",
                "metadata",
                "transport_socket");
        allow(
                FilterChainMatch.getDescriptor(),
                "destination_port",
                "prefix_ranges",
                "server_names",
                "transport_protocol",
                "application_protocols");
        allow(CidrRange.getDescriptor(), "address_prefix", "prefix_len");
        allow(Filter.getDescriptor(), "name", "typed_config");
        any(
                Filter.getDescriptor(),
                "network filter",
                HttpConnectionManager.getDefaultInstance(),
                TcpProxy.getDefaultInstance(),
                io.envoyproxy.envoy.extensions.filters.network.rbac.v3.RBAC.getDefaultInstance(),
                io.envoyproxy.envoy.extensions.filters.network.ext_authz.v3.ExtAuthz
                        .getDefaultInstance());
        allow(
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
        allow(
                HttpConnectionManager.SetCurrentClientCertDetails.getDescriptor(),
                "subject",
                "cert",
                "chain",
                "dns",
                "uri");
        allow(HttpConnectionManager.UpgradeConfig.getDescriptor(), "upgrade_type", "enabled");
        allow(Rds.getDescriptor(), "config_source", "route_config_name");
        allow(HttpFilter.getDescriptor(), "name", "typed_config");
        any(
                HttpFilter.getDescriptor(),
                "http filter",
                Cors.getDefaultInstance(),
                HTTPFault.getDefaultInstance(),
                JwtAuthentication.getDefaultInstance(),
                LocalRateLimit.getDefaultInstance(),
                RBAC.getDefaultInstance(),
                ExtAuthz.getDefaultInstance(),
                Router.getDefaultInstance());
        allow(
                TcpProxy.getDescriptor(),
                "stat_prefix",
                "cluster",
                "weighted_clusters",
                "idle_timeout",
                "max_downstream_connection_duration",
                "tunneling_config");
        allow(TcpProxy.TunnelingConfig.getDescriptor(), "hostname");
        allow(TcpProxy.WeightedCluster.getDescriptor(), "clusters");
        allow(TcpProxy.WeightedCluster.ClusterWeight.getDescriptor(), "name", "weight");
    }

    private static void tls() {
        allow(TransportSocket.getDescriptor(), "name", "typed_config");
        any(
                TransportSocket.getDescriptor(),
                "transport socket",
                DownstreamTlsContext.getDefaultInstance(),
                UpstreamTlsContext.getDefaultInstance(),
                ProxyProtocolUpstreamTransport.getDefaultInstance(),
                RawBuffer.getDefaultInstance());
        allow(
                DownstreamTlsContext.getDescriptor(),
                "common_tls_context",
                "require_client_certificate");
        allow(UpstreamTlsContext.getDescriptor(), "common_tls_context", "sni");
        allow(
                CommonTlsContext.getDescriptor(),
                "tls_params",
                "alpn_protocols",
                "tls_certificate_sds_secret_configs",
                "validation_context",
                "validation_context_sds_secret_config",
                "combined_validation_context");
        allow(
                TlsParameters.getDescriptor(),
                "tls_minimum_protocol_version",
                "tls_maximum_protocol_version");
        allow(SdsSecretConfig.getDescriptor(), "name", "sds_config");
        allow(
                CommonTlsContext.CombinedCertificateValidationContext.getDescriptor(),
                "default_validation_context",
                "validation_context_sds_secret_config");
        allow(CertificateValidationContext.getDescriptor(), "match_typed_subject_alt_names");
        allow(SubjectAltNameMatcher.getDescriptor(), "san_type", "matcher");
        allow(ConfigSource.getDescriptor(), "ads", "resource_api_version");
        allow(AggregatedConfigSource.getDescriptor());
    }

    private static void routes() {
        allow(
                RouteConfiguration.getDescriptor(),
                "name",
                "virtual_hosts",
                "ignore_port_in_host_matching");
        allow(
                VirtualHost.getDescriptor(),
                "name",
                "domains",
                "routes",
                "include_request_attempt_count",
                "include_attempt_count_in_response",
                "typed_per_filter_config");
        any(
                field(VirtualHost.getDescriptor(), "typed_per_filter_config"),
                "filter config",
                FILTER_CONFIGS);
        allow(
                Route.getDescriptor(),
                "name",
                "match",
                "route",
                "redirect",
                "direct_response",
                "request_headers_to_add",
                "request_headers_to_remove",
                "response_headers_to_add",
                "response_headers_to_remove",
                "stat_prefix",
                "metadata",
                "typed_per_filter_config");
        any(
                field(Route.getDescriptor(), "typed_per_filter_config"),
                "filter config",
                FILTER_CONFIGS);
        allow(
                RouteMatch.getDescriptor(),
                "prefix",
                "path",
                "safe_regex",
                "case_sensitive",
                "headers",
                "query_parameters",
                "dynamic_metadata",
                "connect_matcher");
        allow(QueryParameterMatcher.getDescriptor(), "name", "string_match", "present_match");
        allow(
                HeaderMatcher.getDescriptor(),
                "name",
                "string_match",
                "present_match",
                "invert_match",
                "treat_missing_header_as_empty");
        allow(
                StringMatcher.getDescriptor(),
                "exact",
                "prefix",
                "suffix",
                "contains",
                "safe_regex",
                "ignore_case");
        allow(RegexMatcher.getDescriptor(), "regex");
        allow(MetadataMatcher.getDescriptor(), "filter", "path", "value");
        allow(MetadataMatcher.PathSegment.getDescriptor(), "key");
        allow(ValueMatcher.getDescriptor(), "string_match", "list_match", "or_match");
        allow(ListMatcher.getDescriptor(), "one_of");
        allow(OrMatcher.getDescriptor(), "value_matchers");
        allow(
                RouteAction.getDescriptor(),
                "cluster",
                "weighted_clusters",
                "timeout",
                "idle_timeout",
                "max_stream_duration",
                "upgrade_configs",
                "prefix_rewrite",
                "regex_rewrite",
                "host_rewrite_literal",
                "retry_policy",
                "request_mirror_policies",
                "hash_policy");
        allow(RouteAction.MaxStreamDuration.getDescriptor(), "grpc_timeout_header_max");
        allow(RouteAction.UpgradeConfig.getDescriptor(), "upgrade_type", "enabled");
        allow(WeightedCluster.getDescriptor(), "clusters");
        allow(
                WeightedCluster.ClusterWeight.getDescriptor(),
                "name",
                "weight",
                "request_headers_to_add",
                "request_headers_to_remove",
                "response_headers_to_add",
                "response_headers_to_remove",
                "host_rewrite_literal");
        allow(DirectResponseAction.getDescriptor(), "status", "body");
        allow(DataSource.getDescriptor(), "inline_string", "inline_bytes");
        heads();
        retries();
        faultsAndOrigins();
    }

    private static void heads() {
        allow(HeaderValueOption.getDescriptor(), "header", "append", "append_action");
        allow(HeaderValue.getDescriptor(), "key", "value");
        allow(RegexMatchAndSubstitute.getDescriptor(), "pattern", "substitution");
        allow(
                RedirectAction.getDescriptor(),
                "https_redirect",
                "scheme_redirect",
                "host_redirect",
                "port_redirect",
                "path_redirect",
                "prefix_rewrite",
                "regex_rewrite",
                "response_code",
                "strip_query");
        allow(RouteAction.RequestMirrorPolicy.getDescriptor(), "cluster", "runtime_fraction");
        allow(
                RouteAction.HashPolicy.getDescriptor(),
                "header",
                "cookie",
                "connection_properties",
                "query_parameter",
                "terminal");
        allow(RouteAction.HashPolicy.Header.getDescriptor(), "header_name");
        allow(RouteAction.HashPolicy.Cookie.getDescriptor(), "name", "ttl", "path", "attributes");
        allow(RouteAction.HashPolicy.CookieAttribute.getDescriptor(), "name", "value");
        allow(RouteAction.HashPolicy.ConnectionProperties.getDescriptor(), "source_ip");
        allow(RouteAction.HashPolicy.QueryParameter.getDescriptor(), "name");
    }

    private static void retries() {
        allow(
                RetryPolicy.getDescriptor(),
                "retry_on",
                "num_retries",
                "per_try_timeout",
                "retriable_status_codes",
                "retriable_headers",
                "retriable_request_headers",
                "retry_back_off",
                "retry_host_predicate",
                "host_selection_retry_max_attempts",
                "retry_priority");
        allow(RetryPolicy.RetryBackOff.getDescriptor(), "base_interval", "max_interval");
        allow(RetryPolicy.RetryHostPredicate.getDescriptor(), "name", "typed_config");
        any(
                RetryPolicy.RetryHostPredicate.getDescriptor(),
                "retry host predicate",
                PreviousHostsPredicate.getDefaultInstance());
        allow(RetryPolicy.RetryPriority.getDescriptor(), "name", "typed_config");
        any(
                RetryPolicy.RetryPriority.getDescriptor(),
                "retry priority",
                PreviousPrioritiesConfig.getDefaultInstance());
        allow(PreviousPrioritiesConfig.getDescriptor(), "update_frequency");
    }

    private static void faultsAndOrigins() {
        allow(HTTPFault.getDescriptor(), "delay", "abort");
        allow(FaultDelay.getDescriptor(), "fixed_delay", "header_delay", "percentage");
        allow(
                FaultAbort.getDescriptor(),
                "http_status",
                "grpc_status",
                "header_abort",
                "percentage");
        allow(
                CorsPolicy.getDescriptor(),
                "allow_origin_string_match",
                "allow_methods",
                "allow_headers",
                "expose_headers",
                "max_age",
                "allow_credentials",
                "filter_enabled",
                "forward_not_matching_preflights");
        allow(RuntimeFractionalPercent.getDescriptor(), "default_value");
        allow(FractionalPercent.getDescriptor(), "numerator", "denominator");
    }

    private static void clusters() {
        allow(
                Cluster.getDescriptor(),
                "name",
                "alt_stat_name",
                "type",
                "eds_cluster_config",
                "connect_timeout",
                "lb_policy",
                "load_assignment",
                "transport_socket",
                "transport_socket_matches",
                "typed_extension_protocol_options");
        balancing();
        connectionPools();
        outlierDetection();
        healthChecks();
        any(
                field(Cluster.getDescriptor(), "typed_extension_protocol_options"),
                "protocol options",
                HttpProtocolOptions.getDefaultInstance());
        allow(
                HttpProtocolOptions.getDescriptor(),
                "common_http_protocol_options",
                "upstream_http_protocol_options",
                "explicit_http_config",
                "use_downstream_protocol_config");
        allow(UpstreamHttpProtocolOptions.getDescriptor(), "auto_sni", "auto_san_validation");
        allow(
                HttpProtocolOptions.ExplicitHttpConfig.getDescriptor(),
                "http_protocol_options",
                "http2_protocol_options");
        allow(
                HttpProtocolOptions.UseDownstreamHttpConfig.getDescriptor(),
                "http_protocol_options",
                "http2_protocol_options");
        allow(
                Http2ProtocolOptions.getDescriptor(),
                "max_concurrent_streams",
                "connection_keepalive");
        allow(Cluster.EdsClusterConfig.getDescriptor(), "eds_config", "service_name");
        allow(Cluster.TransportSocketMatch.getDescriptor(), "name", "match", "transport_socket");
        allow(ClusterLoadAssignment.getDescriptor(), "cluster_name", "endpoints", "policy");
        allow(ClusterLoadAssignment.Policy.getDescriptor(), "overprovisioning_factor");
        allow(
                LocalityLbEndpoints.getDescriptor(),
                "locality",
                "lb_endpoints",
                "priority",
                "load_balancing_weight");
        allow(Locality.getDescriptor(), "region", "zone", "sub_zone");
        allow(
                LbEndpoint.getDescriptor(),
                "endpoint",
                "health_status",
                "load_balancing_weight",
                "metadata");
        allow(Endpoint.getDescriptor(), "address", "health_check_config");
        allow(Endpoint.HealthCheckConfig.getDescriptor(), "port_value");
        allow(Address.getDescriptor(), "socket_address");
        allow(SocketAddress.getDescriptor(), "address", "port_value");
        allow(Metadata.getDescriptor(), "filter_metadata");
    }

    private static void balancing() {
        allow(
                Cluster.getDescriptor(),
                "round_robin_lb_config",
                "least_request_lb_config",
                "ring_hash_lb_config",
                "maglev_lb_config",
                "common_lb_config");
        allow(Cluster.RoundRobinLbConfig.getDescriptor(), "slow_start_config");
        allow(Cluster.LeastRequestLbConfig.getDescriptor(), "choice_count", "slow_start_config");
        allow(
                Cluster.SlowStartConfig.getDescriptor(),
                "slow_start_window",
                "aggression",
                "min_weight_percent");
        allow(RuntimeDouble.getDescriptor(), "default_value", "runtime_key");
        allow(Percent.getDescriptor(), "value");
        allow(Cluster.RingHashLbConfig.getDescriptor(), "minimum_ring_size", "maximum_ring_size");
        allow(Cluster.MaglevLbConfig.getDescriptor(), "table_size");
        allow(
                Cluster.CommonLbConfig.getDescriptor(),
                "healthy_panic_threshold",
                "locality_weighted_lb_config");
    }

    private static void connectionPools() {
        allow(
                Cluster.getDescriptor(),
                "circuit_breakers",
                "upstream_connection_options",
                "metadata");
        allow(CircuitBreakers.getDescriptor(), "thresholds");
        allow(
                CircuitBreakers.Thresholds.getDescriptor(),
                "max_connections",
                "max_pending_requests",
                "max_requests",
                "max_retries",
                "retry_budget",
                "track_remaining");
        allow(
                CircuitBreakers.Thresholds.RetryBudget.getDescriptor(),
                "budget_percent",
                "min_retry_concurrency");
        allow(UpstreamConnectionOptions.getDescriptor(), "tcp_keepalive");
        allow(
                TcpKeepalive.getDescriptor(),
                "keepalive_probes",
                "keepalive_time",
                "keepalive_interval");
        allow(
                io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions.getDescriptor(),
                "idle_timeout",
                "max_connection_duration",
                "max_requests_per_connection");
        allow(KeepaliveSettings.getDescriptor(), "interval", "timeout");
    }

    private static void outlierDetection() {
        allow(Cluster.getDescriptor(), "outlier_detection");
        allow(
                OutlierDetection.getDescriptor(),
                "consecutive_5xx",
                "enforcing_consecutive_5xx",
                "consecutive_gateway_failure",
                "enforcing_consecutive_gateway_failure",
                "split_external_local_origin_errors",
                "consecutive_local_origin_failure",
                "enforcing_consecutive_local_origin_failure",
                "interval",
                "base_ejection_time",
                "max_ejection_time",
                "max_ejection_time_jitter",
                "max_ejection_percent",
                "always_eject_one_host",
                "successful_active_health_check_uneject_host",
                "enforcing_success_rate",
                "enforcing_local_origin_success_rate",
                "success_rate_minimum_hosts",
                "success_rate_request_volume",
                "success_rate_stdev_factor",
                "enforcing_failure_percentage",
                "enforcing_failure_percentage_local_origin",
                "failure_percentage_threshold",
                "failure_percentage_minimum_hosts",
                "failure_percentage_request_volume");
    }

    private static void healthChecks() {
        allow(Cluster.getDescriptor(), "health_checks", "ignore_health_on_host_removal");
        allow(
                HealthCheck.getDescriptor(),
                "timeout",
                "interval",
                "interval_jitter",
                "unhealthy_interval",
                "unhealthy_threshold",
                "healthy_threshold",
                "reuse_connection",
                "http_health_check",
                "tcp_health_check",
                "grpc_health_check");
        allow(
                HealthCheck.HttpHealthCheck.getDescriptor(),
                "host",
                "path",
                "method",
                "expected_statuses",
                "codec_client_type");
        allow(Int64Range.getDescriptor(), "start", "end");
        allow(HealthCheck.TcpHealthCheck.getDescriptor(), "send", "receive");
        allow(HealthCheck.Payload.getDescriptor(), "text");
        allow(HealthCheck.GrpcHealthCheck.getDescriptor(), "service_name", "authority");
    }

    private static void proxyProtocol() {
        allow(ProxyProtocol.getDescriptor(), "allow_requests_without_proxy_protocol");
        allow(
                ListenerFilterChainMatchPredicate.getDescriptor(),
                "or_match",
                "not_match",
                "destination_port_range");
        allow(ListenerFilterChainMatchPredicate.MatchSet.getDescriptor(), "rules");
        allow(Int32Range.getDescriptor(), "start", "end");
        allow(ProxyProtocolUpstreamTransport.getDescriptor(), "config", "transport_socket");
        allow(ProxyProtocolConfig.getDescriptor(), "version");
    }

    private static void allow(Descriptor message, String... names) {
        for (String name : names) {
            FIELDS.add(field(message, name));
        }
    }

    private static void any(Descriptor message, String kind, Message... types) {
        any(field(message, "typed_config"), kind, types);
    }

    private static void any(FieldDescriptor field, String kind, Message... types) {
        ANYS.put(field, new AnyField(kind, List.of(types)));
    }

    private static FieldDescriptor field(Descriptor message, String name) {
        FieldDescriptor field = message.findFieldByName(name);
        if (field == null) {
            throw new IllegalStateException(message.getFullName() + " has no field " + name);
        }
        return field;
    }

    /** Whether {@code field} may be set. */
    static boolean allows(FieldDescriptor field) {
        return FIELDS.contains(field)
                || field.getContainingType().getFullName().startsWith(WELL_KNOWN);
    }

    /** Default instances of what an Any field may hold. */
    static List<Message> typesOf(FieldDescriptor field) {
        AnyField any = ANYS.get(field);
        return any == null ? List.of() : any.types;
    }

    /** What an Any field holds, in words: {@code network filter}. */
    static String kindOf(FieldDescriptor field) {
        AnyField any = ANYS.get(field);
        return any == null ? "type" : any.kind;
    }

    /** Every field that may be set. */
    static Set<FieldDescriptor> all() {
        return Set.copyOf(FIELDS);
    }

    /** Default instances of all that may stand in a typed_config. */
    static List<Message> typedConfigs() {
        return ANYS.values().stream().flatMap(any -> any.types.stream()).toList();
    }
}
