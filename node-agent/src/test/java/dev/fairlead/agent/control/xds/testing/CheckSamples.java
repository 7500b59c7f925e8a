package dev.fairlead.agent.control.xds.testing;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import com.google.protobuf.TypeRegistry;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.rbac.v3.Principal;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.ExtAuthz;
import io.envoyproxy.envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit;
import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBAC;
import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBACPerRoute;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig;
import io.envoyproxy.envoy.extensions.rate_limit_descriptors.expr.v3.Descriptor;

/** Access rules and rate limits that set every field which the profile has of them. */
public final class CheckSamples {

    private static final TypeRegistry TYPES =
            TypeRegistry.newBuilder()
                    .add(Descriptor.getDescriptor())
                    .add(Principal.getDescriptor())
                    .add(UriTemplateMatchConfig.getDescriptor())
                    .build();
    private static final String REPLY =
            """
            filter_metadata { key: "fairlead.reply" value {
              fields { key: "%s" value { struct_value {
                fields { key: "body" value { string_value: "slow down" } }
                fields { key: "status" value { number_value: 503 } } } } } } }
            """;
    private static final String EXPRESSION =
            """
            actions { extension { name: "envoy.rate_limit_descriptors.expr" typed_config {
              [type.googleapis.com/envoy.extensions.rate_limit_descriptors.expr.v3.Descriptor] {
                descriptor_key: "peer"
                text: "connection.uri_san_peer_certificate%s" } } } }
            """;

    private CheckSamples() {}

    public static LocalRateLimit limit() {
        return parse(
                """
                stat_prefix: "limit"
                status { code: ServiceUnavailable }
                token_bucket { max_tokens: 2 tokens_per_fill { value: 2 } fill_interval { seconds: 5 } }
                filter_enabled { default_value { numerator: 100 } }
                filter_enforced { default_value { numerator: 50 } }
                response_headers_to_add { header { key: "x-why" value: "quota" } }
                always_consume_default_token_bucket { value: false }
                max_dynamic_descriptors { value: 7 }
                descriptors {
                  entries { key: "header_match" value: "read" } entries { key: "client" }
                  token_bucket { max_tokens: 3 fill_interval { seconds: 1 } } }
                rate_limits {
                  actions { header_value_match { descriptor_value: "read" expect_match { value: true }
                    headers { name: ":path" string_match { prefix: "/r" } } } }
                  actions { request_headers { header_name: "X-Client" descriptor_key: "client" } } }
                rate_limits {
                  actions { generic_key { descriptor_key: "k" descriptor_value: "v" } }
                  actions { remote_address {} }
                  actions { header_value_match { descriptor_key: "m" descriptor_value: "v"
                    headers { name: "a" present_match: true } } } }
                rate_limits { %s }
                rate_limits { %s }
                rate_limits {
                  actions { extension { name: "when" typed_config {
                    [type.googleapis.com/envoy.config.rbac.v3.Principal] {
                      not_id { header { name: "x" present_match: true } } } } } }
                  actions { metadata { descriptor_key: "app" metadata_key { key: "fairlead.source"
                    path { key: "labels" } path { key: "app" } } } } }
                rate_limited_as_resource_exhausted: true
                """
                        .formatted(
                                EXPRESSION.formatted(""),
                                EXPRESSION.formatted(".matches(\\\"^spiffe://a\\\\\\\\.b/\\\")")),
                LocalRateLimit.newBuilder());
    }

