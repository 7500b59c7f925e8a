package dev.fairlead.agent.control.xds.testing;

import com.google.protobuf.Any;
import com.google.protobuf.BoolValue;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.extensions.filters.http.cors.v3.Cors;
import io.envoyproxy.envoy.extensions.filters.http.cors.v3.CorsPolicy;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.HTTPFault;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.PathWithEscapedSlashesAction;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.ServerHeaderTransformation;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate;
import io.envoyproxy.envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig;

/** Routes with all that the profile lets them say of their requests, in protobuf's text form. */
public final class RouteSamples {

    public static final String FAULT = "envoy.filters.http.fault";
    public static final String CORS = "envoy.filters.http.cors";

    private static final String FORWARD =
            """
            name: "policy"
            match {
              prefix: "/p"
              headers {
                name: "x-not" string_match { suffix: "x" } invert_match: true
                treat_missing_header_as_empty: true
              }
              headers { name: "x-part" string_match { contains: "Y" ignore_case: true } }
              query_parameters { name: "a" string_match { exact: "1" } }
              query_parameters { name: "b" present_match: false }
            }
            stat_prefix: "sp"
            request_headers_to_add {
              header { key: "X-A" value: "%REQ(x-b?:path):3%%%" } append_action: ADD_IF_ABSENT
            }
            request_headers_to_remove: "X-Gone"
            response_headers_to_add {
              header { key: "x-c" value: "%START_TIME%" } append { value: false }
            }
            response_headers_to_remove: "server"
            route {
              timeout { seconds: 3 }
              idle_timeout { seconds: 4 }
              prefix_rewrite: "/q"
              host_rewrite_literal: "other:80"
              weighted_clusters {
                clusters {
                  name: "v1" weight { value: 1 } host_rewrite_literal: "v1"
                  request_headers_to_add { header { key: "x-v" value: "1" } }
                  request_headers_to_remove: "x-w"
                  response_headers_to_add {
                    header { key: "x-v" value: "1" } append_action: OVERWRITE_IF_EXISTS
                  }
                  response_headers_to_remove: "x-w"
                }
              }
              request_mirror_policies {
                cluster: "copy"
                runtime_fraction { default_value { numerator: 5 denominator: TEN_THOUSAND } }
              }
              hash_policy { header { header_name: "X-User" } terminal: true }
              hash_policy {
                cookie {
                  name: "c" ttl { seconds: 5 } path: "/"
                  attributes { name: "SameSite" value: "Lax" }
                }
                terminal: true
              }
              hash_policy { query_parameter { name: "q" } terminal: true }
              hash_policy { connection_properties { source_ip: true } }
              retry_policy {
                retry_on: "5xx,retriable-status-codes"
                num_retries { value: 2 }
                per_try_timeout { seconds: 1 }
                retriable_status_codes: 418
                retriable_headers { name: "x-again" present_match: true }
                retriable_request_headers { name: "x-safe" present_match: true }
                retry_back_off { base_interval { nanos: 5000000 } max_interval { seconds: 1 } }
                host_selection_retry_max_attempts: 5
              }
            }
            """;

    private static final String REDIRECT =
            """
            match { prefix: "/r" }
            redirect {
              scheme_redirect: "https" host_redirect: "h" port_redirect: 8443
              path_redirect: "/x" response_code: FOUND strip_query: true
            }
            """;

    private static final String REGEX =
            """
            match { prefix: "/x" }
            redirect {
              https_redirect: true
              regex_rewrite { pattern { regex: "/x/(.*)" } substitution: "/\\\\1" }
            }
            """;

    private static final String PREFIX =
            """
            match { prefix: "/y" } redirect { prefix_rewrite: "/z" }
            """;

    private static final String BYTES =
            """
            match { prefix: "/b" } direct_response { status: 200 body { inline_bytes: "\\377" } }
            """;

    private static final String REWRITE =
            """
            match { prefix: "/" }
            route {
              cluster: "v1"
              regex_rewrite { pattern { regex: "a+" } substitution: "b" }
            }
            """;

    private RouteSamples() {}

