package dev.fairlead.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * End users' tokens in a mesh of 1.0 to 1.2: origins of a Policy, with targets, ports and trigger
 * rules.
 *
 * <p>Source of the rows: istio/istio 1.2.2, tests/integration/security/authn/jwt; 1.0.6,
 * tests/e2e/tests/pilot/authn_policy_test.go (TestAuthNJwt) and testdata/authn. Their port 8080 is
 * 85 here.
 */
class OldTokensTest {

    private static final List<App> APPS =
            List.of(
                    App.of("ns1", "a", 1),
                    App.of("ns1", "b", 2),
                    App.of("ns1", "c", 3),
                    App.of("ns1", "d", 4));
    private static final String OLD = Policies.mesh("compat: istio-1.0");
    private static final String ISTIO = "testing@secure.istio.io";
    private static final String OTHER = "somebody@developer.example.com";

    private static String origin(String issuer, String more) {
        return "{jwt: {issuer: %s, jwks: '%s'%s}}"
                .formatted(issuer, Signer.keys(), more.isEmpty() ? "" : ", " + more);
    }

    private static String policy(String name, String targets, String... origins) {
        return Policies.old(
                "ns1",
                name,
                "targets: [%s], origins: [%s], principalBinding: USE_ORIGIN"
                        .formatted(targets, String.join(", ", origins)));
    }

    private static String token(String name) {
        return switch (name) {
            case "" -> "";
            case "istio" -> Signer.token(ISTIO, ISTIO, Map.of());
            case "other" -> Signer.token(OTHER, OTHER, Map.of());
            case "anyone" -> Signer.token("anyone@example.com", "anyone", Map.of());
            case "expired" -> Signer.token(ISTIO, ISTIO, Map.of("exp", 1559931209));
            default -> name;
        };
    }

    private static int status(
            PaperMesh mesh, String from, String to, Port port, String path, String token) {
        return mesh.call("ns1/" + from, "ns1/" + to, port)
                .path(path)
                .token(token(token))
                .answer()
                .status();
    }

