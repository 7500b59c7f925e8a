package dev.fairlead.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Rules about what end users' tokens say.
 *
 * <p>Source of the rows: istio/istio master, tests/integration/security/authz_test.go
 * (TestAuthz_JWT, EgressGateway), jwt_test.go (TestIngressRequestAuthentication) and testdata; rows
 * of gateways are asked of the pod itself. Tokens claim what those of tests/common/jwt do.
 */
class TokenRulesTest {

    private static final List<App> APPS =
            List.of(App.of("ns1", "a", 1), App.of("ns1", "b", 2), App.of("ns2", "a", 11));

    private static final String BOTH_ISSUERS =
            "jwtRules: [{issuer: %s, jwks: '%s'}, {issuer: %s, jwks: '%s', spaceDelimitedClaims:"
                    + " [custom_scope, teams]}]";

    private static String tokens(String namespace) {
        return Policies.tokens(
                namespace,
                "default",
                BOTH_ISSUERS.formatted(
                        Signer.ISSUER_1, Signer.keys(), Signer.ISSUER_2, Signer.keys()));
    }

    private static String rule(String path, String rest) {
        return "{to: [{operation: {paths: [%s], methods: [GET]}}], %s}".formatted(path, rest);
    }

    private static String claim(String path, String claim, String values) {
        return rule(
                path,
                "when: [{key: 'request.auth.claims" + claim + "', values: [" + values + "]}]");
    }

    private static final String RULES =
            String.join(
                    ", ",
                    rule(
                            "/token1",
                            "from: [{source: {requestPrincipals: [test-issuer-1@istio.io/sub-1]}}]"),
                    claim("/token2", "[groups]", "group-2"),
                    rule("/tokenAny", "from: [{source: {requestPrincipals: ['*']}}]"),
                    claim("/scope", "[scope]", "append, write"),
                    claim("/otherscope", "[scope]", "admin"),
                    claim("/permission", "[permission]", "write, append"),
                    claim("/custom-scope-admin", "[custom_scope]", "admin"),
                    claim("/custom-scope-user", "[custom_scope]", "user"),
                    claim("/nested-key1", "[nested][key1]", "valueB"),
                    claim("/nested-non-exist", "[nested][non-exist]", "valueC"),
                    claim("/nested-key2", "[nested][key2]", "valueC"),
                    claim("/nested-2-key1", "[nested][nested-2][key1]", "valueA"),
                    rule("'*/audiences'", "when: [{key: request.auth.audiences, values: [foo]}]"),
                    rule(
                            "/token3",
                            "from: [{source: {notRequestPrincipals: [test-issuer-1@istio.io/sub-1]}}]"));

    @ParameterizedTest
    @CsvSource({
        "'',           /token1,             false",
        "'',           /token2,             false",
        "1,            /token1,             true",
        "1,            /token2,             false",
        "2,            /token1,             false",
        "2,            /token2,             true",
        "1,            /token3,             false",
        "2,            /token3,             true",
        "1,            /tokenAny,           true",
        "2,            /tokenAny,           true",
        "'',           /tokenAny,           false",
        "1,            /permission,         false",
        "2,            /permission,         false",
        "2-permission, /permission,         true",
        "2-scope,      /scope,              true",
        "2-scope,      /otherscope,         false",
        "2-custom,     /custom-scope-admin, true",
        "2-custom,     /custom-scope-user,  true",
        "'',           /custom-scope-admin, false",
        "'',           /custom-scope-user,  false",
        "1,            /custom-scope-admin, false",
        "1,            /custom-scope-user,  false",
        "1-nested-1,   /nested-key1,        true",
        "1-nested-2,   /nested-key1,        false",
        "1-nested-1,   /nested-key2,        false",
        "1-nested-2,   /nested-key2,        true",
        "1-nested-1,   /nested-2-key1,      true",
        "1-nested-2,   /nested-2-key1,      false",
        "1-nested-1,   /nested-non-exist,   false",
        "1-nested-2,   /nested-non-exist,   false",
        "1-aud,        /audiences,          true",
        "1-auds,       /audiences,          true"
    })
    void rulesAskTokens(String token, String path, boolean passes) {
        PaperMesh mesh =
                PaperMesh.of(
                        APPS,
                        tokens("ns1"),
                        Policies.authorization("ns1", "b", "rules: [" + RULES + "]"));
        for (Port port : List.of(Port.HTTP, Port.HTTP2)) {
            assertThat(
                            mesh.call("ns1/a", "ns1/b", port)
                                    .path(path)
                                    .token(Signer.token(token))
                                    .passes())
                    .isEqualTo(passes);
        }
    }

