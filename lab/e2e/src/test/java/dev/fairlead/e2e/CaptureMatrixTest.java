package dev.fairlead.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What is captured and what is not, by packets. Namespace capture is enrolled and STRICT: what its
 * agent sees of a plain client is refused with a reset, what passes it by is answered. Pods are
 * named for their node, so that each case runs with the pods together and apart.
 */
@Tag("lab")
class CaptureMatrixTest {

    @RegisterExtension static final SharedLab LAB = SharedLab.MODERN;

    private static final String INSIDE = "capture";
    private static final String OUTSIDE = "capture-outside";
    private static final int NODE_PORTS = 30810;

    private static final String STRICT =
            """
            apiVersion: security.istio.io/v1
            kind: PeerAuthentication
            metadata: {name: default, namespace: capture}
            spec: {mtls: {mode: STRICT}}
            ---
            """;

    private static Lab lab;

    @BeforeAll
    static void pods() {
        lab = LAB.lab();
        StringBuilder manifest = new StringBuilder();
        manifest.append(Echo.namespace(INSIDE, true)).append(Echo.namespace(OUTSIDE, false));
        for (int node : List.of(1, 2)) {
            String name = "echo-" + node;
            manifest.append(new Echo(INSIDE, name, "node-" + node, app(name), Map.of()).manifest())
                    .append(service(name, "NodePort", NODE_PORTS + node))
                    .append(Echo.service(INSIDE, name + "-each", app(name), "clusterIP: None"))
                    .append(plain("plain-" + node, node))
                    .append(Echo.service(OUTSIDE, "plain-" + node, app("plain-" + node), ""));
        }
        manifest.append(
                new Echo(
                                INSIDE,
                                "open-in",
                                "node-1",
                                app("open-in"),
                                Map.of("traffic.sidecar.istio.io/excludeInboundPorts", "8080"))
                        .manifest());
        manifest.append(
                new Echo(
                                INSIDE,
                                "open-port",
                                "node-1",
                                app("open-port"),
                                Map.of("fairlead.dev/exclude-outbound-ports", "8080"))
                        .manifest());
        manifest.append(
                new Echo(
                                INSIDE,
                                "open-range",
                                "node-1",
                                app("open-range"),
                                Map.of(
                                        "traffic.sidecar.istio.io/excludeOutboundIPRanges",
                                        "198.18.0.0/15"))
                        .manifest());
        lab.apply(manifest + STRICT);
    }

    private static Map<String, String> app(String name) {
        return Map.of("app", name);
    }

    private static String plain(String name, int node) {
        return new Echo(OUTSIDE, name, "node-" + node, app(name), Map.of()).manifest();
    }

    /** A NodePort Service: only its first port has a number that the test knows. */
    private static String service(String name, String type, int nodePort) {
        return """
        apiVersion: v1
        kind: Service
        metadata: {name: %1$s, namespace: capture}
        spec:
          type: %2$s
          selector: {app: %1$s}
          ports:
          - {name: http, port: 8080, nodePort: %3$d}
          - {name: tcp, port: 9000}
          - {name: udp, port: 9001, protocol: UDP}
        ---
        """
                .formatted(name, type, nodePort);
    }

    private static final List<String> WAYS_OF_THE_MESH =
            List.of(
                    "http://ADDRESS:8080/",
                    "http://echo-N.capture:8080/",
                    "http://echo-N-each.capture:8080/");

    /** Those, and a node's port, which is no service of the mesh. */
    private static final List<String> ALL_WAYS =
            Stream.concat(
                            WAYS_OF_THE_MESH.stream(),
                            Stream.of("http://198.18.1.1:NODEPORT/", "http://198.18.2.1:NODEPORT/"))
                    .toList();

    /** Client, number of the server, way. */
    static Stream<Arguments> plainClients() {
        return Stream.of("plain-1", "plain-2")
                .flatMap(client -> Stream.of(1, 2).flatMap(server -> on(ALL_WAYS, client, server)));
    }

    static Stream<Arguments> enrolledClients() {
        return Stream.of(
                        on(WAYS_OF_THE_MESH, "open-in", 1),
                        on(WAYS_OF_THE_MESH, "open-in", 2),
                        on(WAYS_OF_THE_MESH, "echo-1", 2),
                        on(WAYS_OF_THE_MESH, "echo-2", 1))
                .flatMap(cases -> cases);
    }