    /** All of it. */
    public static RouteConfiguration.Builder policies(String name) {
        return RouteConfiguration.newBuilder()
                .setName(name)
                .addVirtualHosts(
                        VirtualHost.newBuilder()
                                .setName("policies")
                                .addDomains("*")
                                .setIncludeRequestAttemptCount(true)
                                .setIncludeAttemptCountInResponse(true)
                                .putTypedPerFilterConfig(FAULT, Any.pack(fixedFault()))
                                .addRoutes(forward())
                                .addRoutes(route(REDIRECT))
                                .addRoutes(route(REGEX))
                                .addRoutes(route(PREFIX))
                                .addRoutes(route(BYTES))
                                .addRoutes(
                                        route(REWRITE).toBuilder()
                                                .putTypedPerFilterConfig(
                                                        FAULT, Any.pack(headerFault()))));
    }

    /** An outbound listener with all that is said of all its requests. */
    public static Listener.Builder managed(String name, String routes) {
        Listener.Builder listener = Wire.outbound(name, routes, "db");
        listener.getFilterChainsBuilder(0).setFilters(0, Wire.filter(manager(routes).build()));
        return listener;
    }

    public static HttpConnectionManager.Builder manager(String routes) {
        HttpConnectionManager.Builder manager = Wire.httpByName(routes).toBuilder();
        HttpFilter router = manager.getHttpFilters(0);
        return manager.clearHttpFilters()
                .addHttpFilters(filter(CORS, Cors.getDefaultInstance()))
                .addHttpFilters(filter(FAULT, HTTPFault.getDefaultInstance()))
                .addHttpFilters(router)
                .setServerName("s")
                .setServerHeaderTransformation(ServerHeaderTransformation.APPEND_IF_ABSENT)
                .setVia("v")
                .setGenerateRequestId(BoolValue.of(false))
                .setPreserveExternalRequestId(true)
                .setAlwaysSetRequestIdInResponse(true)
                .setStreamIdleTimeout(Wire.seconds(9))
                .setNormalizePath(BoolValue.of(true))
                .setMergeSlashes(true)
                .setPathWithEscapedSlashesAction(PathWithEscapedSlashesAction.UNESCAPE_AND_FORWARD);
    }

    public static HttpFilter filter(String name, Message config) {
        return HttpFilter.newBuilder().setName(name).setTypedConfig(Any.pack(config)).build();
    }

    private static Route forward() {
        Route.Builder forward = route(FORWARD).toBuilder();
        var retries = forward.getRouteBuilder().getRetryPolicyBuilder();
        retries.addRetryHostPredicateBuilder()
                .setName("envoy.retry_host_predicates.previous_hosts")
                .setTypedConfig(Any.pack(PreviousHostsPredicate.getDefaultInstance()));
        retries.getRetryPriorityBuilder()
                .setName("envoy.retry_priorities.previous_priorities")
                .setTypedConfig(
                        Any.pack(
                                PreviousPrioritiesConfig.newBuilder()
                                        .setUpdateFrequency(2)
                                        .build()));
        return forward.putTypedPerFilterConfig(FAULT, Any.pack(grpcFault()))
                .putTypedPerFilterConfig(CORS, Any.pack(cors()))
                .build();
    }

    public static HTTPFault fixedFault() {
        return merge(
                """
                delay { fixed_delay { seconds: 7 } percentage { numerator: 50 } }
                abort { http_status: 418 percentage { numerator: 1 denominator: MILLION } }
                """,
                HTTPFault.newBuilder());
    }

    private static HTTPFault grpcFault() {
        return merge(
                "abort { grpc_status: 14 percentage { numerator: 100 } }", HTTPFault.newBuilder());
    }

    public static HTTPFault headerFault() {
        return merge(
                """
                delay { header_delay {} percentage { numerator: 100 } }
                abort { header_abort {} percentage { numerator: 100 } }
                """,
                HTTPFault.newBuilder());
    }

    public static CorsPolicy cors() {
        return merge(
                """
                allow_origin_string_match { exact: "http://a" }
                allow_methods: "GET" allow_headers: "*" expose_headers: "x-e" max_age: "24"
                allow_credentials { value: true }
                filter_enabled { default_value { numerator: 100 } }
                forward_not_matching_preflights { value: false }
                """,
                CorsPolicy.newBuilder());
    }

    public static Route route(String text) {
        return merge(text, Route.newBuilder());
    }

    @SuppressWarnings("unchecked")
    private static <M extends Message> M merge(String text, Message.Builder builder) {
        try {
            TextFormat.merge(text, builder);
        } catch (TextFormat.ParseException e) {
            throw new IllegalArgumentException(e);
        }
        return (M) builder.build();
    }
}