    public static RBAC access() {
        return parse(
                """
                rules { action: DENY policies { key: "b" value {
                  permissions { and_rules {
                    rules { any: true }
                    rules { or_rules {
                      rules { header { name: "x" string_match { exact: "1" } } }
                      rules { url_path { path { prefix: "/admin" } } } } }
                    rules { not_rule { destination_ip {
                      address_prefix: "198.18.0.0" prefix_len { value: 16 } } } }
                    rules { destination_port: 80 }
                    rules { destination_port_range { start: 80 end: 90 } }
                    rules { requested_server_name { exact: "a" } }
                    rules { uri_template { name: "uri-template" typed_config {
                      [type.googleapis.com/envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig] {
                        path_template: "/v/{id}/**" } } } }
                    rules { metadata { filter: "envoy.filters.http.jwt_authn"
                      path { key: "payload" } path { key: "scope" }
                      value { or_match {
                        value_matchers { string_match { exact: "read" } }
                        value_matchers { list_match { one_of { string_match { exact: "read" } } } } } } } } } }
                  principals { and_ids {
                    ids { any: true }
                    ids { or_ids {
                      ids { authenticated { principal_name { exact: "spiffe://a/ns/b/sa/c" } } }
                      ids { authenticated { principal_name { exact: "spiffe://a/ns/b/sa/d" } } }
                      ids { authenticated {} } } }
                    ids { not_id { source_ip { address_prefix: "198.18.0.1" prefix_len { value: 32 } } } }
                    ids { direct_remote_ip { address_prefix: "198.18.0.0" prefix_len { value: 16 } } }
                    ids { remote_ip { address_prefix: "198.18.0.0" prefix_len { value: 16 } } }
                    ids { header { name: "y" present_match: true } }
                    ids { url_path { path { exact: "/" } } }
                    ids { metadata { filter: "envoy.filters.http.jwt_authn"
                      path { key: "payload" } path { key: "iss" }
                      value { string_match { exact: "me" } } } }
                    ids { sourced_metadata { metadata_matcher { filter: "fairlead.source"
                      path { key: "labels" } path { key: "app" }
                      value { string_match { exact: "sleep" } } } } }
                    ids { sourced_metadata { metadata_matcher { filter: "fairlead.source"
                      path { key: "namespace" } value { string_match { exact: "default" } } } } } } }
                } } }
                shadow_rules { action: LOG }
                shadow_rules_stat_prefix: "istio_dry_run_deny_"
                track_per_rule_stats: true
                """,
                RBAC.newBuilder());
    }