    private static Stream<Arguments> on(List<String> ways, String client, int server) {
        return ways.stream().map(way -> Arguments.of(client, server, way));
    }

    @ParameterizedTest(name = "{0} to echo-{1} by {2}")
    @MethodSource("plainClients")
    void plainClientIsCapturedAndRefusedOnEveryWay(String client, int server, String way) {
        Curl curl = Curl.from(lab, OUTSIDE, client, url(way, server));
        assertThat(curl.verdict()).isEqualTo("000/56");
        assertThat(curl.body()).isEmpty();
    }

    /** By name and address an enrolled client is let in, and known by its identity. */
    @ParameterizedTest(name = "{0} to echo-{1} by {2}")
    @MethodSource("enrolledClients")
    void enrolledClientIsLetInOnTheWaysOfTheMesh(String client, int server, String way) {
        Curl curl = Curl.from(lab, INSIDE, client, url(way, server));
        assertThat(curl.verdict()).as(curl.body()).isEqualTo("200");
        assertThat(curl.json().at("/headers/x-forwarded-client-cert").asText())
                .contains("URI=spiffe://cluster.local/ns/capture/sa/" + client);
    }

    private static String url(String way, int server) {
        String url =
                way.replace("-N", "-" + server).replace("NODEPORT", "" + (NODE_PORTS + server));
        return url.contains("ADDRESS")
                ? url.replace("ADDRESS", Echo.address(lab, INSIDE, "echo-" + server))
                : url;
    }

    @Test
    void captureIsCountedWhereItHappens() {
        long before = captured("node-2", "echo-2");
        Curl.from(lab, OUTSIDE, "plain-1", "http://echo-2.capture:8080/");
        assertThat(captured("node-2", "echo-2")).isEqualTo(before + 1);
    }

    /** Under PERMISSIVE a plain client is let in, and the application sees its own address. */
    @ParameterizedTest(name = "plain-{0} to echo-{1}")
    @CsvSource({"1, 1", "1, 2"})
    void applicationSeesTheAddressOfItsCaller(int client, int server) {
        lab.apply(STRICT.replace("STRICT", "PERMISSIVE"));
        try {
            Curl plain =
                    Curl.from(lab, OUTSIDE, "plain-" + client, url("http://ADDRESS:8080/", server));
            assertThat(plain.json().get("client").asText())
                    .isEqualTo(Echo.address(lab, OUTSIDE, "plain-" + client));
            assertThat(plain.json().at("/headers/x-forwarded-client-cert").isMissingNode())
                    .isTrue();
        } finally {
            lab.apply(STRICT);
        }
        Curl mutual = Curl.from(lab, INSIDE, "open-in", url("http://echo-N.capture:8080/", server));
        assertThat(mutual.json().get("client").asText())
                .isEqualTo(Echo.address(lab, INSIDE, "open-in"));
    }

    @ParameterizedTest(name = "{0}/{1} to echo-{2}")
    @CsvSource({
        "capture-outside, plain-1, 1",
        "capture-outside, plain-1, 2",
        "capture, echo-1, 2",
        "capture, open-in, 1"
    })
    void datagramsAreNotCaptured(String namespace, String client, int server) {
        String script =
                "import socket\n"
                        + "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
                        + "s.settimeout(5)\n"
                        + "s.sendto(b'hello', ('echo-%d.capture', 9001))\n".formatted(server)
                        + "print(s.recv(999).decode())";
        JsonNode answer =
                Curl.json(
                        lab.run("exec", "-n", namespace, client, "--", "python3", "-c", script)
                                .ok());
        assertThat(answer.get("said").asText()).isEqualTo("hello");
        assertThat(answer.get("client").asText()).isEqualTo(Echo.address(lab, namespace, client));
    }

