package dev.fairlead.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Which tokens hold, where they are looked for, and what of them the application gets.
 *
 * <p>Source of the rows: istio/istio master, tests/integration/security/jwt_test.go
 * (TestRequestAuthentication, in-mesh rows of TestIngressRequestAuthentication) and
 * testdata/requestauthn.
 */
class TokensTest {

    private static final List<App> APPS = List.of(App.of("ns1", "a", 1), App.of("ns1", "b", 2));
    private static final String KEYS = "https://issuer.example.com/keys";

    private static String rules(String... rules) {
        return Policies.tokens(
                "ns1",
                "b",
                "selector: {matchLabels: {app: b}}, jwtRules: [" + String.join(", ", rules) + "]");
    }

    private static String rule(String issuer, String more) {
        return "{issuer: %s, jwks: '%s'%s}"
                .formatted(issuer, Signer.keys(), more.isEmpty() ? "" : ", " + more);
    }

    private static final String ONLY_SUB_1 =
            Policies.authorization(
                    "ns1",
                    "b",
                    "rules: [{to: [{operation: {methods: [GET]}}], from: [{source:"
                            + " {requestPrincipals: [test-issuer-1@istio.io/sub-1]}}]}]");

    private static Call call(PaperMesh mesh, String token) {
        return mesh.call("ns1/a", "ns1/b", Port.HTTP).token(Signer.token(token));
    }

    private static PaperMesh toHeaders() {
        return PaperMesh.of(
                APPS,
                rules(
                        rule(
                                Signer.ISSUER_1,
                                "outputPayloadToHeader: x-test-payload, outputClaimToHeaders: [{header:"
                                        + " x-jwt-iss, claim: iss}, {header: x-jwt-iat, claim: iat},"
                                        + " {header: x-jwt-nested-claim, claim:"
                                        + " nested.nested-2.key2}]"),
                        rule(Signer.ISSUER_2, "outputPayloadToHeader: x-test-payload")));
    }

    @ParameterizedTest
    @CsvSource({
        "1,          test-issuer-1@istio.io, 1562182722, ''",
        "1-nested-2, test-issuer-1@istio.io, 1604008018, valueC",
        "2,          '',                     '',         ''"
    })
    void whatATokenSaysInHeaders(String token, String issuer, String issuedAt, String nested) {
        Answer answer =
                call(toHeaders(), token).header("x-jwt-nested-claim", "a caller's").answer();
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("authorization")).isEmpty();
        assertThat(answer.header("x-test-payload")).isEqualTo(Signer.payload(Signer.token(token)));
        assertThat(answer.header("x-jwt-iss")).isEqualTo(issuer);
        assertThat(answer.header("x-jwt-iat")).isEqualTo(issuedAt);
        assertThat(answer.header("x-jwt-nested-claim")).isEqualTo(nested);
    }

    @ParameterizedTest
    @CsvSource({"'', 200", "expired, 401", "garbled, 401"})
    void noneMustBeThereAndOneThatIsMustHold(String token, int status) {
        assertThat(call(toHeaders(), token).answer().status()).isEqualTo(status);
    }

    /** Without an origin it is no preflight. */
    @ParameterizedTest
    @CsvSource({"https://istio.io, 200", "'', 401"})
    void preflightsBringNothing(String origin, int status) {
        Call call =
                call(toHeaders(), "expired")
                        .method("OPTIONS")
                        .header("access-control-request-method", "POST");
        assertThat((origin.isEmpty() ? call : call.header("origin", origin)).answer().status())
                .isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({"1, 200", "expired, 401", "'', 403"})
    void whoMustBringOne(String token, int status) {
        PaperMesh mesh = PaperMesh.of(APPS, rules(rule(Signer.ISSUER_1, "")), ONLY_SUB_1);
        Answer answer = call(mesh, token).answer();
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.header("authorization")).isEmpty();
    }

    @Test
    void withoutPoliciesNobodyIsAsked() {
        assertThat(call(PaperMesh.of(APPS), "").answer().status()).isEqualTo(200);
    }

    @Test
    void theApplicationMaySeeTheToken() {
        PaperMesh mesh =
                PaperMesh.of(
                        APPS,
                        rules(
                                rule(
                                        Signer.ISSUER_1,
                                        "outputPayloadToHeader: x-test-payload, forwardOriginalToken:"
                                                + " true")));
        Answer answer = call(mesh, "1").answer();
        assertThat(answer.header("authorization")).isEqualTo("Bearer " + Signer.token("1"));
        assertThat(answer.header("x-test-payload")).isEqualTo(Signer.payload(Signer.token("1")));
    }

    /** Keys that are fetched; where none could be, no token holds and none is needed. */
    @ParameterizedTest
    @CsvSource({
        "true,  1,       200",
        "true,  expired, 401",
        "false, 1,       401",
        "false, expired, 401",
        "false, '',      200"
    })
    void keysFromElsewhere(boolean found, String token, int status) {
        PaperMesh mesh =
                PaperMesh.fetched(
                        APPS,
                        found ? Map.of(KEYS, Signer.keys()) : Map.of(),
                        rules("{issuer: test-issuer-1@istio.io, jwksUri: '%s'}".formatted(KEYS)));
        assertThat(call(mesh, token).answer().status()).isEqualTo(status);
    }

    /** Two policies of one pod: what either takes is taken. */
    @ParameterizedTest
    @CsvSource({"1, 403", "1-aud, 200", "2, 200"})
    void audiences(String token, int status) {
        PaperMesh mesh =
                PaperMesh.of(
                        APPS,
                        rules(
                                rule(Signer.ISSUER_1, "audiences: [foo]"),
                                rule(Signer.ISSUER_2, "audiences: [bar]")),
                        rules(rule(Signer.ISSUER_2, "")).replace("name: b,", "name: b-too,"));
        assertThat(call(mesh, token).answer().status()).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({
        "token=1,                          '',                  '',     200",
        "secondary_token=1,                '',                  '',     200",
        "token_value=1,                    '',                  '',     403",
        "token=1&secondary_token=1,        '',                  '',     200",
        "token=1&secondary_token=expired,  '',                  '',     401",
        "'',                               x-jwt-token,         Value,  200",
        "'',                               auth-token,          Token,  200",
        "'',                               auth-header-param,   Bearer, 403"
    })
    void headersAndParameters(String query, String header, String prefix, int status) {
        PaperMesh mesh =
                PaperMesh.of(
                        APPS,
                        rules(
                                rule(
                                        Signer.ISSUER_1,
                                        "fromHeaders: [{name: x-jwt-token, prefix: 'Value '}, {name:"
                                                + " auth-token, prefix: 'Token '}], fromParams:"
                                                + " [token, secondary_token]")),
                        ONLY_SUB_1);
        String path =
                query.replace("expired", Signer.token("expired"))
                        .replaceAll("=1(?=&|$)", "=" + Signer.token("1"));
        Call call =
                mesh.call("ns1/a", "ns1/b", Port.HTTP)
                        .path(query.isEmpty() ? "/" : "/valid-token?" + path);
        if (!header.isEmpty()) {
            call.header(header, prefix + " " + Signer.token("1"));
        }
        assertThat(call.answer().status()).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({"expired, 401", "'', 200"})
    void ofTheRootNamespaceItIsForAll(String token, int status) {
        PaperMesh mesh =
                PaperMesh.of(
                        APPS,
                        Policies.tokens(
                                "istio-system",
                                "default",
                                "jwtRules: [" + rule(Signer.ISSUER_1, "") + "]"));
        assertThat(call(mesh, token).answer().status()).isEqualTo(status);
    }
}
