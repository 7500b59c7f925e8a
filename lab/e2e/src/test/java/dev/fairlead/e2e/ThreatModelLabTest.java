package dev.fairlead.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Attacks of docs/SECURITY.md by real clients, beside those of the classes that are about one thing
 * each. The server is on node-1, client-1 beside it, client-2 and the legacy one on node-2.
 */
@Tag("lab")
class ThreatModelLabTest {

    @RegisterExtension static final SharedLab LAB = SharedLab.MODERN;

    private static final String INSIDE = "threats";
    private static final String OUTSIDE = "threats-legacy";
    private static final String LEGACY = "legacy-2";
    private static final String HOST = "server.threats";
    private static final String URL = "http://server.threats:8080/";

    private static final int HANDSHAKES = 300;
    private static final int HANDSHAKES_OF_AN_ADDRESS = 256; // FAIRLEAD_POD_SOURCE_HANDSHAKES

    private static Lab lab;

    @BeforeAll
    static void pods() {
        lab = LAB.lab();
        lab.apply(
                Echo.namespace(INSIDE, true)
                        + Echo.namespace(OUTSIDE, false)
                        + Echo.service(INSIDE, "server", Map.of("app", "server"), "")
                        + pod(INSIDE, "server", "node-1")
                        + pod(INSIDE, "client-1", "node-1")
                        + pod(INSIDE, "client-2", "node-2")
                        + pod(OUTSIDE, LEGACY, "node-2"));
    }

    private static String pod(String namespace, String name, String node) {
        return new Echo(namespace, name, node, Map.of("app", name), Map.of()).manifest();
    }

    /** Namespace and name of who attacks. */
    private record Attacker(String namespace, String pod) {

        static Attacker of(String text) {
            return text.equals(LEGACY) ? new Attacker(OUTSIDE, text) : new Attacker(INSIDE, text);
        }

        /** What {@code hostile.py} says. */
        String does(String input, String kind) {
            return lab.runWithInput(
                            input,
                            "exec",
                            "-n",
                            namespace,
                            pod,
                            "--",
                            "python3",
                            "-c",
                            Echo.resource("hostile.py"),
                            kind,
                            HOST,
                            "8080")
                    .ok()
                    .strip();
        }
    }

    private static void assertOthersAreServed() {
        for (String client : List.of("client-1", "client-2")) {
            assertThat(Curl.from(lab, INSIDE, client, URL).verdict()).as(client).isEqualTo("200");
        }
    }

    private static final String NEXT = "GET /smuggled HTTP/1.1\r\nHost: server.threats\r\n\r\n";

    private static final List<String> AMBIGUOUS =
            List.of(
                    "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG",
                    "Content-Length: 0\r\nContent-Length: 54\r\n\r\n",
                    "Content-Length: +3\r\n\r\nabc",
                    "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
                    "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
                    "X: y\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n");

    /** By the agent of who sends, and where that has none by the server's. */
    @ParameterizedTest
    @ValueSource(strings = {"client-1", "client-2", LEGACY})
    void whatCanBeReadInTwoWaysReachesNobody(String who) {
        Attacker attacker = Attacker.of(who);
        String head = "POST / HTTP/1.1\r\nHost: server.threats\r\n";
        String ordinary =
                head
                        + "Content-Length: 3\r\n\r\nabc"
                        + NEXT.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
        assertThat(attacker.does(ordinary, "raw")).contains("\"path\": \"/smuggled\"");
        for (String rest : AMBIGUOUS) {
            assertThat(attacker.does(head + rest + NEXT, "raw"))
                    .as(rest)
                    .startsWith("HTTP/1.1 4")
                    .doesNotContain("smuggled", "\"pod\"");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"resets", "pings", "settings"})
    void aFloodEndsItsConnectionAndNothingElse(String kind) {
        for (String who : List.of("client-2", LEGACY)) {
            assertThat(Attacker.of(who).does("", kind)).as(who).isEqualTo("ended");
            assertOthersAreServed();
        }
    }

