package dev.fairlead.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.e2e.Launcher.Result;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Who is let in with which identity, what is seen on the wire, and who gets a certificate. Clients
 * are client-1 and client-2 on the nodes of those numbers, the server is on node-1: every policy
 * holds with the pods together and apart.
 */
@Tag("lab")
class MutualTlsTest {

    @RegisterExtension static final SharedLab LAB = SharedLab.MODERN;

    private static final String INSIDE = "mutual";
    private static final String OUTSIDE = "mutual-legacy";
    private static final String URL = "http://server.mutual:8080/";
    private static final String SPIFFE = "spiffe://cluster.local/ns/mutual/sa/";

    private static Lab lab;

    @BeforeAll
    static void pods() {
        lab = LAB.lab();
        StringBuilder manifest = new StringBuilder();
        manifest.append(Echo.namespace(INSIDE, true)).append(Echo.namespace(OUTSIDE, false));
        manifest.append(Echo.service(INSIDE, "server", Map.of("app", "server"), ""))
                .append(pod(INSIDE, "server", "node-1"));
        for (int node : List.of(1, 2)) {
            manifest.append(pod(INSIDE, "client-" + node, "node-" + node))
                    .append(pod(OUTSIDE, "legacy-" + node, "node-" + node));
        }
        lab.apply(manifest.toString());
    }

    private static String pod(String namespace, String name, String node) {
        return new Echo(namespace, name, node, Map.of("app", name), Map.of()).manifest();
    }

    private static String server(String mode) {
        return """
        apiVersion: security.istio.io/v1
        kind: PeerAuthentication
        metadata: {name: default, namespace: mutual}
        spec: {mtls: {mode: %s}}
        ---
        """
                .formatted(mode);
    }

    private static String clients(String mode) {
        return """
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: server, namespace: mutual}
        spec: {host: server%s}
        ---
        """
                .formatted(
                        mode.equals("auto") ? "" : ", trafficPolicy: {tls: {mode: " + mode + "}}");
    }

    private static final String OWN_PORT =
            """
            apiVersion: security.istio.io/v1
            kind: PeerAuthentication
            metadata: {name: server, namespace: mutual}
            spec:
              selector: {matchLabels: {app: server}}
              mtls: {mode: %s}
              portLevelMtls: {8080: {mode: %s}}
            """;

    private static String inForce = "";

    /** Waits for what is new only: most tests want what the one before left. */
    private static void policy(String server, String client) {
        String wanted = server(server) + clients(client);
        if (!wanted.equals(inForce)) {
            lab.apply(wanted);
            inForce = wanted;
        }
    }

    /**
     * What the server wants, what the clients are told (auto: nothing), the answer, and whether the
     * application hears who called.
     */
    @ParameterizedTest(name = "server {0}, client {1}: {2}, identity {3}")
    @CsvSource({
        "STRICT,     auto,         200, true",
        "STRICT,     ISTIO_MUTUAL, 200, true",
        "STRICT,     DISABLE,      503, false",
        "PERMISSIVE, auto,         200, true",
        "PERMISSIVE, ISTIO_MUTUAL, 200, true",
        "PERMISSIVE, DISABLE,      200, false",
        "DISABLE,    auto,         200, false",
        "DISABLE,    ISTIO_MUTUAL, 503, false",
        "DISABLE,    DISABLE,      200, false"
    })
    void samePolicyGivesTheSameVerdictTogetherAndApart(
            String server, String client, int status, boolean identity) {
        policy(server, client);
        for (String pod : List.of("client-1", "client-2")) {
            Curl curl = Curl.from(lab, INSIDE, pod, URL);
            assertThat(curl.status()).as(pod + ": " + curl.body()).isEqualTo(status);
            if (status == 200) {
                String heard = curl.json().at("/headers/x-forwarded-client-cert").asText();
                if (identity) {
                    assertThat(heard).contains("By=" + SPIFFE + "server", "URI=" + SPIFFE + pod);
                } else {
                    assertThat(heard).as(pod).isEmpty();
                }
            }
        }
    }

    /** Some of a pod's ports may want something else than the others. */
    @ParameterizedTest
    @CsvSource({"STRICT, DISABLE, 200", "DISABLE, STRICT, 000/56"})
    void aPortMayHaveItsOwnMode(String mode, String ofPort, String legacy) {
        policy(mode, "auto");
        lab.apply(OWN_PORT.formatted(mode, ofPort));
        try {
            for (int node : List.of(1, 2)) {
                assertThat(Curl.from(lab, INSIDE, "client-" + node, URL).verdict())
                        .isEqualTo("200");
                assertThat(Curl.from(lab, OUTSIDE, "legacy-" + node, URL).verdict())
                        .isEqualTo(legacy);
            }
        } finally {
            lab.runWithInput(OWN_PORT.formatted(mode, ofPort), "delete", "-f", "-", "--wait");
        }
    }

