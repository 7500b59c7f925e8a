package dev.fairlead.agent.control.xds.testing;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.TextFormat;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;

/** End users' tokens, with every field which the profile has of them. */
public final class TokenSamples {

    public static final String NAME = "envoy.filters.http.jwt_authn";

    private static final String KEYS =
            """
            {\\"keys\\":[
              {\\"kty\\":\\"EC\\",\\"kid\\":\\"k\\",\\"crv\\":\\"P-256\\",
               \\"x\\":\\"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4\\",
               \\"y\\":\\"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM\\"},
              {\\"kty\\":\\"OKP\\",\\"alg\\":\\"EdDSA\\",\\"crv\\":\\"Ed25519\\",
               \\"x\\":\\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\\"},
              {\\"kty\\":\\"oct\\",\\"k\\":\\"AyM1SysPpbyDfgZld3umj1qzKObwVMk\\"},
              {\\"kty\\":\\"RSA\\",\\"n\\":\\"AQAB\\",\\"e\\":\\"Ag\\"},
              {\\"kty\\":\\"none\\"}]}\
            """
                    .replace("\n", "");

    private TokenSamples() {}

    public static JwtAuthentication authn() {
        try {
            return TextFormat.parse(
                    """
                    providers { key: "origins-0" value {
                      issuer: "https://issuer/"
                      audiences: "https://a/"
                      local_jwks { inline_string: "%s" }
                      forward: true
                      from_headers { name: "X-Token" value_prefix: "jwt " }
                      from_params: "token"
                      from_cookies: "session"
                      forward_payload_header: "X-Payload"
                      pad_forward_payload_header: true
                      payload_in_metadata: "payload"
                      normalize_payload_in_metadata { space_delimited_claims: "scope" }
                      clock_skew_seconds: 5
                      claim_to_headers { header_name: "X-Sub" claim_name: "sub" } } }
                    providers { key: "origins-1" value { local_jwks { inline_bytes: "{}" } } }
                    rules { match { prefix: "/free" } }
                    rules { match { path: "/one" }
                      requires { provider_name: "origins-1" } }
                    rules { match { prefix: "/" headers { name: "x" present_match: true } }
                      requires { requires_all { requirements { allow_missing_or_failed {} }
                        requirements { provider_and_audiences { provider_name: "origins-1" audiences: "b" } } } } }
                    rules { match { prefix: "/" } requires { requires_any {
                      requirements { provider_name: "origins-0" } requirements { allow_missing {} } } } }
                    bypass_cors_preflight: true
                    """
                            .formatted(KEYS),
                    JwtAuthentication.class);
        } catch (TextFormat.ParseException e) {
            throw new IllegalStateException(e);
        }
    }

    public static Listener inbound(String uid) {
        return inbound(uid, authn());
    }

    public static Listener inbound(String uid, JwtAuthentication authn) {
        Listener.Builder listener = Wire.inbound(uid);
        var filter = listener.getFilterChainsBuilder(0).getFiltersBuilder(0);
        try {
            var manager = filter.getTypedConfig().unpack(HttpConnectionManager.class).toBuilder();
            manager.addHttpFilters(
                    0, HttpFilter.newBuilder().setName(NAME).setTypedConfig(Any.pack(authn)));
            filter.setTypedConfig(Any.pack(manager.build()));
            TextFormat.merge(
                    """
                    filter_metadata { key: "fairlead.reply" value {
                      fields { key: "%s" value { struct_value {
                        fields { key: "body" value { string_value: "Origin authentication failed." } }
                        fields { key: "exact_clock" value { bool_value: true } } } } } } }
                    """
                            .formatted(NAME),
                    listener.getFilterChainsBuilder(0).getMetadataBuilder());
        } catch (InvalidProtocolBufferException | TextFormat.ParseException e) {
            throw new IllegalStateException(e);
        }
        return listener.build();
    }
}
