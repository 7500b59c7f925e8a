package dev.fairlead.agent.control.xds.compile;

import io.envoyproxy.envoy.config.cluster.v3.CircuitBreakers;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.OutlierDetection;
import io.envoyproxy.envoy.config.cluster.v3.UpstreamConnectionOptions;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.HealthCheck;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.KeepaliveSettings;
import io.envoyproxy.envoy.config.core.v3.Locality;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.core.v3.RuntimeDouble;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.core.v3.TcpKeepalive;
import io.envoyproxy.envoy.config.core.v3.UpstreamHttpProtocolOptions;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.Endpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.type.v3.Int64Range;
import io.envoyproxy.envoy.type.v3.Percent;

/** The part of the allow-list that clusters and their endpoints have. */
final class ClusterFields {

    private ClusterFields() {}

    static void declare(FieldTable fields) {
        clusters(fields);
    }

    private static void clusters(FieldTable fields) {
        fields.allow(
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
        balancing(fields);
        connectionPools(fields);
        outlierDetection(fields);
        healthChecks(fields);
        fields.any(
                FieldTable.field(Cluster.getDescriptor(), "typed_extension_protocol_options"),
                "protocol options",
                HttpProtocolOptions.getDefaultInstance());
        fields.allow(
                HttpProtocolOptions.getDescriptor(),
                "common_http_protocol_options",
                "upstream_http_protocol_options",
                "explicit_http_config",
                "use_downstream_protocol_config");
        fields.allow(
                UpstreamHttpProtocolOptions.getDescriptor(), "auto_sni", "auto_san_validation");
        fields.allow(
                HttpProtocolOptions.ExplicitHttpConfig.getDescriptor(),
                "http_protocol_options",
                "http2_protocol_options");
        fields.allow(
                HttpProtocolOptions.UseDownstreamHttpConfig.getDescriptor(),
                "http_protocol_options",
                "http2_protocol_options");
        fields.allow(
                Http2ProtocolOptions.getDescriptor(),
                "max_concurrent_streams",
                "connection_keepalive");
        fields.allow(Cluster.EdsClusterConfig.getDescriptor(), "eds_config", "service_name");
        fields.allow(
                Cluster.TransportSocketMatch.getDescriptor(), "name", "match", "transport_socket");
        fields.allow(ClusterLoadAssignment.getDescriptor(), "cluster_name", "endpoints", "policy");
        fields.allow(ClusterLoadAssignment.Policy.getDescriptor(), "overprovisioning_factor");
        fields.allow(
                LocalityLbEndpoints.getDescriptor(),
                "locality",
                "lb_endpoints",
                "priority",
                "load_balancing_weight");
        fields.allow(Locality.getDescriptor(), "region", "zone", "sub_zone");
        fields.allow(
                LbEndpoint.getDescriptor(),
                "endpoint",
                "health_status",
                "load_balancing_weight",
                "metadata");
        fields.allow(Endpoint.getDescriptor(), "address", "health_check_config");
        fields.allow(Endpoint.HealthCheckConfig.getDescriptor(), "port_value");
        fields.allow(Address.getDescriptor(), "socket_address");
        fields.allow(SocketAddress.getDescriptor(), "address", "port_value");
        fields.allow(Metadata.getDescriptor(), "filter_metadata");
    }

    private static void balancing(FieldTable fields) {
        fields.allow(
                Cluster.getDescriptor(),
                "round_robin_lb_config",
                "least_request_lb_config",
                "ring_hash_lb_config",
                "maglev_lb_config",
                "common_lb_config");
        fields.allow(Cluster.RoundRobinLbConfig.getDescriptor(), "slow_start_config");
        fields.allow(
                Cluster.LeastRequestLbConfig.getDescriptor(), "choice_count", "slow_start_config");
        fields.allow(
                Cluster.SlowStartConfig.getDescriptor(),
                "slow_start_window",
                "aggression",
                "min_weight_percent");
        fields.allow(RuntimeDouble.getDescriptor(), "default_value", "runtime_key");
        fields.allow(Percent.getDescriptor(), "value");
        fields.allow(
                Cluster.RingHashLbConfig.getDescriptor(), "minimum_ring_size", "maximum_ring_size");
        fields.allow(Cluster.MaglevLbConfig.getDescriptor(), "table_size");
        fields.allow(
                Cluster.CommonLbConfig.getDescriptor(),
                "healthy_panic_threshold",
                "locality_weighted_lb_config");
    }

    private static void connectionPools(FieldTable fields) {
        fields.allow(
                Cluster.getDescriptor(),
                "circuit_breakers",
                "upstream_connection_options",
                "metadata");
        fields.allow(CircuitBreakers.getDescriptor(), "thresholds");
        fields.allow(
                CircuitBreakers.Thresholds.getDescriptor(),
                "max_connections",
                "max_pending_requests",
                "max_requests",
                "max_retries",
                "retry_budget",
                "track_remaining");
        fields.allow(
                CircuitBreakers.Thresholds.RetryBudget.getDescriptor(),
                "budget_percent",
                "min_retry_concurrency");
        fields.allow(UpstreamConnectionOptions.getDescriptor(), "tcp_keepalive");
        fields.allow(
                TcpKeepalive.getDescriptor(),
                "keepalive_probes",
                "keepalive_time",
                "keepalive_interval");
        fields.allow(
                io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions.getDescriptor(),
                "idle_timeout",
                "max_connection_duration",
                "max_requests_per_connection");
        fields.allow(KeepaliveSettings.getDescriptor(), "interval", "timeout");
    }

    private static void outlierDetection(FieldTable fields) {
        fields.allow(Cluster.getDescriptor(), "outlier_detection");
        fields.allow(
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

    private static void healthChecks(FieldTable fields) {
        fields.allow(Cluster.getDescriptor(), "health_checks", "ignore_health_on_host_removal");
        fields.allow(
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
        fields.allow(
                HealthCheck.HttpHealthCheck.getDescriptor(),
                "host",
                "path",
                "method",
                "expected_statuses",
                "codec_client_type");
        fields.allow(Int64Range.getDescriptor(), "start", "end");
        fields.allow(HealthCheck.TcpHealthCheck.getDescriptor(), "send", "receive");
        fields.allow(HealthCheck.Payload.getDescriptor(), "text");
        fields.allow(HealthCheck.GrpcHealthCheck.getDescriptor(), "service_name", "authority");
    }
}