    @Test
    void legacyClientIsResetUnderStrictAndServedUnderPermissive() {
        List<String> clients = List.of("legacy-1", "legacy-2");
        policy("STRICT", "auto");
        for (String legacy : clients) {
            Curl strict = Curl.from(lab, OUTSIDE, legacy, URL);
            assertThat(strict.verdict()).as(legacy).isEqualTo("000/56");
            assertThat(strict.body()).as(legacy).isEmpty();
        }
        policy("PERMISSIVE", "auto");
        for (String legacy : clients) {
            assertThat(Curl.from(lab, OUTSIDE, legacy, URL).verdict()).as(legacy).isEqualTo("200");
        }
    }

    /** A connection is judged again when the policy changes, not only when it is made. */
    @ParameterizedTest
    @CsvSource({
        "mutual-legacy, legacy-1",
        "mutual-legacy, legacy-2",
        "mutual, client-1",
        "mutual, client-2"
    })
    void strictEndsPlainConnectionsThatAreOpen(String namespace, String pod) {
        policy("PERMISSIVE", "DISABLE");
        String script =
                """
                import http.client, time
                server = http.client.HTTPConnection("server.mutual", 8080, timeout=10)
                end = time.monotonic() + 60
                status = 200
                while status == 200 and time.monotonic() < end:
                    try:
                        server.request("GET", "/")
                        answer = server.getresponse()
                        answer.read()
                        status = answer.status
                        server.auto_open = 0
                        time.sleep(0.05)
                    except (OSError, http.client.HTTPException):
                        status = 0
                print(status)
                """;
        var ended =
                java.util.concurrent.CompletableFuture.supplyAsync(() -> {
                    List<String> command =
                            List.of("exec", "-n", namespace, pod, "--", "python3", "-c", script);
                    return lab.run(command.toArray(String[]::new)).ok();
                });
        Lab.await("requests", () -> Curl.from(lab, namespace, pod, URL).status() == 200);
        policy("STRICT", "DISABLE");
        // a legacy client is cut off; an enrolled one is told by its own agent
        assertThat(ended.join()).isEqualTo(namespace.equals(INSIDE) ? "503" : "0");
    }

    /** Only an agent that has checked a certificate may say whose it was. */
    @ParameterizedTest
    @CsvSource({
        "mutual-legacy, legacy-1",
        "mutual-legacy, legacy-2",
        "mutual, client-1",
        "mutual, client-2"
    })
    void forgedClientCertificateHeaderDoesNotArrive(String namespace, String pod) {
        policy("PERMISSIVE", "DISABLE");
        Curl curl =
                Curl.from(lab, namespace, pod, "-H", "X-Forwarded-Client-Cert: By=x;URI=y", URL);
        assertThat(curl.verdict()).isEqualTo("200");
        assertThat(curl.json().at("/headers/x-forwarded-client-cert").isMissingNode()).isTrue();
    }

    /**
     * TLS 1.3 tells a client too late for its handshake that it lacks a certificate: it learns it
     * as it reads (56), or in HTTP/2, on which curl agrees by ALPN, as it sends (55).
     */
    @ParameterizedTest
    @ValueSource(strings = {"legacy-1", "legacy-2"})
    void tlsWithoutAClientCertificateIsRefused(String legacy) {
        policy("STRICT", "auto");
        Curl curl = Curl.from(lab, OUTSIDE, legacy, "-k", URL.replace("http:", "https:"));
        assertThat(curl.status()).isZero();
        assertThat(curl.exit()).isIn(35, 55, 56);
    }

    @ParameterizedTest
    @CsvSource({
        "legacy-1, STRICT",
        "legacy-2, STRICT",
        "legacy-1, PERMISSIVE",
        "legacy-2, PERMISSIVE"
    })
    void outsiderSeesThePodsOwnIdentity(String legacy, String mode) {
        policy(mode, "auto");
        String certificate =
                sh(
                                OUTSIDE,
                                legacy,
                                "openssl s_client -connect server.mutual:8080 -alpn istio </dev/null"
                                        + " 2>/dev/null | openssl x509 -noout -ext subjectAltName")
                        .ok();
        assertThat(certificate.replaceAll("\\s+", " "))
                .isEqualTo("X509v3 Subject Alternative Name: critical URI:" + SPIFFE + "server");
    }

