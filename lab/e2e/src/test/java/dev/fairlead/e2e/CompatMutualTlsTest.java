package dev.fairlead.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The mutual TLS walk-through of Istio 1.0: foo and bar in the mesh, legacy not, each with a server
 * and a client, everybody calls everybody; servers are on node-1, clients of bar and legacy on
 * node-2, so that pairs are together and apart.
 */
@Tag("lab")
class CompatMutualTlsTest {

    @RegisterExtension static final SharedLab LAB = SharedLab.ISTIO_1_0;

    private static final List<String> NAMESPACES = List.of("foo", "bar", "legacy");

    private static final String MESH_POLICY =
            """
            apiVersion: authentication.istio.io/v1alpha1
            kind: MeshPolicy
            metadata: {name: default}
            spec: {peers: [{mtls: {}}]}
            """;

    private static final String EVERYWHERE =
            """
            apiVersion: networking.istio.io/v1alpha3
            kind: DestinationRule
            metadata: {name: default, namespace: istio-system}
            spec:
              host: "*.local"
              trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}
            """;

    private static final String NOT_TO_LEGACY =
            """
            apiVersion: networking.istio.io/v1alpha3
            kind: DestinationRule
            metadata: {name: legacy, namespace: istio-system}
            spec:
              host: echo.legacy.svc.cluster.local
              trafficPolicy: {tls: {mode: DISABLE}}
            """;

    /** Stands in for the API server: HTTPS of its own, outside of the mesh. */
    private static final String API_SERVER =
            """
            ---
            apiVersion: v1
            kind: Pod
            metadata:
              name: apiserver
              namespace: default
              labels: {app: apiserver}
              annotations: {fairlead.dev/mesh: disabled}
            spec:
              terminationGracePeriodSeconds: 0
              containers:
              - name: apiserver
                image: none
                command:
                - sh
                - -c
                - >-
                  cd "$(mktemp -d)" && openssl req -x509 -newkey ec -pkeyopt
                  ec_paramgen_curve:P-256 -nodes -keyout k -out c -days 2 -subj /CN=kubernetes
                  && exec openssl s_server -accept 8443 -key k -cert c -www -quiet
                ports: [{containerPort: 8443}]
                readinessProbe: {tcpSocket: {port: 8443}, periodSeconds: 1}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: kubernetes, namespace: default}
            spec: {selector: {app: apiserver}, ports: [{name: https, port: 443, targetPort: 8443}]}
            """;

    private static final String NOT_TO_API_SERVER =
            rule(
                    "istio-system",
                    "api-server",
                    "kubernetes.default.svc.cluster.local",
                    "tls: {mode: DISABLE}");

    private static Lab lab;

    @BeforeAll
    static void pods() {
        lab = LAB.lab();
        StringBuilder manifest = new StringBuilder();
        for (String namespace : NAMESPACES) {
            String node = namespace.equals("foo") ? "node-1" : "node-2";
            manifest.append(Echo.namespace(namespace, !namespace.equals("legacy")))
                    .append(pod(namespace, "echo", "node-1"))
                    .append(Echo.service(namespace, "echo", Map.of("app", "echo"), ""))
                    .append(pod(namespace, "sleep", node));
        }
        lab.apply(manifest.append(API_SERVER).toString());
    }

    @AfterAll
    static void noApiServer() {
        lab.delete(API_SERVER);
    }

    private static String pod(String namespace, String name, String node) {
        return new Echo(namespace, name, node, Map.of("app", name), Map.of()).manifest();
    }

    @AfterEach
    void noPolicy() {
        lab.runWithInput(
                MESH_POLICY + "---\n" + EVERYWHERE + "---\n" + NOT_TO_LEGACY,
                "delete",
                "-f",
                "-",
                "--wait");
        lab.runWithInput(
                policy("foo", "default", "", "")
                        + policy("foo", "overwrite", "name: echo", "")
                        + policy("bar", "echo", "name: echo", "")
                        + rule("foo", "default", "*.foo.svc.cluster.local", "")
                        + rule("foo", "overwrite", "echo.foo.svc.cluster.local", "")
                        + rule("bar", "echo", "echo.bar.svc.cluster.local", "")
                        + NOT_TO_API_SERVER,
                "delete",
                "-f",
                "-",
                "--wait");
    }

