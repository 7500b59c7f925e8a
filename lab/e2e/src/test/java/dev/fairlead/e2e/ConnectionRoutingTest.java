package dev.fairlead.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Connections that are not HTTP: shares, server names, servers that speak first, PROXY headers. Pod
 * talk-1 runs beside the client, talk-2 on the other node.
 */
@Tag("lab")
class ConnectionRoutingTest {

    @RegisterExtension static final SharedLab LAB = SharedLab.MODERN;

    private static final String NAMESPACE = "connections";
    private static final int CONNECTIONS = 400;

    /** At 80 % of 400 the standard deviation is 8 connections; four of them. */
    private static final int TOLERANCE = 32;

    private static final String CONNECT =
            """
            import json, socket, ssl, sys, time
            def answer(host, port, send, name=None):
                s = socket.create_connection((host, port), 20)
                if name:
                    context = ssl.create_default_context()
                    context.check_hostname = False
                    context.verify_mode = ssl.CERT_NONE
                    s = context.wrap_socket(s, server_hostname=name)
                with s:
                    s.sendall(send)
                    return json.loads(s.makefile().readline())
            """;

    private static Lab lab;

    @BeforeAll
    static void pods() {
        lab = LAB.lab();
        StringBuilder manifest = new StringBuilder();
        manifest.append(
                """
                apiVersion: v1
                kind: Namespace
                metadata: {name: connections, annotations: {fairlead.dev/mesh: enabled}}
                ---
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: talk-program, namespace: connections}
                data:
                  talk.py: |
                %s---
                """
                        .formatted(Echo.resource("talk.py").indent(4)));
        manifest.append(pod("client", "client", "v0", 1));
        manifest.append(pod("stranger", "stranger", "v0", 1));
        for (int node : List.of(1, 2)) {
            manifest.append(pod("talk-" + node, "talk", "v" + node, node));
            for (int version : List.of(1, 2)) {
                manifest.append(proxied(node, version));
            }
        }
        manifest.append(
                """
                apiVersion: v1
                kind: Service
                metadata: {name: talk, namespace: connections}
                spec:
                  selector: {app: talk}
                  ports:
                  - {name: tcp, port: 9000}
                  - {name: tcp-picked, port: 9001, targetPort: 9000}
                  - {name: mysql, port: 7000}
                  - {name: words, port: 7001}
                  - {name: tls, port: 8443}
                ---
                apiVersion: networking.istio.io/v1
                kind: DestinationRule
                metadata: {name: talk, namespace: connections}
                spec:
                  host: talk
                  subsets:
                  - {name: v1, labels: {version: v1}}
                  - {name: v2, labels: {version: v2}}
                ---
                apiVersion: networking.istio.io/v1
                kind: VirtualService
                metadata: {name: talk, namespace: connections}
                spec:
                  hosts: [talk, "*.example.com"]
                  tcp:
                  - match: [{port: 9000}]
                    route:
                    - {destination: {host: talk, subset: v1}, weight: 80}
                    - {destination: {host: talk, subset: v2}, weight: 20}
                  - match: [{port: 9001, sourceLabels: {app: client}, destinationSubnets: [0.0.0.0/0]}]
                    route: [{destination: {host: talk, subset: v1, port: {number: 9000}}}]
                  - match: [{port: 9001}]
                    route: [{destination: {host: talk, subset: v2, port: {number: 9000}}}]
                  tls:
                  - match: [{port: 8443, sniHosts: [v1.example.com, talk]}]
                    route: [{destination: {host: talk, subset: v1}}]
                  - match: [{sniHosts: ["*.v2.example.com"], sourceNamespace: connections}]
                    route: [{destination: {host: talk, subset: v2}}]
                """);
        lab.apply(manifest.toString());
    }

    private static String pod(String name, String app, String version, int node) {
        return """
        apiVersion: v1
        kind: Pod
        metadata: {name: %s, namespace: connections, labels: {app: %s, version: %s}}
        spec:
          nodeName: node-%d
          terminationGracePeriodSeconds: 0
          containers:
          - name: talk
            image: none
            command: [python3, /etc/talk/talk.py]
            readinessProbe: {tcpSocket: {port: 9000}, periodSeconds: 1}
            volumeMounts: [{name: program, mountPath: /etc/talk}]
          volumes: [{name: program, configMap: {name: talk-program}}]
        ---
        """
                .formatted(name, app, version, node);
    }

    /** A Service of one pod whose application wants a header of one version. */
    private static String proxied(int node, int version) {
        return """
        apiVersion: v1
        kind: Service
        metadata: {name: proxied-%1$d-%2$d, namespace: connections}
        spec:
          selector: {app: talk, version: v%1$d}
          ports: [{name: tcp, port: 600, targetPort: 600%2$d}]
        ---
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: proxied-%1$d-%2$d, namespace: connections}
        spec:
          host: proxied-%1$d-%2$d
          trafficPolicy: {proxyProtocol: {version: V%2$d}}
        ---
        """
                .formatted(node, version);
    }

    private static JsonNode python(String pod, String script) {
        return Curl.json(
                lab.run("exec", "-n", NAMESPACE, pod, "--", "python3", "-c", CONNECT + script)
                        .ok());
    }

    private static JsonNode ask(String pod, String arguments) {
        return python(pod, "print(json.dumps(answer(%s)))".formatted(arguments));
    }