    public static Listener inbound(String uid) {
        Listener.Builder listener = Wire.inbound(uid);
        var chain = listener.getFilterChainsBuilder(0);
        try {
            var manager =
                    chain
                            .getFilters(0)
                            .getTypedConfig()
                            .unpack(HttpConnectionManager.class)
                            .toBuilder();
            manager.setForwardClientCertDetails(
                            HttpConnectionManager.ForwardClientCertDetails.APPEND_FORWARD)
                    .setSetCurrentClientCertDetails(
                            HttpConnectionManager.SetCurrentClientCertDetails.newBuilder()
                                    .setSubject(com.google.protobuf.BoolValue.of(true))
                                    .setCert(true)
                                    .setChain(true)
                                    .setDns(true)
                                    .setUri(true));
            manager.addHttpFilters(0, filter("access", access()));
            manager.addHttpFilters(1, filter("limit", limit()));
            manager.addHttpFilters(
                    2,
                    filter(
                            "envoy.filters.http.local_ratelimit",
                            LocalRateLimit.newBuilder().setStatPrefix("routes").build()));
            chain.getFiltersBuilder(0).setTypedConfig(Any.pack(manager.build()));
        } catch (com.google.protobuf.InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
        TextMerge.into(REPLY.formatted("limit"), chain.getMetadataBuilder());
        return listener.build();
    }

    /** An authorizer that is asked by HTTP, and one that is asked by gRPC. */
    public static Listener external(String uid) {
        Listener.Builder listener = Wire.inbound(uid);
        var chain = listener.getFilterChainsBuilder(0);
        try {
            var manager =
                    chain
                            .getFilters(0)
                            .getTypedConfig()
                            .unpack(HttpConnectionManager.class)
                            .toBuilder();
            manager.addHttpFilters(
                    0,
                    filter(
                            "envoy.filters.http.ext_authz",
                            parse(
                                    """
                                    transport_api_version: V3
                                    failure_mode_allow: true
                                    status_on_error { code: BadGateway }
                                    allowed_headers { patterns { prefix: "x-" ignore_case: true } }
                                    filter_enabled_metadata { filter: "envoy.filters.http.rbac"
                                      path { key: "istio_ext_authz_shadow_effective_policy_id" }
                                      value { string_match { prefix: "istio-ext-authz-p-ns[" } } }
                                    http_service {
                                      path_prefix: "/check"
                                      server_uri { uri: "http://authz" cluster: "authz"
                                        timeout { seconds: 5 } }
                                      authorization_request {
                                        headers_to_add { key: "x-a" value: "b" } }
                                      authorization_response {
                                        allowed_upstream_headers { patterns { exact: "a" } }
                                        allowed_client_headers { patterns { exact: "b" } }
                                        allowed_client_headers_on_success {
                                          patterns { exact: "c" } } } }
                                    """,
                                    ExtAuthz.newBuilder())));
            manager.addHttpFilters(
                    1,
                    filter(
                            "envoy.filters.http.ext_authz",
                            parse(
                                    """
                                    transport_api_version: V3
                                    with_request_body { max_request_bytes: 8
                                      allow_partial_message: true pack_as_bytes: true }
                                    grpc_service { timeout { seconds: 1 }
                                      envoy_grpc { cluster_name: "grpc" authority: "a" } }
                                    """,
                                    ExtAuthz.newBuilder())));
            chain.getFiltersBuilder(0).setTypedConfig(Any.pack(manager.build()));
        } catch (com.google.protobuf.InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
        return listener.build();
    }

    /** A pod whose second chain, of bytes, is guarded. */
    public static Listener guarded(String uid) {
        Listener.Builder listener = Wire.inbound(uid);
        listener.getFilterChainsBuilder(1)
                .addFilters(
                        0,
                        Wire.filter(
                                parse(
                                        """
                                        stat_prefix: "tcp."
                                        transport_api_version: V3
                                        failure_mode_allow: true
                                        filter_enabled_metadata {
                                          filter: "envoy.filters.network.rbac"
                                          path { key: "istio_ext_authz_shadow_effective_policy_id" }
                                          value { string_match { prefix: "p-" } } }
                                        grpc_service { timeout { seconds: 1 }
                                          envoy_grpc { cluster_name: "grpc" authority: "a" } }
                                        """,
                                        io.envoyproxy.envoy.extensions.filters.network.ext_authz.v3
                                                .ExtAuthz.newBuilder())))
                .addFilters(
                        0,
                        Wire.filter(
                                io.envoyproxy
                                        .envoy
                                        .extensions
                                        .filters
                                        .network
                                        .rbac
                                        .v3
                                        .RBAC
                                        .newBuilder()
                                        .setStatPrefix("tcp.")
                                        .setRules(access().getRules())
                                        .setShadowRules(access().getRules())
                                        .setShadowRulesStatPrefix("istio_dry_run_allow_")
                                        .build()));
        return listener.build();
    }

    private static HttpFilter filter(String name, Message config) {
        return HttpFilter.newBuilder().setName(name).setTypedConfig(Any.pack(config)).build();
    }

    public static RouteConfiguration routes(String name) {
        RouteConfiguration.Builder routes = Wire.routes(name, "c").toBuilder();
        var route = routes.getVirtualHostsBuilder(0).getRoutesBuilder(0);
        String limit = "envoy.filters.http.local_ratelimit";
        TextMerge.into(REPLY.formatted(limit), route.getMetadataBuilder());
        route.putTypedPerFilterConfig(limit, Any.pack(limit()));
        route.putTypedPerFilterConfig(
                "envoy.filters.http.rbac",
                Any.pack(RBACPerRoute.newBuilder().setRbac(access()).build()));
        return routes.build();
    }

    @SuppressWarnings("unchecked")
    private static <M extends Message> M parse(String text, Message.Builder builder) {
        TextMerge.into(text, builder);
        return (M) builder.build();
    }

    /** Protobuf's own text form. */
    private static final class TextMerge {
        static void into(String text, Message.Builder builder) {
            try {
                TextFormat.Parser.newBuilder().setTypeRegistry(TYPES).build().merge(text, builder);
            } catch (TextFormat.ParseException e) {
                throw new IllegalStateException(text, e);
            }
        }
    }
}