    private static String policy(String namespace, String name, String target, String peers) {
        return """
        ---
        apiVersion: authentication.istio.io/v1alpha1
        kind: Policy
        metadata: {name: %s, namespace: %s}
        spec: {targets: [%s], peers: [%s]}
        """
                .formatted(name, namespace, target.isEmpty() ? "" : "{" + target + "}", peers);
    }

    private static String rule(String namespace, String name, String host, String policy) {
        return """
        ---
        apiVersion: networking.istio.io/v1alpha3
        kind: DestinationRule
        metadata: {name: %s, namespace: %s}
        spec: {host: "%s", trafficPolicy: {%s}}
        """
                .formatted(name, namespace, host, policy);
    }

    /** Walk-through "Authentication Policy": of a namespace, of a Service, of a port, of none. */
    @Test
    void theNarrowerPolicyHolds() {
        String mutual = "tls: {mode: ISTIO_MUTUAL}";
        lab.apply(
                policy("foo", "default", "", "{mtls: {}}")
                        + rule("foo", "default", "*.foo.svc.cluster.local", mutual));
        onlyLegacyIsKeptOutOf("foo");

        lab.apply(
                policy("bar", "echo", "name: echo", "{mtls: {}}")
                        + rule("bar", "echo", "echo.bar.svc.cluster.local", mutual));
        onlyLegacyIsKeptOutOf("foo", "bar");

        lab.apply(
                policy("bar", "echo", "name: echo, ports: [{number: 1234}]", "{mtls: {}}")
                        + rule(
                                "bar",
                                "echo",
                                "echo.bar.svc.cluster.local",
                                "tls: {mode: DISABLE}, portLevelSettings: [{port: {number: 1234}, "
                                        + mutual
                                        + "}]"));
        onlyLegacyIsKeptOutOf("foo");

        lab.apply(
                policy("foo", "overwrite", "name: echo", "")
                        + rule(
                                "foo",
                                "overwrite",
                                "echo.foo.svc.cluster.local",
                                "tls: {mode: DISABLE}"));
        onlyLegacyIsKeptOutOf();
    }

    /** Walk-through "Mutual TLS Migration". */
    @Test
    void permissiveLetsAllInUntilStrict() {
        lab.apply(policy("foo", "default", "", "{mtls: {mode: PERMISSIVE}}"));
        onlyLegacyIsKeptOutOf();

        lab.apply(rule("foo", "default", "*.foo.svc.cluster.local", "tls: {mode: ISTIO_MUTUAL}"));
        onlyLegacyIsKeptOutOf();

        lab.apply(policy("foo", "default", "", "{mtls: {mode: STRICT}}"));
        onlyLegacyIsKeptOutOf("foo");
    }

    private static void onlyLegacyIsKeptOutOf(String... servers) {
        for (String client : NAMESPACES) {
            for (String server : NAMESPACES) {
                boolean refused = client.equals("legacy") && List.of(servers).contains(server);
                assertThat(call(client, server).verdict())
                        .as(client + " to " + server)
                        .isEqualTo(refused ? "000/56" : "200");
            }
        }
    }

    @Test
    void withoutPolicyEverybodyReachesEverybody() {
        assertThat(verdicts("foo", "bar", "legacy")).containsOnly("200");
    }

    /** The servers want TLS, and nothing tells the clients. */
    @Test
    void meshPolicyAloneGives503InTheMeshAndAResetOutside() {
        lab.apply(MESH_POLICY);
        for (String client : List.of("foo", "bar")) {
            for (String server : List.of("foo", "bar")) {
                Curl curl = call(client, server);
                assertThat(curl.status()).as(client + " to " + server).isEqualTo(503);
                assertThat(curl.body())
                        .startsWith("upstream connect error or disconnect/reset before headers");
            }
        }
        assertThat(call("legacy", "foo").verdict()).isEqualTo("000/56");
        assertThat(call("foo", "legacy").verdict()).isEqualTo("200");
    }