    /** What two nodes say to each other while a pod of one calls a pod of the other. */
    @Test
    void noPlainByteOfAnEnrolledPairIsOnTheWire(@TempDir Path folder) throws Exception {
        policy("STRICT", "auto");
        String wire =
                captured(
                        folder.resolve("mutual.pcap"),
                        () ->
                                assertThat(
                                                Curl.from(
                                                                lab,
                                                                INSIDE,
                                                                "client-2",
                                                                "-H",
                                                                "x-secret: sesame",
                                                                URL + "sesame/[1-20]")
                                                        .verdict())
                                        .isEqualTo("200"));
        assertThat(wire).doesNotContain("sesame", "HTTP/1.", "GET /");
        // application data of TLS 1.2 or 1.3
        assertThat(wire).contains("\u0017\u0003\u0003");
    }

    /** The same eyes see a plain client: so the test above looks in the right place. */
    @Test
    void plainClientIsSeenOnTheWire(@TempDir Path folder) throws Exception {
        String wire =
                captured(
                        folder.resolve("plain.pcap"),
                        () -> Curl.from(lab, OUTSIDE, "legacy-2", URL + "sesame"));
        assertThat(wire).contains("GET /sesame HTTP/1.1");
    }

    /** The bytes that {@code lab capture} writes on node-2 for packets of the server's pod. */
    private static String captured(Path file, Runnable traffic)
            throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder(
                        Launcher.ROOT.resolve("fairlead").toString(),
                        "lab",
                        "capture",
                        "node-2",
                        "-w",
                        file.toString());
        builder.environment().putAll(lab.env());
        builder.directory(Launcher.ROOT.toFile());
        builder.redirectErrorStream(true).redirectOutput(new java.io.File("/dev/null"));
        Process capture = builder.start();
        try {
            // a file has a header once packets are taken
            Lab.await("capture", () -> file.toFile().length() >= 24);
            traffic.run();
            String marker = "that was all";
            Lab.await(
                    "last packet",
                    () -> {
                        sh(OUTSIDE, "legacy-2", datagram(marker)).ok();
                        return text(file).contains(marker);
                    });
        } finally {
            capture.destroy();
            capture.waitFor();
        }
        return text(file);
    }

    private static String datagram(String text) {
        return "python3 -c \"import socket; socket.socket(socket.AF_INET,"
                + " socket.SOCK_DGRAM).sendto(b'"
                + text
                + "', ('server.mutual', 9001))\"";
    }

    private static String text(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void anAgentGetsTheIdentitiesOfItsOwnPodsOnly() {
        assertThat(askCa("node-1", SPIFFE + "client-1")).contains("status 0", "certificates 2");
        assertThat(askCa("node-2", SPIFFE + "client-2")).contains("status 0");
        assertThat(askCa("node-2", SPIFFE + "client-1"))
                .doesNotContain("status 0")
                .contains("certificates 0");
        assertThat(askCa("node-1", SPIFFE + "client-2")).contains("certificates 0");
        assertThat(askCa("node-1", SPIFFE + "nosuch")).contains("certificates 0");
        assertThat(askCa("node-1", "spiffe://cluster.local/ns/fairlead-system/sa/pilot-lite"))
                .contains("certificates 0");
        assertThat(askCa("node-1", "spiffe://other.example/ns/mutual/sa/client-1"))
                .contains("certificates 0");
    }

    /** As an agent asks, with the token of {@code node}, from within the lab. */
    private static String askCa(String node, String identity) {
        Path token = lab.folder().resolve("nodes").resolve(node).resolve("token");
        return lab.node(
                        node,
                        "python3",
                        "-c",
                        Echo.resource("ask_ca.py"),
                        identity,
                        token.toString())
                .ok();
    }

    @ParameterizedTest
    @CsvSource({"mutual, client-1", "mutual, client-2", "mutual-legacy, legacy-1"})
    void aPodGetsNoCertificateNotEvenItsOwn(String namespace, String pod) {
        List<String> command = new ArrayList<>(List.of("exec", "-n", namespace, pod, "--"));
        command.addAll(List.of("python3", "-c", Echo.resource("ask_ca.py"), SPIFFE + pod));
        Result asked = lab.run(command.toArray(String[]::new));
        assertThat(asked.ok()).contains("certificates 0").doesNotContain("status 0");
        Result guessed =
                sh(
                        namespace,
                        pod,
                        "echo guess >/tmp/token; python3 -c '"
                                + Echo.resource("ask_ca.py").replace("'", "'\\''")
                                + "' "
                                + SPIFFE
                                + "server /tmp/token");
        assertThat(guessed.ok()).contains("certificates 0").doesNotContain("status 0");
    }

    private static Result sh(String namespace, String pod, String script) {
        return lab.run("exec", "-n", namespace, pod, "--", "sh", "-c", script);
    }
}