    /**
     * Kubelet probes its own pods: the node's own processes pass under STRICT, other nodes' do not.
     */
    @Test
    void nodesOwnProcessesPassOnTheirNodeOnly() {
        String one = "http://" + Echo.address(lab, INSIDE, "echo-1") + ":8080/";
        assertThat(Curl.fromNode(lab, "node-1", one).verdict()).isEqualTo("200");
        assertThat(Curl.fromNode(lab, "node-2", one).verdict()).isEqualTo("000/56");
        assertThat(lab.run("get", "pods", "-n", INSIDE).ok()).doesNotContain("0/1");
    }

    @Test
    void excludedInboundPortIsNotCapturedTheOthersAre() {
        String address = Echo.address(lab, INSIDE, "open-in");
        assertThat(Curl.from(lab, OUTSIDE, "plain-1", "http://" + address + ":8080/").verdict())
                .isEqualTo("200");
        assertThat(Curl.from(lab, OUTSIDE, "plain-2", "http://" + address + ":8080/").verdict())
                .isEqualTo("200");
        assertThat(line(OUTSIDE, "plain-1", address)).isEmpty();
    }

    /** What leaves uncaptured has no identity: refused by STRICT, answered outside of the mesh. */
    @ParameterizedTest
    @ValueSource(strings = {"open-port", "open-range"})
    void excludedOutboundTrafficIsNotCaptured(String client) {
        assertThat(Curl.from(lab, INSIDE, client, "http://echo-1:8080/").verdict())
                .isEqualTo("000/56");
        assertThat(Curl.from(lab, INSIDE, client, "http://echo-2:8080/").verdict())
                .isEqualTo("000/56");
        Curl plain = Curl.from(lab, INSIDE, client, "http://plain-2.capture-outside:8080/");
        assertThat(plain.verdict()).isEqualTo("200");
        assertThat(plain.json().at("/headers/x-request-id").isMissingNode()).isTrue();
    }

    @Test
    void onlyTheExcludedPortIsLeftOut() {
        assertThat(line(INSIDE, "open-port", "echo-2")).contains("\"said\": \"hello\"");
        assertThat(line(INSIDE, "open-range", "echo-2")).isEmpty();
    }

    /** Straight to a listener of ours, from outside and from the pod itself. */
    @ParameterizedTest(name = "{0}/{1} to {2}")
    @CsvSource({
        "capture-outside, plain-1, 15001",
        "capture-outside, plain-1, 15006",
        "capture-outside, plain-2, 15001",
        "capture-outside, plain-2, 15006",
        "capture, echo-1, 15001",
        "capture, echo-1, 15006",
        "capture, echo-2, 15001",
        "capture, echo-2, 15006"
    })
    void ownListenersAreNoDestination(String namespace, String client, int port) {
        String echo = Echo.address(lab, INSIDE, "echo-1");
        long before = refused();
        Curl curl = Curl.from(lab, namespace, client, "http://" + echo + ":" + port + "/");
        assertThat(curl.exit()).as("reset while or after it connects").isIn(7, 56);
        assertThat(refused()).isGreaterThan(before);
    }

    @ParameterizedTest
    @ValueSource(ints = {15001, 15006})
    void loopbackToOwnListenersIsReset(int port) {
        assertThat(Curl.from(lab, INSIDE, "echo-1", "http://127.0.0.1:" + port + "/").exit())
                .isIn(7, 56);
    }

    /**
     * A Service may name any address: the agent must not carry a pod to what the pod may not reach.
     * node-1 answers at the cloud's metadata address here, so only the agent is in the way.
     */
    @Test
    void serviceInFrontOfAForbiddenAddressLeadsNowhere() {
        lab.node("node-1", "ip", "addr", "add", "169.254.169.254/32", "dev", "lo").ok();
        String echo = Echo.address(lab, INSIDE, "echo-2");
        List<String> traps =
                List.of(
                        trap("loopback", "127.0.0.1", 15000),
                        trap("metadata", "169.254.169.254", 15021),
                        trap("unspecified", "0.0.0.0", 15000),
                        trap("multicast", "224.0.0.1", 80),
                        trap("outbound", echo, 15001),
                        trap("inbound", echo, 15006));
        lab.apply(String.join("", traps));
        assertThat(Curl.from(lab, OUTSIDE, "plain-1", "http://169.254.169.254:15021/").exit())
                .as("it does answer")
                .isZero();
        for (String name :
                List.of(
                        "loopback",
                        "metadata",
                        "unspecified",
                        "multicast",
                        "outbound",
                        "inbound")) {
            long before = refused();
            Curl http = Curl.from(lab, INSIDE, "echo-1", "http://" + name + "/");
            assertThat(http.status()).as(name + " " + http.body()).isEqualTo(503);
            Curl tcp = Curl.from(lab, INSIDE, "echo-1", "http://" + name + ":81/");
            assertThat(tcp.status()).as(name).isZero();
            assertThat(tcp.body()).as(name).isEmpty();
            assertThat(refused()).as(name).isGreaterThanOrEqualTo(before + 2);
        }
        lab.delete(String.join("", traps));
        lab.node("node-1", "ip", "addr", "del", "169.254.169.254/32", "dev", "lo").ok();
    }

