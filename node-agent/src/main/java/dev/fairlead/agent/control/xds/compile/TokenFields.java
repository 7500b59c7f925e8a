package dev.fairlead.agent.control.xds.compile;

import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtClaimToHeader;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtHeader;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtProvider;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtRequirement;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtRequirementAndList;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtRequirementOrList;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.ProviderWithAudiences;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.RequirementRule;

/** The part of the allow-list that end users' tokens have. */
final class TokenFields {

    private TokenFields() {}

    static void declare(FieldTable fields) {
        fields.allow(
                JwtAuthentication.getDescriptor(), "providers", "rules", "bypass_cors_preflight");
        fields.allow(
                JwtProvider.getDescriptor(),
                "issuer",
                "audiences",
                "local_jwks",
                "forward",
                "from_headers",
                "from_params",
                "from_cookies",
                "forward_payload_header",
                "pad_forward_payload_header",
                "payload_in_metadata",
                "normalize_payload_in_metadata",
                "clock_skew_seconds",
                "claim_to_headers");
        fields.allow(JwtProvider.NormalizePayload.getDescriptor(), "space_delimited_claims");
        fields.allow(JwtHeader.getDescriptor(), "name", "value_prefix");
        fields.allow(JwtClaimToHeader.getDescriptor(), "header_name", "claim_name");
        fields.allow(RequirementRule.getDescriptor(), "match", "requires");
        fields.allow(
                JwtRequirement.getDescriptor(),
                "provider_name",
                "provider_and_audiences",
                "requires_any",
                "requires_all",
                "allow_missing",
                "allow_missing_or_failed");
        fields.allow(ProviderWithAudiences.getDescriptor(), "provider_name", "audiences");
        fields.allow(JwtRequirementOrList.getDescriptor(), "requirements");
        fields.allow(JwtRequirementAndList.getDescriptor(), "requirements");
    }
}
