package dev.fairlead.agent.control.xds.compile;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Message;
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

    /** Allows fields of a message. */
    interface Allow {
        void fields(Descriptor message, String... names);
    }

    /** Allows types in a {@code typed_config}. */
    interface AllowTypes {
        void types(Descriptor message, String kind, Message... types);
    }

    static void declare(Allow allow, AllowTypes any) {
        limits(allow, any);
        access(allow);
        external(allow);
    }

    private static void limits(Allow allow, AllowTypes any) {
        allow.fields(
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
        allow.fields(HttpStatus.getDescriptor(), "code");
        allow.fields(TokenBucket.getDescriptor(), "max_tokens", "tokens_per_fill", "fill_interval");
        allow.fields(LocalRateLimitDescriptor.getDescriptor(), "entries", "token_bucket");
        allow.fields(RateLimitDescriptor.Entry.getDescriptor(), "key", "value");
        allow.fields(RateLimit.getDescriptor(), "actions");
        allow.fields(
                RateLimit.Action.getDescriptor(),
                "request_headers",
                "header_value_match",
                "generic_key",
                "remote_address",
                "metadata",
                "extension");
        allow.fields(RateLimit.Action.MetaData.getDescriptor(), "descriptor_key", "metadata_key");
        allow.fields(MetadataKey.getDescriptor(), "key", "path");
        allow.fields(MetadataKey.PathSegment.getDescriptor(), "key");
        allow.fields(
                RateLimit.Action.RequestHeaders.getDescriptor(), "header_name", "descriptor_key");
        allow.fields(
                RateLimit.Action.HeaderValueMatch.getDescriptor(),
                "descriptor_key",
                "descriptor_value",
                "expect_match",
                "headers");
        allow.fields(
                RateLimit.Action.GenericKey.getDescriptor(), "descriptor_key", "descriptor_value");
        allow.fields(TypedExtensionConfig.getDescriptor(), "name", "typed_config");
        var expression =
                io.envoyproxy.envoy.extensions.rate_limit_descriptors.expr.v3.Descriptor
                        .getDefaultInstance();
        any.types(
                TypedExtensionConfig.getDescriptor(),
                "extension",
                expression,
                Principal.getDefaultInstance(),
                UriTemplateMatchConfig.getDefaultInstance());
        allow.fields(expression.getDescriptorForType(), "descriptor_key", "text");
    }

    private static void external(Allow allow) {
        allow.fields(
                ExtAuthz.getDescriptor(),
                "http_service",
                "grpc_service",
                "failure_mode_allow",
                "status_on_error",
                "filter_enabled_metadata",
                "transport_api_version",
                "allowed_headers",
                "with_request_body");
        allow.fields(
                BufferSettings.getDescriptor(),
                "max_request_bytes",
                "allow_partial_message",
                "pack_as_bytes");
        allow.fields(
                io.envoyproxy.envoy.extensions.filters.network.ext_authz.v3.ExtAuthz
                        .getDescriptor(),
                "stat_prefix",
                "grpc_service",
                "failure_mode_allow",
                "filter_enabled_metadata",
                "transport_api_version");
        allow.fields(
                HttpService.getDescriptor(),
                "server_uri",
                "path_prefix",
                "authorization_request",
                "authorization_response");
        allow.fields(AuthorizationRequest.getDescriptor(), "headers_to_add");
        allow.fields(
                AuthorizationResponse.getDescriptor(),
                "allowed_upstream_headers",
                "allowed_client_headers",
                "allowed_client_headers_on_success");
        allow.fields(HttpUri.getDescriptor(), "uri", "cluster", "timeout");
        allow.fields(HeaderValue.getDescriptor(), "key", "value");
        allow.fields(ListStringMatcher.getDescriptor(), "patterns");
        allow.fields(GrpcService.getDescriptor(), "envoy_grpc", "timeout");
        allow.fields(GrpcService.EnvoyGrpc.getDescriptor(), "cluster_name", "authority");
    }

    private static void access(Allow allow) {
        allow.fields(
                RBAC.getDescriptor(),
                "rules",
                "shadow_rules",
                "shadow_rules_stat_prefix",
                "track_per_rule_stats");
        allow.fields(
                io.envoyproxy.envoy.extensions.filters.network.rbac.v3.RBAC.getDescriptor(),
                "rules",
                "shadow_rules",
                "shadow_rules_stat_prefix",
                "stat_prefix");
        allow.fields(RBACPerRoute.getDescriptor(), "rbac");
        allow.fields(io.envoyproxy.envoy.config.rbac.v3.RBAC.getDescriptor(), "action", "policies");
        allow.fields(Policy.getDescriptor(), "permissions", "principals");
        allow.fields(
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
        allow.fields(UriTemplateMatchConfig.getDescriptor(), "path_template");
        allow.fields(Permission.Set.getDescriptor(), "rules");
        allow.fields(
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
        allow.fields(Principal.Set.getDescriptor(), "ids");
        allow.fields(Principal.Authenticated.getDescriptor(), "principal_name");
        allow.fields(PathMatcher.getDescriptor(), "path");
        allow.fields(SourcedMetadata.getDescriptor(), "metadata_matcher");
    }
}
