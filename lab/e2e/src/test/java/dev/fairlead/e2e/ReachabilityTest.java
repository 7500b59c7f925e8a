package dev.fairlead.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Who reaches whom, and by what: a server with an address, the same without one, and a pod that is
 * no part of the mesh; from pods in the mesh on the server's node and on another, and from one that
 * is not.
 *
 * <p>Source of the rows: istio/istio master, tests/integration/security/reachability_test.go and
 * ca_custom_root/secure_naming_test.go. Which of all their ports and protocols behave so is held
 * without sockets, by the class of the same name in {@code dev.fairlead.access}.
 */
@Tag("lab")
class ReachabilityTest {

    @RegisterExtension static final SharedLab LAB = SharedLab.MODERN;

    private static final List<String> SERVERS = List.of("server", "headless", "naked");

    private static Lab lab;
    private String inForce = "";

    @BeforeAll
    static void pods() {
        lab = LAB.lab();
        lab.apply(
                Echo.namespace("reach", true)
                        + pod("server", "node-1").manifest()
                        + Echo.service("reach", "server", Map.of("app", "server"), "")
                        + Echo.service(
                                "reach", "headless", Map.of("app", "server"), "clusterIP: None")
                        + pod("naked", "node-2")
                                .annotated("fairlead.dev/mesh", "disabled")
                                .withService()
                        + pod("near", "node-1").manifest()
                        + pod("far", "node-2").manifest());
    }

    private static Echo pod(String name, String node) {
        return new Echo("reach", name, node, Map.of("app", name), Map.of());
    }

    @AfterEach
    void noPolicy() {
        lab.delete(inForce);
        inForce = "";
    }

    private void apply(String policies) {
        inForce = policies;
        lab.apply(policies);
    }

    private static String servers(String spec) {
        return """
        ---
        apiVersion: security.istio.io/v1
        kind: PeerAuthentication
        metadata: {name: default, namespace: reach}
        spec: {%s}
        """
                .formatted(spec);
    }

    private static String clients(String policy) {
        return """
        ---
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: default, namespace: reach}
        spec: {host: "*.reach.svc.cluster.local", trafficPolicy: {%s}}
        """
                .formatted(policy);
    }

    /** What a client hears of each server, over HTTP and then over TCP. */
    private static List<String> calls(String client) {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "exec",
                                "-n",
                                "reach",
                                client,
                                "--",
                                "python3",
                                "-c",
                                Echo.resource("reach.py")));
        for (String server : SERVERS) {
            if (!server.equals(client)) {
                command.add("http://" + server + ".reach:8080/");
                command.add("tcp://" + server + ".reach:9000");
            }
        }
        return lab.run(command.toArray(String[]::new)).ok().lines().toList();
    }

    private static void areHeard(String ofMesh, String ofNaked, String fromOutside) {
        for (String client : List.of("near", "far")) {
            assertThat(calls(client))
                    .as(client)
                    .containsExactly(
                            ofMesh, bytes(ofMesh), ofMesh, bytes(ofMesh), ofNaked, bytes(ofNaked));
        }
        assertThat(calls("naked"))
                .as("from outside")
                .containsExactly(fromOutside, bytes(fromOutside), fromOutside, bytes(fromOutside));
    }

    private static String bytes(String http) {
        return http.equals("no") ? "no" : "answered";
    }

    /** What servers want, what clients are told, and how those in and out of the mesh are heard. */
    @ParameterizedTest(name = "servers {0}, clients {1}")
    @CsvSource({
        "STRICT,     ISTIO_MUTUAL, mutual, no,    no",
        "PERMISSIVE, ISTIO_MUTUAL, mutual, no,    plain",
        "DISABLE,    DISABLE,      plain,  plain, plain",
        "PERMISSIVE, DISABLE,      plain,  plain, plain",
        "STRICT,     '',           mutual, plain, no",
        "DISABLE,    '',           plain,  plain, plain",
        "'',         ISTIO_MUTUAL, mutual, no,    plain",
        "STRICT,     DISABLE,      no,     plain, no",
        "DISABLE,    ISTIO_MUTUAL, no,     no,    plain"
    })
    void byWhatServersWantAndClientsAreTold(
            String servers, String clients, String ofMesh, String ofNaked, String fromOutside) {
        apply(
                (servers.isEmpty() ? "" : servers("mtls: {mode: " + servers + "}"))
                        + (clients.isEmpty() ? "" : clients("tls: {mode: " + clients + "}")));
        areHeard(ofMesh, ofNaked, fromOutside);
    }

    /** Endpoints are those that clients ask for, and still known. */
    @Test
    void passedThrough() {
        apply(clients("loadBalancer: {simple: PASSTHROUGH}"));
        areHeard("mutual", "plain", "plain");
    }

    /** By the accounts that a rule names, of which the server must have one, near and far. */
    @ParameterizedTest
    @CsvSource({
        "near,                false",
        "server,              true",
        "nobody,              false",
        "'near, server, far', true"
    })
    void aServerIsOfAnAccountThatItsClientsExpect(String accounts, boolean reached) {
        StringBuilder names = new StringBuilder();
        for (String account : accounts.split(", ")) {
            names.append(names.isEmpty() ? "" : ", ")
                    .append("\"spiffe://cluster.local/ns/reach/sa/")
                    .append(account)
                    .append('"');
        }
        apply(clients("tls: {mode: ISTIO_MUTUAL, subjectAltNames: [" + names + "]}"));
        String heard = reached ? "mutual" : "no";
        areHeard(heard, "no", "plain");
    }

    @Test
    void portsOfTheirOwnMode() {
        apply(
                servers("mtls: {mode: STRICT}")
                        + """
                        ---
                        apiVersion: security.istio.io/v1
                        kind: PeerAuthentication
                        metadata: {name: server, namespace: reach}
                        spec:
                          selector: {matchLabels: {app: server}}
                          mtls: {mode: STRICT}
                          portLevelMtls: {8080: {mode: DISABLE}, 9000: {mode: DISABLE}}
                        """);
        areHeard("plain", "plain", "plain");
    }
}
