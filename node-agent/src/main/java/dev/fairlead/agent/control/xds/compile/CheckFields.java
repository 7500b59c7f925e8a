package dev.fairlead.agent.control.xds.compile;

import io.envoyproxy.envoy.config.core.v3.GrpcService;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HttpUri;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.config.rbac.v3.Permission;
import io.envoyproxy.envoy.config.rbac.v3.Policy;
import io.envoyproxy.envoy.config.rbac.v3.Principal;
import io.envoyproxy.envoy.config.rbac.v3.SourcedMetadata;
import io.envoyproxy.envoy.config.route.v3.RateLimit;
import io.envoyproxy.envoy.extensions.common.ratelimit.v3.LocalRateLimitDescriptor;
import io.envoyproxy.envoy.extensions.common.ratelimit.v3.RateLimitDescriptor;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.AuthorizationRequest;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.AuthorizationResponse;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.BufferSettings;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.ExtAuthz;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.HttpService;
import io.envoyproxy.envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit;
import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBAC;
import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBACPerRoute;
import io.envoyproxy.envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig;
import io.envoyproxy.envoy.type.matcher.v3.ListStringMatcher;
import io.envoyproxy.envoy.type.matcher.v3.PathMatcher;
import io.envoyproxy.envoy.type.metadata.v3.MetadataKey;
import io.envoyproxy.envoy.type.v3.HttpStatus;
import io.envoyproxy.envoy.type.v3.TokenBucket;

/** The part of the allow-list that access rules and rate limits have. */
final class CheckFields {

    private CheckFields() {}

    static void declare(FieldTable fields) {
        limits(fields);
        access(fields);
        external(fields);
    }

    private static void limits(FieldTable fields) {
        fields.allow(
                LocalRateLimit.getDescriptor(),
                "stat_prefix",
                "status",
                "token_bucket",
                "filter_enabled",
                "filter_enforced",
                "response_headers_to_add",
                "descriptors",
                "always_consume_default_token_bucket",
                "rate_limits",
                "rate_limited_as_resource_exhausted",
                "max_dynamic_descriptors");
        fields.allow(HttpStatus.getDescriptor(), "code");
        fields.allow(TokenBucket.getDescriptor(), "max_tokens", "tokens_per_fill", "fill_interval");
        fields.allow(LocalRateLimitDescriptor.getDescriptor(), "entries", "token_bucket");
        fields.allow(RateLimitDescriptor.Entry.getDescriptor(), "key", "value");
        fields.allow(RateLimit.getDescriptor(), "actions");
        fields.allow(
                RateLimit.Action.getDescriptor(),
                "request_headers",
                "header_value_match",
                "generic_key",
                "remote_address",
                "metadata",
                "extension");
        fields.allow(RateLimit.Action.MetaData.getDescriptor(), "descriptor_key", "metadata_key");
        fields.allow(MetadataKey.getDescriptor(), "key", "path");
        fields.allow(MetadataKey.PathSegment.getDescriptor(), "key");
        fields.allow(
                RateLimit.Action.RequestHeaders.getDescriptor(), "header_name", "descriptor_key");
        fields.allow(
                RateLimit.Action.HeaderValueMatch.getDescriptor(),
                "descriptor_key",
                "descriptor_value",
                "expect_match",
                "headers");
        fields.allow(
                RateLimit.Action.GenericKey.getDescriptor(), "descriptor_key", "descriptor_value");
        fields.allow(TypedExtensionConfig.getDescriptor(), "name", "typed_config");
        var expression =
                io.envoyproxy.envoy.extensions.rate_limit_descriptors.expr.v3.Descriptor
                        .getDefaultInstance();
        fields.any(
                TypedExtensionConfig.getDescriptor(),
                "extension",
                expression,
                Principal.getDefaultInstance(),
                UriTemplateMatchConfig.getDefaultInstance());
        fields.allow(expression.getDescriptorForType(), "descriptor_key", "text");
    }

    private static void external(FieldTable fields) {
        fields.allow(
                ExtAuthz.getDescriptor(),
                "http_service",
                "grpc_service",
                "failure_mode_allow",
                "status_on_error",
                "filter_enabled_metadata",
                "transport_api_version",
                "allowed_headers",
                "with_request_body");
        fields.allow(
                BufferSettings.getDescriptor(),
                "max_request_bytes",
                "allow_partial_message",
                "pack_as_bytes");
        fields.allow(
                io.envoyproxy.envoy.extensions.filters.network.ext_authz.v3.ExtAuthz
                        .getDescriptor(),
                "stat_prefix",
                "grpc_service",
                "failure_mode_allow",
                "filter_enabled_metadata",
                "transport_api_version");
        fields.allow(
                HttpService.getDescriptor(),
                "server_uri",
                "path_prefix",
                "authorization_request",
                "authorization_response");
        fields.allow(AuthorizationRequest.getDescriptor(), "headers_to_add");
        fields.allow(
                AuthorizationResponse.getDescriptor(),
                "allowed_upstream_headers",
                "allowed_client_headers",
                "allowed_client_headers_on_success");
        fields.allow(HttpUri.getDescriptor(), "uri", "cluster", "timeout");
        fields.allow(HeaderValue.getDescriptor(), "key", "value");
        fields.allow(ListStringMatcher.getDescriptor(), "patterns");
        fields.allow(GrpcService.getDescriptor(), "envoy_grpc", "timeout");
        fields.allow(GrpcService.EnvoyGrpc.getDescriptor(), "cluster_name", "authority");
    }

    private static void access(FieldTable fields) {
        fields.allow(
                RBAC.getDescriptor(),
                "rules",
                "shadow_rules",
                "shadow_rules_stat_prefix",
                "track_per_rule_stats");
        fields.allow(
                io.envoyproxy.envoy.extensions.filters.network.rbac.v3.RBAC.getDescriptor(),
                "rules",
                "shadow_rules",
                "shadow_rules_stat_prefix",
                "stat_prefix");
        fields.allow(RBACPerRoute.getDescriptor(), "rbac");
        fields.allow(io.envoyproxy.envoy.config.rbac.v3.RBAC.getDescriptor(), "action", "policies");
        fields.allow(Policy.getDescriptor(), "permissions", "principals");
        fields.allow(
                Permission.getDescriptor(),
                "and_rules",
                "or_rules",
                "any",
                "header",
                "url_path",
                "destination_ip",
                "destination_port",
                "destination_port_range",
                "not_rule",
                "metadata",
                "requested_server_name",
                "uri_template");
        fields.allow(UriTemplateMatchConfig.getDescriptor(), "path_template");
        fields.allow(Permission.Set.getDescriptor(), "rules");
        fields.allow(
                Principal.getDescriptor(),
                "and_ids",
                "or_ids",
                "any",
                "authenticated",
                "source_ip",
                "direct_remote_ip",
                "remote_ip",
                "header",
                "url_path",
                "not_id",
                "metadata",
                "sourced_metadata");
        fields.allow(Principal.Set.getDescriptor(), "ids");
        fields.allow(Principal.Authenticated.getDescriptor(), "principal_name");
        fields.allow(PathMatcher.getDescriptor(), "path");
        fields.allow(SourcedMetadata.getDescriptor(), "metadata_matcher");
    }
}
