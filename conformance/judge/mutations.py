"""Fields that are taken from the Envoy's resources: to the harness it is as if the agent mishandled them."""

_ROUTE = "envoy.config.route.v3"
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
    "envoy.config.cluster.v3.Cluster.lb_policy",
)