    @Test
    void handshakesThatDoNotGoOnShutNobodyElseOut() {
        int atLeast = HANDSHAKES - HANDSHAKES_OF_AN_ADDRESS;
        long before = overflows();
        try (InPod flood =
                new InPod(
                        lab,
                        OUTSIDE,
                        LEGACY,
                        "hostile.py",
                        "handshakes",
                        HOST,
                        "8080",
                        Integer.toString(HANDSHAKES),
                        Integer.toString(atLeast))) {
            assertThat(Integer.parseInt(flood.read())).isGreaterThanOrEqualTo(atLeast);
            assertThat(overflows() - before).isGreaterThanOrEqualTo(atLeast); // and not for time
            assertOthersAreServed();
            flood.send("enough");
        }
    }

    /** Handshakes of too many that the servers' agent has ended. */
    private static long overflows() {
        return Curl.fromNode(
                        lab, "node-1", "http://127.0.0.1:15000/stats?filter=ssl_handshake_overflow")
                .body()
                .lines()
                .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(": ") + 2)))
                .sum();
    }

    private static final String ISSUER = "threats@example.com";

    private static String tokensAreNeeded(RSAPublicKey key) {
        byte[] modulus = key.getModulus().toByteArray();
        String keys =
                "{\"keys\":[{\"kty\":\"RSA\",\"alg\":\"RS256\",\"e\":\"AQAB\",\"n\":\"%s\"}]}"
                        .formatted(
                                base64(java.util.Arrays.copyOfRange(modulus, 1, modulus.length)));
        return """
        ---
        apiVersion: security.istio.io/v1
        kind: RequestAuthentication
        metadata: {name: users, namespace: threats}
        spec:
          selector: {matchLabels: {app: server}}
          jwtRules:
          - issuer: %s
            jwks: '%s'
            outputClaimToHeaders: [{header: x-user, claim: sub}]
        ---
        apiVersion: security.istio.io/v1
        kind: AuthorizationPolicy
        metadata: {name: users, namespace: threats}
        spec:
          selector: {matchLabels: {app: server}}
          rules:
          - {from: [{source: {requestPrincipals: ['%s/alice']}}]}
          - {to: [{operation: {paths: [/open]}}]}
        """
                .formatted(ISSUER, keys, ISSUER);
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static String unsigned(String algorithm, String issuer, Instant end) {
        return base64("{\"alg\":\"%s\"}".formatted(algorithm).getBytes(StandardCharsets.US_ASCII))
                + "."
                + base64(
                        "{\"iss\":\"%s\",\"sub\":\"alice\",\"exp\":%d}"
                                .formatted(issuer, end.getEpochSecond())
                                .getBytes(StandardCharsets.US_ASCII));
    }

    private static String signed(KeyPair key, String token) throws GeneralSecurityException {
        Signature signature = Signature.getInstance("SHA256withRSA");
        signature.initSign(key.getPrivate());
        signature.update(token.getBytes(StandardCharsets.US_ASCII));
        return token + "." + base64(signature.sign());
    }

    /** With the issuer's public key for a secret. */
    private static String confused(KeyPair key, String token) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key.getPublic().getEncoded(), "HmacSHA256"));
        return token + "." + base64(mac.doFinal(token.getBytes(StandardCharsets.US_ASCII)));
    }

    /** And what only a token may say is not said by a header. */
    @Test
    void aForgedTokenOpensNothing() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        KeyPair issuer = generator.generateKeyPair();
        KeyPair stranger = generator.generateKeyPair();
        Instant end = Instant.now().plusSeconds(3600);
        Instant over = Instant.now().minusSeconds(3600);
        String right = unsigned("RS256", ISSUER, end);
        String good = signed(issuer, right);
        List<String> forged =
                List.of(
                        unsigned("none", ISSUER, end) + ".",
                        signed(stranger, right),
                        confused(issuer, unsigned("HS256", ISSUER, end)),
                        signed(issuer, unsigned("RS256", "another@example.com", end)),
                        signed(issuer, unsigned("RS256", ISSUER, over)),
                        right + "." + good.substring(good.lastIndexOf('.') + 2));
        String policy = tokensAreNeeded((RSAPublicKey) issuer.getPublic());
        lab.apply(policy);
        try {
            for (String pod : List.of("client-1", "client-2")) {
                Curl alice = bearing(pod, good, URL);
                assertThat(alice.verdict()).as(pod).isEqualTo("200");
                assertThat(alice.json().at("/headers/x-user").asText()).isEqualTo("alice");
                assertThat(Curl.from(lab, INSIDE, pod, URL).verdict()).as(pod).isEqualTo("403");
                for (String token : forged) {
                    assertThat(bearing(pod, token, URL).verdict()).as(token).isEqualTo("401");
                }
                Curl said = Curl.from(lab, INSIDE, pod, "-H", "x-user: alice", URL + "open");
                assertThat(said.verdict()).as(pod).isEqualTo("200");
                assertThat(said.json().at("/headers/x-user").isMissingNode()).as(pod).isTrue();
            }
        } finally {
            lab.delete(policy);
        }
    }

    private static Curl bearing(String pod, String token, String url) {
        return Curl.from(lab, INSIDE, pod, "-H", "Authorization: Bearer " + token, url);
    }

    private static final String HELD =
            """
            import socket
            s = socket.create_connection(("server.threats", 9000), 5)
            s.sendall(b"hello\\n")
            print(s.recv(99).decode().strip()[:1], flush=True)
            s.settimeout(60)
            try:
                print("ended" if s.recv(99) == b"" else "answered")
            except ConnectionResetError:
                print("ended")
            except TimeoutError:
                print("open")
            """;

    /**
     * A certificate that the mesh's authority takes back: what is open ends, and nothing begins.
     */
    @ParameterizedTest
    @ValueSource(strings = {"client-1", "client-2"})
    void aRevokedCertificateOpensNothing(String pod, @TempDir Path folder) throws Exception {
        String other = pod.equals("client-1") ? "client-2" : "client-1";
        Path list = lab.folder().resolve("ca/ca-crl.pem");
        try (InPod held = new InPod(lab, INSIDE, pod, List.of("python3", "-c", HELD))) {
            assertThat(held.read()).isEqualTo("{");
            Path made = revoking(serialOf(pod), folder);
            Files.move(made, list, StandardCopyOption.REPLACE_EXISTING);
            assertThat(held.read()).isEqualTo("ended");
            Lab.await("refused", () -> Curl.from(lab, INSIDE, pod, URL).status() == 503);
            assertThat(Curl.from(lab, INSIDE, other, URL).verdict()).isEqualTo("200");
        } finally {
            Files.deleteIfExists(list);
        }
        Lab.await("taken again", () -> Curl.from(lab, INSIDE, pod, URL).status() == 200);
    }

    private static String serialOf(String pod) {
        String node = pod.endsWith("1") ? "node-1" : "node-2";
        Curl page = Curl.fromNode(lab, node, "http://127.0.0.1:15000/certs");
        for (JsonNode each : page.json().get("certificates")) {
            JsonNode leaf = each.at("/cert_chain/0");
            if (leaf.at("/subject_alt_names/0/uri").asText().endsWith("/threats/sa/" + pod)) {
                return leaf.get("serial_number").asText();
            }
        }
        throw new AssertionError("no certificate of " + pod + ": " + page.body());
    }

    /** A list of the lab's own authority with one certificate, as openssl makes it. */
    private static Path revoking(String serial, Path folder) throws IOException {
        String hex = new BigInteger(serial, 16).toString(16).toUpperCase(java.util.Locale.ROOT);
        hex = hex.length() % 2 == 0 ? hex : "0" + hex;
        Files.writeString(
                folder.resolve("index.txt"),
                "R\t491231235959Z\t240101000000Z\t" + hex + "\tunknown\t/CN=x\n");
        Path settings = folder.resolve("openssl.cnf");
        Files.writeString(
                settings,
                """
                [ca]
                default_ca = lab
                [lab]
                database = %s/index.txt
                default_md = sha256
                default_crl_days = 1
                """
                        .formatted(folder));
        Path made = lab.folder().resolve("ca/.ca-crl.pem");
        List<String> command =
                new ArrayList<>(
                        List.of("openssl", "ca", "-gencrl", "-config", settings.toString()));
        command.addAll(List.of("-keyfile", lab.folder().resolve("ca/ca-key.pem").toString()));
        command.addAll(List.of("-cert", lab.folder().resolve("ca/ca-cert.pem").toString()));
        command.addAll(List.of("-out", made.toString()));
        Launcher.run(Map.of(), "", command).ok();
        return made;
    }
}