    @ParameterizedTest
    @CsvSource({"istio, 200", "expired, 401", "'', 401"})
    void aTokenIsNeeded(String token, int status) {
        PaperMesh mesh = PaperMesh.of(APPS, OLD, policy("b", "{name: b}", origin(ISTIO, "")));
        assertThat(status(mesh, "a", "b", Port.HTTP, "/", token)).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({"istio, 401"})
    void anotherIssuersIsNone(String token, int status) {
        PaperMesh mesh =
                PaperMesh.of(APPS, OLD, policy("b", "{name: b}", origin("nobody@example.eu", "")));
        assertThat(status(mesh, "a", "b", Port.HTTP, "/", token)).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({
        "b, /health_check,           '',    200",
        "b, /guest-us,               '',    200",
        "b, /index.html,             '',    401",
        "b, /index.html,             istio, 200",
        "c, /index.html,             '',    200",
        "c, /something-confidential, '',    401",
        "c, /something-confidential, istio, 200"
    })
    void onSomePathsOnly(String to, String path, String token, int status) {
        PaperMesh mesh =
                PaperMesh.of(
                        APPS,
                        OLD,
                        policy(
                                "b",
                                "{name: b}",
                                origin(
                                        ISTIO,
                                        "trigger_rules: [{excluded_paths: [{exact: /health_check},"
                                                + " {prefix: /guest}]}]")),
                        policy(
                                "c",
                                "{name: c}",
                                origin(
                                        ISTIO,
                                        "trigger_rules: [{included_paths: [{suffix:"
                                                + " confidential}]}]")));
        assertThat(status(mesh, "a", to, Port.HTTP, path, token)).isEqualTo(status);
    }

    /** Each issuer on paths of its own; a query is no part of a path. */
    @ParameterizedTest
    @CsvSource({
        "/,                                  '',      401",
        "/,                                  other,   200",
        "/,                                  istio,   401",
        "/testing-istio-jwt,                 garbled, 401",
        "/testing-istio-jwt,                 istio,   200",
        "/testing-istio-jwt,                 other,   401",
        "/testing-istio-jwt?a=b,             istio,   200",
        "/testing-istio-jwt?a=b,             other,   401",
        "/?/testing-istio-jwt,               istio,   401",
        "/?/health_check,                    '',      401",
        "/health_check,                      '',      200",
        "/health_check?a=b,                  '',      200"
    })
    void eachIssuerOnPathsOfItsOwn(String path, String token, int status) {
        PaperMesh mesh =
                PaperMesh.of(
                        APPS,
                        OLD,
                        policy(
                                "b",
                                "{name: b}",
                                origin(
                                        OTHER,
                                        "trigger_rules: [{excluded_paths: [{exact: /health_check},"
                                                + " {exact: /testing-istio-jwt}]}]"),
                                origin(
                                        ISTIO,
                                        "trigger_rules: [{included_paths: [{exact:"
                                                + " /testing-istio-jwt}]}]")));
        assertThat(status(mesh, "a", "b", Port.HTTP, path, token)).isEqualTo(status);
    }

    /** Where several are triggered any of them will do; beyond Istio's rows. */
    @ParameterizedTest
    @CsvSource({
        "/a/x.css,       other,  200",
        "/a/x.css,       istio,  200",
        "/a/x.css,       anyone, 200",
        "/a/x.css,       '',     401",
        "/a/x,           other,  200",
        "/a/x,           istio,  401",
        "/a/x,           anyone, 200",
        "/x.css,         other,  401",
        "/x.css,         istio,  200",
        "/x?.css,        istio,  401",
        "/x,             anyone, 200",
        "/x,             other,  401"
    })
    void severalIssuersOfOnePath(String path, String token, int status) {
        PaperMesh mesh =
                PaperMesh.of(
                        APPS,
                        OLD,
                        policy(
                                "b",
                                "{name: b}",
                                origin(OTHER, "trigger_rules: [{included_paths: [{prefix: /a/}]}]"),
                                origin(
                                        ISTIO,
                                        "trigger_rules: [{included_paths: [{suffix: .css}]}]"),
                                origin("anyone@example.com", "")));
        assertThat(status(mesh, "a", "b", Port.HTTP, path, token)).isEqualTo(status);
    }

    @Test
    void differentRegexesAreRefused() {
        assertThat(
                        PaperMesh.refusals(
                                APPS,
                                OLD,
                                policy(
                                        "b",
                                        "{name: b}",
                                        origin(OTHER, ""),
                                        origin(
                                                ISTIO,
                                                "trigger_rules: [{included_paths: [{regex:"
                                                        + " '/[0-9]+'}]}]"))))
                .singleElement()
                .asString()
                .contains("origins[1]", "regex", "not supported");
    }

    @ParameterizedTest
    @CsvSource({
        "b, a, HTTP,  '',        200",
        "c, a, HTTP,  '',        200",
        "a, b, HTTP,  '',        200",
        "c, b, HTTP,  other,     200",
        "d, b, HTTP2, testToken, 200",
        "a, c, HTTP,  other,     200",
        "a, c, HTTP2, invalid,   401",
        "b, c, HTTP,  random,    401",
        "d, c, HTTP,  other,     200",
        "c, d, HTTP2, bar,       200",
        "a, d, HTTP,  other,     200",
        "b, d, HTTP,  foo,       401"
    })
    void ofAServiceAndOfAPort(String from, String to, Port port, String token, int status) {
        PaperMesh mesh =
                PaperMesh.of(
                        APPS,
                        OLD,
                        policy(
                                "enable-jwt",
                                "{name: c}, {name: d, ports: [{number: 80}]}",
                                origin(OTHER, "")));
        assertThat(status(mesh, from, to, port, "/", token)).isEqualTo(status);
    }
}