    @Test
    void connectionsAreSharedByWeight() {
        JsonNode counts =
                python(
                        "client",
                        """
                        pods = [answer("talk", 9000, b"x\\n")["pod"] for _ in range(%d)]
                        print(json.dumps({pod: pods.count(pod) for pod in pods}))
                        """
                                .formatted(CONNECTIONS));
        assertThat(counts.path("talk-1").asInt())
                .isBetween(CONNECTIONS * 4 / 5 - TOLERANCE, CONNECTIONS * 4 / 5 + TOLERANCE);
        assertThat(counts.path("talk-1").asInt() + counts.path("talk-2").asInt())
                .isEqualTo(CONNECTIONS);
    }

    @Test
    void aClientsLabelsChoose() {
        for (int i = 0; i < 4; i++) {
            assertThat(ask("client", "'talk', 9001, b'x\\n'").get("pod").asText())
                    .isEqualTo("talk-1");
            assertThat(ask("stranger", "'talk', 9001, b'x\\n'").get("pod").asText())
                    .isEqualTo("talk-2");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "v1.example.com, talk-1",
        "V1.Example.com, talk-1",
        "talk, talk-1",
        "a.v2.example.com, talk-2",
        "b.a.v2.example.com, talk-2"
    })
    void theServerNameChooses(String name, String pod) {
        for (int i = 0; i < 3; i++) {
            JsonNode answer = ask("client", "'talk', 8443, b'', '" + name + "'");
            assertThat(answer.get("pod").asText()).isEqualTo(pod);
            assertThat(answer.get("name").asText()).isEqualToIgnoringCase(name);
        }
    }

    @Test
    void aNameThatNoRuleHasGoesToTheService() {
        JsonNode answer = ask("client", "'talk', 8443, b'', 'other.example.org'");
        assertThat(answer.get("pod").asText()).startsWith("talk-");
        assertThat(answer.get("name").asText()).isEqualTo("other.example.org");
    }

    private static double secondsToTheGreeting(int port) {
        JsonNode answer =
                python(
                        "client",
                        """
                        begin = time.monotonic()
                        said = answer("talk", %d, b"")["said"]
                        print(json.dumps([said, time.monotonic() - begin]))
                        """
                                .formatted(port));
        assertThat(answer.get(0).asText()).isEqualTo("welcome");
        return answer.get(1).asDouble();
    }

    @Test
    void aServerThatSpeaksFirstIsHeard() {
        long before = timeouts();
        assertThat(secondsToTheGreeting(7000)).as("mysql").isLessThan(3);
        assertThat(timeouts()).isEqualTo(before);
        assertThat(secondsToTheGreeting(7001)).as("undeclared").isBetween(4.5, 9.5);
        assertThat(timeouts()).isEqualTo(before + 1);
        assertThat(clusterConnections("PassthroughCluster")).as("by nobody's service").isZero();
    }

    private static long clusterConnections(String cluster) {
        return sum("cluster\\." + cluster + "\\.upstream_cx_total");
    }

    private static long timeouts() {
        return sum("outbound.*downstream_pre_cx_timeout");
    }

    private static long sum(String filter) {
        String page =
                lab.node(
                                "node-1",
                                "curl",
                                "-s",
                                "http://127.0.0.1:15000/stats?workload=connections/client"
                                        + "&filter="
                                        + filter)
                        .ok();
        return page.lines()
                .mapToLong(line -> Long.parseLong(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "1, 2", "2, 1", "2, 2"})
    void theApplicationIsToldWhoCalls(int node, int version) {
        String host = "proxied-" + node + "-" + version;
        JsonNode answer =
                python(
                        "client",
                        """
                        s = socket.create_connection(("%s", 600), 20)
                        s.sendall(b"end\\n")
                        print(json.dumps([json.loads(s.makefile().readline()), s.getsockname(), s.getpeername()]))
                        """
                                .formatted(host));
        byte[] said = HexFormat.of().parseHex(answer.get(0).get("hex").asText());
        JsonNode own = answer.get(1);
        JsonNode peer = answer.get(2);

        assertThat(answer.get(0).get("pod").asText()).isEqualTo("talk-" + node);
        if (version == 1) {
            assertThat(new String(said, StandardCharsets.ISO_8859_1))
                    .isEqualTo(
                            "PROXY TCP4 %s %s %d 600\r\n"
                                    .formatted(
                                            own.get(0).asText(),
                                            peer.get(0).asText(),
                                            own.get(1).asInt()));
        } else {
            assertThat(said).hasSize(28);
            assertThat(Arrays.copyOfRange(said, 0, 16))
                    .isEqualTo(HexFormat.of().parseHex("0d0a0d0a000d0a515549540a2111000c"));
            assertThat(address(said, 16)).isEqualTo(own.get(0).asText());
            assertThat(address(said, 20)).isEqualTo(peer.get(0).asText());
            assertThat((said[24] & 0xff) << 8 | (said[25] & 0xff)).isEqualTo(own.get(1).asInt());
        }
    }

    private static String address(byte[] bytes, int at) {
        return "%d.%d.%d.%d"
                .formatted(
                        bytes[at] & 0xff,
                        bytes[at + 1] & 0xff,
                        bytes[at + 2] & 0xff,
                        bytes[at + 3] & 0xff);
    }
}