    /** A Service without selector, over HTTP on 80 and opaque on 81. */
    private static String trap(String name, String address, int port) {
        return """
        apiVersion: v1
        kind: Service
        metadata: {name: %1$s, namespace: capture}
        spec: {ports: [{name: http, port: 80}, {name: tcp, port: 81}]}
        ---
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata: {name: %1$s, namespace: capture, labels: {kubernetes.io/service-name: %1$s}}
        addressType: IPv4
        endpoints: [{addresses: ["%2$s"], conditions: {ready: true}}]
        ports: [{name: http, port: %3$d, protocol: TCP}, {name: tcp, port: %3$d, protocol: TCP}]
        ---
        """
                .formatted(name, address, port);
    }

    @ParameterizedTest(name = "{0}/{1} to {2}")
    @CsvSource({
        "capture, echo-1, http://127.0.0.1:15000/",
        "capture, echo-1, http://198.18.1.1:15000/",
        "capture, echo-1, http://198.18.2.1:15000/",
        "capture-outside, plain-1, http://127.0.0.1:15000/",
        "capture-outside, plain-1, http://198.18.1.1:15000/",
        "capture-outside, plain-1, http://198.18.2.1:15000/"
    })
    void podsCannotReachTheAdminOfAnAgent(String namespace, String client, String url) {
        Curl curl = Curl.from(lab, namespace, client, "-H", "Host: localhost", url);
        assertThat(curl.status()).isZero();
        assertThat(curl.body()).isEmpty();
        assertThat(Curl.fromNode(lab, "node-1", "http://127.0.0.1:15000/ready").status())
                .isEqualTo(200);
    }

    /**
     * The agent tells its own sockets by a mark, which newer kernels let any pod set that may open
     * raw sockets; here it is set with all rights. Such a pod leaves uncaptured, and so without an
     * identity: who is outside of the mesh hears it all the same.
     */
    @ParameterizedTest
    @CsvSource({
        "echo-1.capture, reset",
        "echo-2.capture, reset",
        "plain-1.capture-outside, HTTP/1.1 200 OK"
    })
    void wearingTheAgentsMarkGivesNoIdentity(String server, String answer) {
        String[] name = server.split("\\.");
        String script =
                """
                import socket
                s = socket.socket()
                s.setsockopt(socket.SOL_SOCKET, 36, 0x539)
                s.settimeout(10)
                s.connect(("%s", 8080))
                s.sendall(b"GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n")
                try:
                    print(s.recv(999).decode().splitlines()[0])
                except ConnectionResetError:
                    print("reset")
                """
                        .formatted(Echo.address(lab, name[1], name[0]));
        String netns = "--net=/run/netns/" + Netns.of(lab, INSIDE, "open-in");
        assertThat(lab.node("node-1", "nsenter", netns, "python3", "-c", script).ok().strip())
                .isEqualTo(answer);
    }

