package dev.fairlead.pilot.generate;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Struct;
import com.google.protobuf.TextFormat;
import dev.fairlead.pilot.compile.MeshCompiler;
import dev.fairlead.pilot.compile.Profile;
import dev.fairlead.pilot.source.TestStates;
import dev.fairlead.pilot.state.ClusterState;
import dev.fairlead.pilot.testing.TestCluster;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtProvider;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtRequirement;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a RequestAuthentication becomes, and for which pods and ports. */
class JwtFiltersTest {

    private static final String KEYS = "'{\"keys\":[{\"kty\":\"oct\",\"k\":\"AyM1SysPpbyDfg\"}]}'";

    private static String policy(String name, String spec) {
        return """
        ---
        apiVersion: security.istio.io/v1
        kind: RequestAuthentication
        metadata: {name: %s, namespace: default}
        spec: %s
        """
                .formatted(name, spec);
    }

    private static final String OLD_MESH =
            """
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: mesh, namespace: fairlead-system}
            data: {mesh: "compat: istio-1.0"}
            """;

    private static FilterChain chain(String yaml, String uid, int profile) {
        ClusterState state = TestStates.of(TestCluster.reviewsAndSleep() + yaml);
        var snapshot =
                new Snapshot(new Snapshot.Revisions(1, 1, 1, 1), MeshCompiler.compile(state));
        for (String node : new String[] {"node-1", "node-2"}) {
            var listeners = snapshot.agent(node, profile).get(ResourceType.LISTENER);
            var listener = listeners == null ? null : listeners.get("inbound|" + uid);
            if (listener != null) {
                try {
                    return listener.body().unpack(Listener.class).getFilterChains(0);
                } catch (com.google.protobuf.InvalidProtocolBufferException e) {
                    throw new IllegalStateException(e);
                }
            }
        }
        throw new IllegalStateException("no listener of " + uid);
    }

    private static @Nullable JwtAuthentication filter(FilterChain chain) throws Exception {
        HttpConnectionManager manager =
                chain.getFilters(0).getTypedConfig().unpack(HttpConnectionManager.class);
        HttpFilter first = manager.getHttpFilters(0);
        return first.getName().equals(JwtFilters.NAME)
                ? first.getTypedConfig().unpack(JwtAuthentication.class)
                : null;
    }

    private static JwtAuthentication ofReviews(String yaml) throws Exception {
        return Objects.requireNonNull(filter(chain(yaml, "uid-reviews-v1", Profile.NEWEST)));
    }

    @Test
    void everyField() throws Exception {
        JwtAuthentication filter =
                ofReviews(
                        policy(
                                "all",
                                "{selector: {matchLabels: {app: reviews}}, jwtRules: [{issuer: i, jwks: "
                                        + KEYS
                                        + ", audiences: [a], fromHeaders: [{name: x, prefix: 'y '}],"
                                        + " fromParams: [p], fromCookies: [c], forwardOriginalToken: true,"
                                        + " outputPayloadToHeader: z, outputClaimToHeaders: [{header: h,"
                                        + " claim: d}], spaceDelimitedClaims: [roles]}]}"));
        JwtProvider expected =
                TextFormat.parse(
                        """
                        issuer: "i" audiences: "a" forward: true
                        local_jwks { inline_string: "{\\"keys\\":[{\\"kty\\":\\"oct\\",\\"k\\":\\"AyM1SysPpbyDfg\\"}]}" }
                        from_headers { name: "x" value_prefix: "y " } from_params: "p" from_cookies: "c"
                        forward_payload_header: "z" payload_in_metadata: "payload"
                        claim_to_headers { header_name: "h" claim_name: "d" }
                        normalize_payload_in_metadata { space_delimited_claims: "permission"
                          space_delimited_claims: "roles" space_delimited_claims: "scope" }
                        """,
                        JwtProvider.class);
        assertThat(filter.getProvidersMap()).hasSize(1).containsEntry("origins-0", expected);
        assertThat(filter.getBypassCorsPreflight()).isTrue();
        assertThat(filter.getRulesList()).hasSize(2);
        assertThat(filter.getRules(1).getMatch().hasConnectMatcher()).isTrue();
        assertThat(filter.getRules(1).getRequires()).isEqualTo(filter.getRules(0).getRequires());
        assertThat(filter.getRules(0).getRequires())
                .isEqualTo(
                        TextFormat.parse(
                                """
                                requires_any { requirements { provider_name: "origins-0" }
                                  requirements { allow_missing {} } }
                                """,
                                JwtRequirement.class));
    }

