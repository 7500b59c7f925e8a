package dev.fairlead.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The walk-through of end-user authentication of Istio 1.0: a policy with origins at one Service,
 * called from a pod of its node and from one of another, and from outside of the mesh.
 */
@Tag("lab")
class CompatTokensTest {

    @RegisterExtension static final SharedLab LAB = SharedLab.ISTIO_1_0;

    private static final byte[] SECRET =
            "a secret of thirty-two bytes, ok".getBytes(StandardCharsets.US_ASCII);
    private static final String ISSUER = "testing@secure.istio.io";
    private static final String URL = "http://echo.tokens:8080/";

    private static Lab lab;

    @BeforeAll
    static void pods() {
        lab = LAB.lab();
        lab.apply(
                Echo.namespace("tokens", true)
                        + pod("tokens", "echo", "node-1")
                        + Echo.service("tokens", "echo", Map.of("app", "echo"), "")
                        + pod("tokens", "near", "node-1")
                        + pod("tokens", "far", "node-2")
                        + Echo.namespace("tokens-legacy", false)
                        + pod("tokens-legacy", "far", "node-2"));
    }

    private static String pod(String namespace, String name, String node) {
        return new Echo(namespace, name, node, Map.of("app", name), Map.of()).manifest();
    }

    private static String policy(String peers) {
        String keys = "{\"keys\":[{\"kty\":\"oct\",\"k\":\"" + base64(SECRET) + "\"}]}";
        return """
        apiVersion: authentication.istio.io/v1alpha1
        kind: Policy
        metadata: {name: jwt-example, namespace: tokens}
        spec:
          targets: [{name: echo}]
          peers: [%s]
          origins: [{jwt: {issuer: "%s", jwks: '%s'}}]
          principalBinding: USE_ORIGIN
        """
                .formatted(peers, ISSUER, keys);
    }

    private static final String MUTUAL =
            """
            ---
            apiVersion: networking.istio.io/v1alpha3
            kind: DestinationRule
            metadata: {name: echo, namespace: tokens}
            spec: {host: echo.tokens.svc.cluster.local, trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}}
            """;

    @AfterEach
    void noPolicy() {
        lab.runWithInput(policy("") + MUTUAL, "delete", "-f", "-", "--wait");
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static String token(Instant end) throws GeneralSecurityException {
        String signed =
                base64("{\"alg\":\"HS256\"}".getBytes(StandardCharsets.US_ASCII))
                        + "."
                        + base64(
                                "{\"iss\":\"%s\",\"sub\":\"%s\",\"exp\":%d}"
                                        .formatted(ISSUER, ISSUER, end.getEpochSecond())
                                        .getBytes(StandardCharsets.US_ASCII));
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(SECRET, "HmacSHA256"));
        return signed + "." + base64(mac.doFinal(signed.getBytes(StandardCharsets.US_ASCII)));
    }

    private static Curl call(String namespace, String pod, String token) {
        return token.isEmpty()
                ? Curl.from(lab, namespace, pod, URL)
                : Curl.from(lab, namespace, pod, "-H", "Authorization: Bearer " + token, URL);
    }

    @Test
    void aTokenIsNeededAndMustHold() throws Exception {
        assertThat(call("tokens", "near", "").verdict()).isEqualTo("200");
        lab.apply(policy(""));
        for (String pod : new String[] {"near", "far"}) {
            Curl refused = call("tokens", pod, "");
            assertThat(refused.verdict()).as(pod).isEqualTo("401");
            assertThat(refused.body()).isEqualTo("Origin authentication failed.");
            assertThat(call("tokens", pod, "a.b.c").verdict()).isEqualTo("401");
            String token = token(Instant.now().plusSeconds(3600));
            assertThat(call("tokens", pod, token).verdict()).as(pod).isEqualTo("200");
        }
    }

    @Test
    void aTokenOfFiveSecondsHoldsForFiveSeconds() throws Exception {
        lab.apply(policy(""));
        Instant end = Instant.now().plusSeconds(5);
        String token = token(end);
        while (true) {
            Instant before = Instant.now();
            String verdict = call("tokens", "far", token).verdict();
            if (verdict.equals("401")) { // its last second is a whole one
                assertThat(Instant.now()).isAfter(end);
                return;
            }
            assertThat(verdict).isEqualTo("200");
            assertThat(before).isBefore(end.plusSeconds(2));
        }
    }

    @Test
    void withMutualTlsATokenIsNotEnough() throws Exception {
        lab.apply(policy("{mtls: {}}") + MUTUAL);
        String token = token(Instant.now().plusSeconds(3600));
        assertThat(call("tokens", "far", token).verdict()).isEqualTo("200");
        assertThat(call("tokens", "far", "").verdict()).isEqualTo("401");
        assertThat(call("tokens-legacy", "far", token).verdict()).isEqualTo("000/56");
    }
}
