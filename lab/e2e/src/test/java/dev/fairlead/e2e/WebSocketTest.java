package dev.fairlead.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** WebSockets, by a library that knows nothing of meshes, through none, one and two agents. */
@Tag("lab")
class WebSocketTest {

    @RegisterExtension static final SharedLab LAB = SharedLab.PEERS;

    private static final int MESSAGES = 10_000;

    @BeforeAll
    static void pods() {
        Peers.need("websockets");
        LAB.lab().apply(namespace("websocket", true) + namespace("websocket-direct", false));
    }

    private static String namespace(String name, boolean enrolled) {
        StringBuilder manifest = new StringBuilder(Echo.namespace(name, enrolled));
        manifest.append(
                """
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: websocket, namespace: %1$s}
                data:
                  server.py: |
                %2$s
                  client.py: |
                %3$s---
                apiVersion: v1
                kind: Service
                metadata: {name: server, namespace: %1$s}
                spec: {selector: {app: server}, ports: [{name: http, port: 8080}]}
                ---
                """
                        .formatted(
                                name,
                                Echo.resource("websocket_echo.py").indent(4),
                                Echo.resource("websocket_client.py").indent(4)));
        manifest.append(pod(name, "server", 2, "python3, /etc/websocket/server.py"));
        for (int node = 1; node <= 2; node++) {
            manifest.append(pod(name, "client-" + node, node, "sleep, infinity"));
        }
        return manifest.toString();
    }

    private static String pod(String namespace, String name, int node, String command) {
        String probe = "readinessProbe: {tcpSocket: {port: 8080}, periodSeconds: 1}";
        return """
        apiVersion: v1
        kind: Pod
        metadata: {name: %1$s, namespace: %2$s, labels: {app: %1$s}}
        spec:
          nodeName: node-%3$d
          terminationGracePeriodSeconds: 0
          containers:
          - name: main
            image: peers/websockets
            command: [%4$s]
            volumeMounts: [{name: programs, mountPath: /etc/websocket}]
            %5$s
          volumes: [{name: programs, configMap: {name: websocket}}]
        ---
        """
                .formatted(name, namespace, node, command, name.equals("server") ? probe : "");
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource({
        "websocket-direct, client-1, no agent",
        "websocket, client-1, two agents",
        "websocket, client-2, one agent"
    })
    void noMessageIsLost(String namespace, String client, String through) {
        JsonNode figures =
                Curl.json(
                        LAB.lab()
                                .run(
                                        "exec",
                                        "-n",
                                        namespace,
                                        client,
                                        "--",
                                        "python3",
                                        "/etc/websocket/client.py",
                                        "ws://server:8080/",
                                        Integer.toString(MESSAGES))
                                .ok());
        assertThat(figures.get("fault").asText()).as(through).isEmpty();
        assertThat(figures.get("echoed").asInt()).isEqualTo(MESSAGES);
        assertThat(figures.get("close").asInt()).isEqualTo(1000);
    }
}
