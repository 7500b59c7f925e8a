package dev.fairlead.agent.control.xds.compile;

import com.google.protobuf.Message;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.RuntimeFractionalPercent;
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
import io.envoyproxy.envoy.extensions.filters.http.cors.v3.CorsPolicy;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.FaultAbort;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.HTTPFault;
import io.envoyproxy.envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit;
import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBACPerRoute;
import io.envoyproxy.envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate;
import io.envoyproxy.envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig;
import io.envoyproxy.envoy.type.matcher.v3.ListMatcher;
import io.envoyproxy.envoy.type.matcher.v3.MetadataMatcher;
import io.envoyproxy.envoy.type.matcher.v3.OrMatcher;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatchAndSubstitute;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatcher;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import io.envoyproxy.envoy.type.matcher.v3.ValueMatcher;
import io.envoyproxy.envoy.type.v3.FractionalPercent;

/** The part of the allow-list that routes have. */
final class RouteFields {

    /** What routes may say to filters. */
    private static final Message[] FILTER_CONFIGS = {
        CorsPolicy.getDefaultInstance(),
        HTTPFault.getDefaultInstance(),
        LocalRateLimit.getDefaultInstance(),
        RBACPerRoute.getDefaultInstance()
    };

    private RouteFields() {}

    static void declare(FieldTable fields) {
        routes(fields);
    }

    private static void routes(FieldTable fields) {
        fields.allow(
                RouteConfiguration.getDescriptor(),
                "name",
                "virtual_hosts",
                "ignore_port_in_host_matching");
        fields.allow(
                VirtualHost.getDescriptor(),
                "name",
                "domains",
                "routes",
                "include_request_attempt_count",
                "include_attempt_count_in_response",
                "typed_per_filter_config");
        fields.any(
                FieldTable.field(VirtualHost.getDescriptor(), "typed_per_filter_config"),
                "filter config",
                FILTER_CONFIGS);
        fields.allow(
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
        fields.any(
                FieldTable.field(Route.getDescriptor(), "typed_per_filter_config"),
                "filter config",
                FILTER_CONFIGS);
        fields.allow(
                RouteMatch.getDescriptor(),
                "prefix",
                "path",
                "safe_regex",
                "case_sensitive",
                "headers",
                "query_parameters",
                "dynamic_metadata",
                "connect_matcher");
        fields.allow(
                QueryParameterMatcher.getDescriptor(), "name", "string_match", "present_match");
        fields.allow(
                HeaderMatcher.getDescriptor(),
                "name",
                "string_match",
                "present_match",
                "invert_match",
                "treat_missing_header_as_empty");
        fields.allow(
                StringMatcher.getDescriptor(),
                "exact",
                "prefix",
                "suffix",
                "contains",
                "safe_regex",
                "ignore_case");
        fields.allow(RegexMatcher.getDescriptor(), "regex");
        fields.allow(MetadataMatcher.getDescriptor(), "filter", "path", "value");
        fields.allow(MetadataMatcher.PathSegment.getDescriptor(), "key");
        fields.allow(ValueMatcher.getDescriptor(), "string_match", "list_match", "or_match");
        fields.allow(ListMatcher.getDescriptor(), "one_of");
        fields.allow(OrMatcher.getDescriptor(), "value_matchers");
        fields.allow(
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
        fields.allow(RouteAction.MaxStreamDuration.getDescriptor(), "grpc_timeout_header_max");
        fields.allow(RouteAction.UpgradeConfig.getDescriptor(), "upgrade_type", "enabled");
        fields.allow(WeightedCluster.getDescriptor(), "clusters");
        fields.allow(
                WeightedCluster.ClusterWeight.getDescriptor(),
                "name",
                "weight",
                "request_headers_to_add",
                "request_headers_to_remove",
                "response_headers_to_add",
                "response_headers_to_remove",
                "host_rewrite_literal");
        fields.allow(DirectResponseAction.getDescriptor(), "status", "body");
        fields.allow(DataSource.getDescriptor(), "inline_string", "inline_bytes");
        heads(fields);
        retries(fields);
        faultsAndOrigins(fields);
    }

    private static void heads(FieldTable fields) {
        fields.allow(HeaderValueOption.getDescriptor(), "header", "append", "append_action");
        fields.allow(HeaderValue.getDescriptor(), "key", "value");
        fields.allow(RegexMatchAndSubstitute.getDescriptor(), "pattern", "substitution");
        fields.allow(
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
        fields.allow(
                RouteAction.RequestMirrorPolicy.getDescriptor(), "cluster", "runtime_fraction");
        fields.allow(
                RouteAction.HashPolicy.getDescriptor(),
                "header",
                "cookie",
                "connection_properties",
                "query_parameter",
                "terminal");
        fields.allow(RouteAction.HashPolicy.Header.getDescriptor(), "header_name");
        fields.allow(
                RouteAction.HashPolicy.Cookie.getDescriptor(), "name", "ttl", "path", "attributes");
        fields.allow(RouteAction.HashPolicy.CookieAttribute.getDescriptor(), "name", "value");
        fields.allow(RouteAction.HashPolicy.ConnectionProperties.getDescriptor(), "source_ip");
        fields.allow(RouteAction.HashPolicy.QueryParameter.getDescriptor(), "name");
    }

    private static void retries(FieldTable fields) {
        fields.allow(
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
        fields.allow(RetryPolicy.RetryBackOff.getDescriptor(), "base_interval", "max_interval");
        fields.allow(RetryPolicy.RetryHostPredicate.getDescriptor(), "name", "typed_config");
        fields.any(
                RetryPolicy.RetryHostPredicate.getDescriptor(),
                "retry host predicate",
                PreviousHostsPredicate.getDefaultInstance());
        fields.allow(RetryPolicy.RetryPriority.getDescriptor(), "name", "typed_config");
        fields.any(
                RetryPolicy.RetryPriority.getDescriptor(),
                "retry priority",
                PreviousPrioritiesConfig.getDefaultInstance());
        fields.allow(PreviousPrioritiesConfig.getDescriptor(), "update_frequency");
    }

    private static void faultsAndOrigins(FieldTable fields) {
        fields.allow(HTTPFault.getDescriptor(), "delay", "abort");
        fields.allow(FaultDelay.getDescriptor(), "fixed_delay", "header_delay", "percentage");
        fields.allow(
                FaultAbort.getDescriptor(),
                "http_status",
                "grpc_status",
                "header_abort",
                "percentage");
        fields.allow(
                CorsPolicy.getDescriptor(),
                "allow_origin_string_match",
                "allow_methods",
                "allow_headers",
                "expose_headers",
                "max_age",
                "allow_credentials",
                "filter_enabled",
                "forward_not_matching_preflights");
        fields.allow(RuntimeFractionalPercent.getDescriptor(), "default_value");
        fields.allow(FractionalPercent.getDescriptor(), "numerator", "denominator");
    }
}