    /**
     * A pod that takes its neighbour's address, with all rights in its own namespace, is still
     * known by the namespace it calls from; without enrolment the address opens nothing.
     */
    @ParameterizedTest(name = "{0}/{1} to echo-{2}")
    @CsvSource({
        "capture, open-in, 1",
        "capture, open-in, 2",
        "capture-outside, plain-1, 1",
        "capture-outside, plain-1, 2"
    })
    void borrowedAddressGivesNothing(String namespace, String thief, int server) {
        String victim = Echo.address(lab, INSIDE, "open-port");
        String server4 = Echo.address(lab, INSIDE, "echo-" + server);
        String netns = Netns.of(lab, namespace, thief);
        lab.node("node-1", "ip", "-n", netns, "addr", "add", victim + "/32", "dev", "lo").ok();
        try {
            Curl curl =
                    Curl.inNetns(
                            lab,
                            netns,
                            "-m",
                            "4",
                            "--interface",
                            victim,
                            "http://" + server4 + ":8080/");
            if (namespace.equals(INSIDE)) {
                assertThat(curl.verdict()).as(curl.body()).isEqualTo("200");
                assertThat(curl.json().at("/headers/x-forwarded-client-cert").asText())
                        .contains("/sa/open-in")
                        .doesNotContain("/sa/open-port");
            } else {
                assertThat(curl.status()).as(curl.body()).isNotEqualTo(200);
            }
        } finally {
            lab.node("node-1", "ip", "-n", netns, "addr", "del", victim + "/32", "dev", "lo").ok();
        }
    }

    /** A pod leaves the mesh and comes back while it runs; nothing of us stays in its namespace. */
    @Test
    void nothingIsLeftAfterUnenrolment() {
        Echo guest = new Echo(INSIDE, "guest", "node-2", app("guest"), Map.of());
        String outside = guest.annotated("fairlead.dev/mesh", "disabled").manifest();
        lab.apply(outside);
        String address = Echo.address(lab, INSIDE, "guest");
        String url = "http://" + address + ":8080/";
        String netns = Netns.of(lab, INSIDE, "guest");
        String untouched = Netns.state(lab, netns);
        assertThat(Curl.from(lab, OUTSIDE, "plain-1", url).verdict()).isEqualTo("200");

        lab.apply(guest.annotated("fairlead.dev/mesh", "enabled").manifest());
        Lab.await(
                "captured",
                () -> Curl.from(lab, OUTSIDE, "plain-1", url).verdict().equals("000/56"));
        assertThat(Netns.state(lab, netns)).isNotEqualTo(untouched).contains("15001", "15006");
        String rules = Netns.rules(lab, netns);
        assertThat(Netns.iptables(lab, "apply", netns).ok()).isEqualTo("whole");
        assertThat(Netns.rules(lab, netns)).isEqualTo(rules);
        assertThat(Netns.iptables(lab, "verify", netns).ok()).isEqualTo("whole");

        lab.apply(outside);
        Lab.await(
                "left alone again", () -> Curl.from(lab, OUTSIDE, "plain-1", url).status() == 200);
        Lab.await("nothing left", () -> Netns.state(lab, netns).equals(untouched));
        assertThat(lab.run("get", "pods", "-n", INSIDE).ok()).contains("guest", "Running   0 ");
        assertThat(Netns.iptables(lab, "verify", netns).status()).isEqualTo(1);
        lab.delete(outside);
    }

    /** The answer to one line of TCP on port 9000, empty without one. */
    private static String line(String namespace, String pod, String host) {
        String script =
                "import socket\n"
                        + "with socket.create_connection(('%s', 9000), 5) as s:\n".formatted(host)
                        + " s.sendall(b'hello\\n')\n"
                        + " print(s.makefile().readline())";
        return lab.run("exec", "-n", namespace, pod, "--", "python3", "-c", script).out().strip();
    }

    /** Connections that entered a pod through its agent so far. */
    private static long captured(String node, String pod) {
        return workload(node, pod).at("/inbound_connections/total").asLong();
    }

    private static JsonNode workload(String node, String pod) {
        String page = "http://127.0.0.1:15000/workloads?workload=" + INSIDE + "/" + pod;
        return Curl.fromNode(lab, node, page).json().get("workloads").get(0);
    }

    /** What both agents refused to capture or to carry, for any reason. */
    private static long refused() {
        return Stream.of("node-1", "node-2")
                .flatMap(node ->
                        Curl.fromNode(
                                        lab,
                                        node,
                                        "http://127.0.0.1:15000/stats?filter=capture_refused")
                                .body()
                                .lines())
                .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(": ") + 2)))
                .sum();
    }
}