    @Test
    void severalIssuersByTheirNames() throws Exception {
        JwtAuthentication filter =
                ofReviews(
                        policy("one", "{jwtRules: [{issuer: b, jwks: " + KEYS + "}]}")
                                + policy("two", "{jwtRules: [{issuer: a, jwks: " + KEYS + "}]}"));
        assertThat(filter.getProvidersOrThrow("origins-0").getIssuer()).isEqualTo("a");
        assertThat(filter.getProvidersOrThrow("origins-1").getIssuer()).isEqualTo("b");
        assertThat(filter.getRules(0).getRequires())
                .isEqualTo(
                        TextFormat.parse(
                                """
                                requires_any {
                                  requirements { provider_name: "origins-0" }
                                  requirements { provider_name: "origins-1" }
                                  requirements { requires_all {
                                    requirements { requires_any {
                                      requirements { provider_name: "origins-0" }
                                      requirements { allow_missing {} } } }
                                    requirements { requires_any {
                                      requirements { provider_name: "origins-1" }
                                      requirements { allow_missing {} } } } } } }
                                """,
                                JwtRequirement.class));
    }

    @Test
    void podsAndPorts() throws Exception {
        String rule = "jwtRules: [{issuer: i, jwks: " + KEYS + "}]";
        String selected =
                policy("a", "{selector: {matchLabels: {version: v1, app: reviews}}, " + rule + "}");
        assertThat(filter(chain(selected, "uid-reviews-v1", Profile.NEWEST))).isNotNull();
        assertThat(filter(chain(selected, "uid-reviews-v2", Profile.NEWEST))).isNull();
        String ofService =
                policy("a", "{targetRefs: [{kind: Service, name: reviews}], " + rule + "}");
        assertThat(filter(chain(ofService, "uid-reviews-v1", Profile.NEWEST))).isNotNull();
        assertThat(filter(chain(ofService, "uid-sleep-v1", Profile.NEWEST))).isNull();
        String elsewhere =
                policy("a", "{" + rule + "}").replace("namespace: default", "namespace: other");
        assertThat(filter(chain(elsewhere, "uid-reviews-v1", Profile.NEWEST))).isNull();
        String everywhere = elsewhere.replace("namespace: other", "namespace: istio-system");
        assertThat(filter(chain(everywhere, "uid-reviews-v1", Profile.NEWEST))).isNotNull();
    }

    /** Security is never left out for one that does not know it: it refuses, and keeps the last. */
    @Test
    void oldAgentsAreServedItToo() throws Exception {
        String policy = policy("a", "{jwtRules: [{issuer: i, jwks: " + KEYS + "}]}");
        assertThat(filter(chain(policy, "uid-reviews-v1", Profile.SECURITY - 1))).isNotNull();
    }

    @Test
    void inAnOldMeshTokensEndWhenTheySaySo() throws Exception {
        String policy = policy("a", "{jwtRules: [{issuer: i, jwks: " + KEYS + "}]}");
        FilterChain chain = chain(policy + OLD_MESH, "uid-reviews-v1", Profile.NEWEST);
        Struct replies = chain.getMetadata().getFilterMetadataOrThrow(RateLimits.REPLY);
        assertThat(
                        replies.getFieldsOrThrow(JwtFilters.NAME)
                                .getStructValue()
                                .getFieldsOrThrow("exact_clock")
                                .getBoolValue())
                .isTrue();
        JwtAuthentication filter = Objects.requireNonNull(filter(chain));
        assertThat(filter.getProvidersOrThrow("origins-0").getClockSkewSeconds()).isEqualTo(1);
        assertThat(ofReviews(policy).getProvidersOrThrow("origins-0").getClockSkewSeconds())
                .isZero();
    }

    private static String old(String kind, String name, String spec) {
        return """
        ---
        apiVersion: authentication.istio.io/v1alpha1
        kind: %s
        metadata: {name: %s, namespace: default}
        spec: %s
        """
                .formatted(kind, name, spec);
    }

    private static String origin(String issuer, String more) {
        return "{jwt: {issuer: " + issuer + ", jwks: " + KEYS + more + "}}";
    }

    private static @Nullable JwtAuthentication oldFilter(FilterChain chain) throws Exception {
        HttpConnectionManager manager =
                chain.getFilters(0).getTypedConfig().unpack(HttpConnectionManager.class);
        for (HttpFilter filter : manager.getHttpFiltersList()) {
            if (filter.getName().equals(JwtFilters.OLD_NAME)) {
                return filter.getTypedConfig().unpack(JwtAuthentication.class);
            }
        }
        return null;
    }

