package dev.fairlead.agent.control.xds.compile;

import static dev.fairlead.agent.control.xds.compile.CompileTesting.compile;
import static dev.fairlead.agent.control.xds.compile.CompileTesting.good;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.TextFormat;
import dev.fairlead.agent.control.xds.testing.TokenSamples;
import dev.fairlead.agent.data.token.TestTokens;
import dev.fairlead.agent.model.listener.Filter;
import dev.fairlead.agent.model.listener.HttpFilter;
import dev.fairlead.agent.model.listener.Listener;
import dev.fairlead.agent.model.token.JwtAuthn;
import dev.fairlead.agent.model.token.JwtKey;
import dev.fairlead.agent.model.token.JwtProvider;
import dev.fairlead.agent.model.token.JwtProvider.ClaimHeader;
import dev.fairlead.agent.model.token.JwtRequirement;
import dev.fairlead.agent.model.token.JwtRequirement.Tolerance;
import dev.fairlead.agent.model.token.TokenPlaces.InHeader;
import dev.fairlead.agent.model.token.TokenPlaces.Issuers;
import dev.fairlead.agent.model.token.TokenPlaces.Named;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What end users' tokens on the wire mean. */
class TokensCompileTest {

    private static JwtAuthn authn() {
        Listener listener = good(compile(new ListenerCompiler(), TokenSamples.inbound("uid-1")));
        var manager = ((Filter.Http) listener.chains().getFirst().filter()).manager();
        return ((HttpFilter.Tokens) manager.checks().getFirst()).authn();
    }

    private static JwtRequirement requires(JwtAuthn authn, int rule) {
        return Objects.requireNonNull(authn.rules().get(rule).requires());
    }

    @Test
    void aProvider() {
        JwtRequirement.AnyOf any = (JwtRequirement.AnyOf) requires(authn(), 3);
        assertThat(any.tolerance()).isEqualTo(Tolerance.MISSING);
        JwtProvider provider = ((JwtRequirement.OfProvider) any.parts().getFirst()).provider();

        Issuers issuers = new Issuers(false, Set.of("https://issuer/"));
        assertThat(provider.issuer()).isEqualTo("https://issuer/");
        assertThat(provider.audiences().named()).containsExactly("a");
        assertThat(provider.keys())
                .extracting(JwtKey::type)
                .containsExactly(JwtKey.Type.EC, JwtKey.Type.OKP, JwtKey.Type.OCT);
        assertThat(provider.places().headers())
                .containsExactly(new InHeader("x-token", "jwt ", issuers));
        assertThat(provider.places().parameters()).containsExactly(new Named("token", issuers));
        assertThat(provider.places().cookies()).containsExactly(new Named("session", issuers));
        assertThat(provider.places().setByUs()).containsExactly("x-payload", "x-sub");
        assertThat(provider.claimHeaders()).containsExactly(new ClaimHeader("x-sub", "sub"));
        assertThat(provider.payloadHeader()).isEqualTo("x-payload");
        assertThat(provider.padPayload()).isTrue();
        assertThat(provider.forward()).isTrue();
        assertThat(provider.keepsPayload()).isTrue();
        assertThat(provider.spaceDelimited()).containsExactly("scope");
        assertThat(provider.clockSkewSeconds()).isZero(); // as the reply says
    }

    @Test
    void rulesAndTheRefusal() {
        JwtAuthn authn = authn();
        assertThat(authn.body()).isEqualTo("Origin authentication failed.");
        assertThat(authn.bypassCorsPreflight()).isTrue();
        assertThat(authn.rules().get(0).requires()).isNull();
        JwtProvider plain = ((JwtRequirement.OfProvider) requires(authn, 1)).provider();
        assertThat(plain.keys()).isEmpty();
        assertThat(plain.places().headers().getFirst().name()).isEqualTo("authorization");
        assertThat(plain.places().headers().getFirst().issuers().any()).isTrue();
        assertThat(plain.places().parameters().getFirst().name()).isEqualTo("access_token");
        assertThat(plain.keepsPayload()).isFalse();
        JwtRequirement.AllOf all = (JwtRequirement.AllOf) requires(authn, 2);
        assertThat(all.parts().getFirst())
                .isInstanceOfSatisfying(
                        JwtRequirement.AllowMissing.class,
                        anybody -> {
                            assertThat(anybody.failedToo()).isTrue();
                            assertThat(anybody.places().headers())
                                    .extracting(InHeader::name)
                                    .containsExactly("authorization", "x-token");
                        });
    }

    /** A provider that a new version leaves as it was is the same one: its tokens stay verified. */
    @Test
    void equalConfigurationsAreEqual() {
        assertThat(authn()).isEqualTo(authn());
    }

    @Test
    void aKeySet() throws Exception {
        List<JwtKey> keys = JwtKeySets.compile(TestTokens.keySet(), At.ROOT);
        assertThat(keys).containsExactly(TestTokens.key());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "x",
                "[]",
                "{}",
                "{\"keys\":1}",
                "{\"keys\":[1]}",
                "{\"keys\":[{\"kty\":\"RSA\"}]}",
                "{\"keys\":[{\"kty\":\"oct\",\"k\":\"\"}]}",
                "{\"k\":\"-----BEGIN CERTIFICATE-----\"}",
                "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}]}",
            })
    void whatIsNoKeySetHasNoKeys(String text) throws Exception {
        assertThat(JwtKeySets.compile(text, At.ROOT)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "providers { key: 'p' value {} }|providers[p].local_jwks: not set",
                "providers { key: 'p' value { local_jwks {} payload_in_metadata: 'x' } }|providers[p].payload_in_metadata: \"x\", not \"payload\"",
                "providers { key: 'p' value { local_jwks {} forward_payload_header: 'te' } }|providers[p].forward_payload_header: te says",
                "providers { key: 'p' value { local_jwks {} claim_to_headers { header_name: 'a b' claim_name: 'c' } } }|providers[p].claim_to_headers[0].header_name:",
                "providers { key: 'p' value { local_jwks {} from_headers { name: ':path' } } }|providers[p].from_headers[0].name:",
                "providers { key: 'p' value { local_jwks {} jwt_cache_config {} } }|providers[p].jwt_cache_config: field is outside the profile",
                "providers { key: 'p' value { remote_jwks {} } }|providers[p].remote_jwks: field is outside the profile",
                "providers { key: 'p' value { local_jwks { filename: '/etc/passwd' } } }|providers[p].local_jwks.filename: field is outside the profile",
                "rules { match { prefix: '/' } requires { provider_name: 'q' } }|rules[0].requires.provider_name: \"q\" is no provider",
                "rules { match { prefix: '/' } requires {} }|rules[0].requires: empty",
                "rules { match { prefix: '/' } requires { requires_any { requirements { allow_missing {} } } } }|rules[0].requires.requires_any.requirements: 1, at least 2",
                "rules { match {} }|rules[0].match: no prefix",
                "rules { match { prefix: '/' } requirement_name: 'x' }|rules[0].requirement_name: field is outside the profile",
            })
    void refused(String text, String reason) throws Exception {
        JwtAuthentication authn = TextFormat.parse(text, JwtAuthentication.class);
        assertThat(
                        CompileTesting.refusal(
                                compile(
                                        new ListenerCompiler(),
                                        TokenSamples.inbound("uid-1", authn))))
                .contains("http_filters[0].typed_config." + reason);
    }
}
