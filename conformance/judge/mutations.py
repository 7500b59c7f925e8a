"""
Fields that are taken from the Envoy's resources: to the harness it is as if the agent mishandled them. With `=any` what a
field asks is held to be so.
"""

_ROUTE = "envoy.config.route.v3"
_RBAC = "envoy.config.rbac.v3"
_JWT = "envoy.extensions.filters.http.jwt_authn.v3"
_FAULT = "envoy.extensions.filters.http.fault.v3"

MUTATIONS = (
    f"{_ROUTE}.RouteAction.prefix_rewrite",
    f"{_ROUTE}.RouteAction.regex_rewrite",
    f"{_ROUTE}.RouteAction.host_rewrite_literal",
    f"{_ROUTE}.RouteAction.request_mirror_policies",
    f"{_ROUTE}.RouteAction.timeout",
    f"{_ROUTE}.RouteAction.hash_policy",
    f"{_ROUTE}.RetryPolicy.num_retries",
    f"{_ROUTE}.RetryPolicy.retry_on",
    f"{_ROUTE}.RetryPolicy.retriable_status_codes",
    f"{_ROUTE}.RouteMatch.query_parameters",
    f"{_ROUTE}.RouteMatch.case_sensitive",
    f"{_ROUTE}.HeaderMatcher.invert_match",
    f"{_ROUTE}.Route.request_headers_to_add",
    f"{_ROUTE}.Route.request_headers_to_remove",
    f"{_ROUTE}.Route.response_headers_to_add",
    f"{_ROUTE}.Route.response_headers_to_remove",
    f"{_ROUTE}.WeightedCluster.ClusterWeight.request_headers_to_add",
    f"{_ROUTE}.VirtualHost.include_request_attempt_count",
    f"{_ROUTE}.RedirectAction.response_code",
    f"{_ROUTE}.RedirectAction.host_redirect",
    f"{_ROUTE}.DirectResponseAction.body",
    f"{_FAULT}.HTTPFault.abort",
    "envoy.extensions.filters.http.cors.v3.CorsPolicy.allow_methods",
    f"{_ROUTE}.Route.stat_prefix",
    "envoy.config.cluster.v3.Cluster.lb_policy",
    "envoy.config.cluster.v3.CircuitBreakers.Thresholds.max_connections",
    "envoy.config.cluster.v3.CircuitBreakers.Thresholds.max_pending_requests",
    "envoy.config.cluster.v3.CircuitBreakers.Thresholds.max_requests",
    "envoy.config.cluster.v3.OutlierDetection.consecutive_5xx",
    "envoy.config.cluster.v3.OutlierDetection.consecutive_gateway_failure",
)

GUARD_MUTATIONS = (
    f"{_RBAC}.Permission.not_rule=any",
    f"{_RBAC}.Principal.not_id=any",
    f"{_RBAC}.Principal.direct_remote_ip=any",
    f"{_RBAC}.Principal.remote_ip=any",
    f"{_RBAC}.Principal.authenticated=any",
    f"{_RBAC}.Principal.metadata=any",
    f"{_RBAC}.Principal.header=any",
    f"{_RBAC}.Permission.header=any",
    f"{_RBAC}.Permission.url_path=any",
    f"{_RBAC}.Permission.uri_template=any",
    f"{_RBAC}.Permission.destination_port=any",
    f"{_RBAC}.Permission.requested_server_name=any",
    f"{_RBAC}.RBAC.action",
    "envoy.extensions.filters.http.rbac.v3.RBAC.shadow_rules",
    "envoy.extensions.filters.network.rbac.v3.RBAC.rules",
    "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.normalize_path",
    f"{_JWT}.JwtProvider.audiences",
    f"{_JWT}.JwtProvider.forward",
    f"{_JWT}.JwtProvider.claim_to_headers",
    f"{_JWT}.JwtProvider.forward_payload_header",
    f"{_JWT}.JwtProvider.clock_skew_seconds",
    f"{_JWT}.JwtProvider.from_params",
    f"{_JWT}.JwtAuthentication.bypass_cors_preflight",
    f"{_JWT}.RequirementRule.requires",
    "envoy.extensions.filters.http.ext_authz.v3.ExtAuthz.filter_enabled_metadata",
    "envoy.extensions.filters.http.ext_authz.v3.HttpService.authorization_response",
)