    @Test
    void originsOfAnOldPolicy() throws Exception {
        String policy =
                old(
                        "Policy",
                        "default",
                        "{origins: ["
                                + origin("a", "")
                                + ", "
                                + origin("b", ", jwtHeaders: [x-token], jwtParams: [t]")
                                + "], principalBinding: USE_ORIGIN}");
        FilterChain chain = chain(policy + OLD_MESH, "uid-reviews-v1", Profile.NEWEST);
        JwtAuthentication filter = Objects.requireNonNull(oldFilter(chain));
        assertThat(filter.getRulesList()).hasSize(2);
        assertThat(filter.getRules(1).getMatch().hasConnectMatcher()).isTrue();
        assertThat(filter.getRules(1).getRequires()).isEqualTo(filter.getRules(0).getRequires());
        assertThat(filter.getRules(0).getRequires())
                .isEqualTo(
                        TextFormat.parse(
                                """
                                requires_any { requirements { provider_name: "origins-0" }
                                  requirements { provider_name: "origins-1" } }
                                """,
                                JwtRequirement.class));
        JwtProvider second = filter.getProvidersOrThrow("origins-1");
        assertThat(second.getForward()).isTrue();
        assertThat(second.getFromHeaders(0).getName()).isEqualTo("x-token");
        assertThat(second.getFromParamsList()).containsExactly("t");
        Struct reply =
                chain.getMetadata()
                        .getFilterMetadataOrThrow(RateLimits.REPLY)
                        .getFieldsOrThrow(JwtFilters.OLD_NAME)
                        .getStructValue();
        assertThat(reply.getFieldsOrThrow("body").getStringValue())
                .isEqualTo("Origin authentication failed.");
        assertThat(reply.getFieldsOrThrow("exact_clock").getBoolValue()).isTrue();
    }

    @Test
    void pathsThatTrigger() throws Exception {
        String policy =
                old(
                        "Policy",
                        "default",
                        "{originIsOptional: true, origins: ["
                                + origin(
                                        "a",
                                        ", triggerRules: [{excludedPaths: [{exact: /a.b}, {suffix: .css}],"
                                                + " includedPaths: [{prefix: /x}, {regex: '/y|/z'}]}]")
                                + "]}");
        JwtAuthentication filter =
                Objects.requireNonNull(oldFilter(chain(policy, "uid-reviews-v1", Profile.NEWEST)));
        assertThat(filter.getRulesList()).hasSize(3);
        assertThat(filter.getRules(0).hasRequires()).isFalse();
        assertThat(filter.getRules(0).getMatch().getSafeRegex().getRegex())
                .isEqualTo("/a\\.b|[^?]*\\.css");
        assertThat(filter.getRules(1).getMatch().getSafeRegex().getRegex())
                .isEqualTo("/x[^?]*|(?:/y|/z)");
        assertThat(filter.getRules(1).getRequires().getRequiresAny().getRequirements(1))
                .isEqualTo(TextFormat.parse("allow_missing_or_failed {}", JwtRequirement.class));
    }

    /** The most precise one decides, whatever it says. */
    @Test
    void theMorePrecisePolicyHasTheLastWord() throws Exception {
        String mesh = old("MeshPolicy", "default", "{origins: [" + origin("mesh", "") + "]}");
        String namespace = old("Policy", "default", "{origins: [" + origin("ns", "") + "]}");
        String target = old("Policy", "reviews", "{targets: [{name: reviews}]}");
        String narrow =
                old(
                        "Policy",
                        "port",
                        "{targets: [{name: reviews, ports: [{number: 9080}]}], origins: ["
                                + origin("port", "")
                                + "]}");
        assertThat(issuer(mesh)).isEqualTo("mesh");
        assertThat(issuer(mesh + namespace)).isEqualTo("ns");
        assertThat(issuer(mesh + namespace + target)).isEmpty();
        assertThat(issuer(mesh + namespace + target + narrow)).isEqualTo("port");
    }

    private static String issuer(String yaml) throws Exception {
        JwtAuthentication filter = oldFilter(chain(yaml, "uid-reviews-v1", Profile.NEWEST));
        return filter == null ? "" : filter.getProvidersOrThrow("origins-0").getIssuer();
    }

    @Test
    void withoutKeysNoTokenHolds() throws Exception {
        JwtProvider provider =
                ofReviews(policy("a", "{jwtRules: [{issuer: i, jwksUri: 'https://i/keys'}]}"))
                        .getProvidersOrThrow("origins-0");
        assertThat(provider.getLocalJwks().getInlineString()).contains("none-fetched-yet");
    }
}