    @Test
    void withTheDestinationRuleTheMeshSpeaksMutualTlsAndLegacyIsReset() {
        lab.apply(MESH_POLICY + "---\n" + EVERYWHERE);
        for (String client : List.of("foo", "bar")) {
            for (String server : List.of("foo", "bar")) {
                Curl curl = call(client, server);
                assertThat(curl.verdict()).as(client + " to " + server).isEqualTo("200");
                assertThat(curl.json().at("/headers/x-forwarded-client-cert").asText())
                        .contains("By=spiffe://cluster.local/ns/" + server + "/sa/echo")
                        .contains("URI=spiffe://cluster.local/ns/" + client + "/sa/sleep");
            }
            Curl plain = call("legacy", client);
            assertThat(plain.verdict()).isEqualTo("000/56");
            assertThat(plain.body()).isEmpty();
            assertThat(call(client, "legacy").status()).isEqualTo(503);
        }
        assertThat(call("legacy", "legacy").verdict()).isEqualTo("200");
        lab.apply(NOT_TO_LEGACY);
        assertThat(call("foo", "legacy").verdict()).isEqualTo("200");
        assertThat(call("bar", "legacy").verdict()).isEqualTo("200");
    }

    /** The mesh's TLS around the client's own: no API server understands it. */
    @Test
    void theApiServerIsReachedOnceItIsExcepted() {
        String url = "https://kubernetes.default/";
        for (String client : List.of("foo", "bar")) {
            assertThat(Curl.from(lab, client, "sleep", "-k", url).verdict()).isEqualTo("200");
        }
        lab.apply(MESH_POLICY + "---\n" + EVERYWHERE);
        for (String client : List.of("foo", "bar")) {
            assertThat(Curl.from(lab, client, "sleep", "-k", url).verdict()).isEqualTo("000/35");
        }
        lab.apply(NOT_TO_API_SERVER);
        for (String client : List.of("foo", "bar")) {
            assertThat(Curl.from(lab, client, "sleep", "-k", url).verdict()).isEqualTo("200");
        }
    }

    /** TLS 1.2 at most, so a client without certificate is refused within the handshake. */
    @Test
    void tlsWithoutAClientCertificateIsExit35() {
        lab.apply(MESH_POLICY);
        String url = "https://echo.foo:8080/";
        assertThat(Curl.from(lab, "legacy", "sleep", "-k", url).verdict()).isEqualTo("000/35");
    }

    @Test
    void certificateLivesNinetyDaysAndNamesTheAccount() {
        String certificate =
                lab.run(
                                "exec",
                                "-n",
                                "legacy",
                                "sleep",
                                "--",
                                "sh",
                                "-c",
                                "openssl s_client -connect echo.foo:8080 -alpn istio </dev/null"
                                        + " 2>/dev/null | openssl x509 -noout -ext subjectAltName"
                                        + " -checkend 7689600; echo; echo x | true")
                        .out();
        assertThat(certificate)
                .contains("URI:spiffe://cluster.local/ns/foo/sa/echo")
                .contains("Certificate will not expire"); // within 89 days
    }

    /** Nothing is passed through as in later versions. */
    @ParameterizedTest
    @ValueSource(strings = {"nosuch.example", "time.jsontest.com"})
    void unknownHostIs404(String host) {
        Curl curl = Curl.from(lab, "foo", "sleep", "-H", "Host: " + host, "http://echo:8080/");
        assertThat(curl.status()).isEqualTo(404);
        assertThat(curl.body()).isEmpty();
    }

    private static List<String> verdicts(String... clients) {
        return Stream.of(clients)
                .flatMap(
                        client -> NAMESPACES.stream().map(server -> call(client, server).verdict()))
                .toList();
    }

    private static Curl call(String client, String server) {
        return Curl.from(lab, client, "sleep", "http://echo." + server + ":8080/");
    }
}