    /** By token, by certificate, or by both; a of ns1 is meant. */
    @ParameterizedTest
    @CsvSource({
        "www.company.com,  /allow, '', true,  true",
        "www.company.com,  /deny,  '', false, false",
        "a-only.com,       /,      '', true,  false",
        "jwt-only.com,     /,      1,  true,  true",
        "jwt-only.com,     /,      2,  false, false",
        "jwt-and-a.com,    /,      1,  true,  false",
        "jwt-and-a.com,    /,      2,  false, false"
    })
    void tokensBesideCertificates(
            String host, String path, String token, boolean meant, boolean other) {
        String a = "principals: [cluster.local/ns/ns1/sa/a]";
        String user = "requestPrincipals: [test-issuer-1@istio.io/sub-1]";
        String to = "to: [{operation: {hosts: [%s]}}], from: [{source: {%s}}]";
        PaperMesh mesh =
                PaperMesh.of(
                        APPS,
                        tokens("istio-system"),
                        Policies.authorization(
                                "ns1",
                                "b",
                                "rules: [{to: [{operation: {paths: [/allow], hosts:"
                                        + " [www.company.com]}}]}, {"
                                        + to.formatted("a-only.com", a)
                                        + "}, {"
                                        + to.formatted("jwt-only.com", user)
                                        + "}, {"
                                        + to.formatted("jwt-and-a.com", a + ", " + user)
                                        + "}]"));
        for (String client : List.of("ns1/a", "ns2/a")) {
            assertThat(
                            mesh.call(client, "ns1/b", Port.HTTP)
                                    .header("host", host)
                                    .path(path)
                                    .token(Signer.token(token))
                                    .answer()
                                    .status())
                    .as(client)
                    .isEqualTo((client.equals("ns1/a") ? meant : other) ? 200 : 403);
        }
    }

    /** A policy of the root namespace about tokens is every pod's. */
    @ParameterizedTest
    @CsvSource({
        "example.b.com,                  /healthz, '',      200",
        "example.b.com,                  /,        '',      403",
        "example.b.com,                  /,        1,       200",
        "example.b.com,                  /,        2,       403",
        "example.b.com,                  /,        expired, 401",
        "any-request-principal-ok.b.com, /,        1,       200",
        "any-request-principal-ok.b.com, /,        2,       200",
        "any-request-principal-ok.b.com, /,        '',      403",
        "other-host.b.com,               /,        1,       403"
    })
    void hostsAndUsers(String host, String path, String token, int status) {
        PaperMesh mesh =
                PaperMesh.of(
                        APPS,
                        tokens("istio-system"),
                        Policies.authorization(
                                "ns1",
                                "b",
                                "rules: [{to: [{operation: {hosts: [example.b.com]}}], from: [{source:"
                                        + " {requestPrincipals: [test-issuer-1@istio.io/sub-1]}}]}, {to:"
                                        + " [{operation: {hosts: [any-request-principal-ok.b.com]}}],"
                                        + " from: [{source: {requestPrincipals: ['*']}}]}, {to:"
                                        + " [{operation: {paths: [/healthz]}}]}]"));
        assertThat(
                        mesh.call("ns1/a", "ns1/b", Port.HTTP)
                                .header("host", host)
                                .path(path)
                                .token(Signer.token(token))
                                .answer()
                                .status())
                .isEqualTo(status);
    }
}
