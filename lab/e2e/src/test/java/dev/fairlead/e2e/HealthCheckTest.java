package dev.fairlead.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Active health checks, by our own kind: one of two servers says by itself whether it is well.
 * Clients are on its node and on another.
 */
@Tag("lab")
class HealthCheckTest {

    @RegisterExtension static final SharedLab LAB = SharedLab.MODERN;

    private static final String NAMESPACE = "health";

    private static final String CHECK =
            """
            apiVersion: fairlead.dev/v1alpha1
            kind: HealthCheck
            metadata: {name: shop, namespace: health}
            spec:
              host: shop
              http: {path: /healthz}
              interval: 200ms
              timeout: 2s
              unhealthyThreshold: 2
              healthyThreshold: 1
            """;

    private static final String STRICT =
            """
            apiVersion: security.istio.io/v1
            kind: PeerAuthentication
            metadata: {name: default, namespace: health}
            spec: {mtls: {mode: STRICT}}
            """;

    private static final Pattern IDENTIFIED =
            Pattern.compile(
                    "(?i)x-forwarded-client-cert: .*URI=spiffe://cluster\\.local/ns/health/sa/client-");

    /** Says 503 while a file is there, and keeps who asked last. */
    private static final String FICKLE =
            """
            apiVersion: v1
            kind: Pod
            metadata: {name: fickle, namespace: health, labels: {app: shop}}
            spec:
              nodeName: node-1
              terminationGracePeriodSeconds: 0
              containers:
              - name: main
                image: none
                ports: [{containerPort: 8080}]
                readinessProbe: {tcpSocket: {port: 8080}, periodSeconds: 1}
                command:
                - python3
                - -c
                - |
                  import http.server, json, os
                  class Answers(http.server.BaseHTTPRequestHandler):
                      protocol_version = "HTTP/1.1"
                      def do_GET(self):
                          sick = False
                          if self.path == "/healthz":
                              sick = os.path.exists("/tmp/sick")
                              with open("/tmp/asked.new", "w") as asked:
                                  asked.write(str(self.headers))
                              os.rename("/tmp/asked.new", "/tmp/asked")
                          body = json.dumps({"pod": "fickle"}).encode()
                          self.send_response(503 if sick else 200)
                          self.send_header("Content-Length", str(len(body)))
                          self.end_headers()
                          self.wfile.write(body)
                      def log_message(self, *_):
                          pass
                  http.server.ThreadingHTTPServer(("", 8080), Answers).serve_forever()
            ---
            """;

    private static Lab lab;

    @BeforeAll
    static void pods() {
        lab = LAB.lab();
        StringBuilder manifest = new StringBuilder(Echo.namespace(NAMESPACE, true)).append(FICKLE);
        manifest.append(
                new Echo(NAMESPACE, "well", "node-2", Map.of("app", "shop"), Map.of()).manifest());
        for (int node : new int[] {1, 2}) {
            String name = "client-" + node;
            Map<String, String> labels = Map.of("app", name);
            manifest.append(new Echo(NAMESPACE, name, "node-" + node, labels, Map.of()).manifest());
        }
        lab.apply(
                manifest.append(Echo.service(NAMESPACE, "shop", Map.of("app", "shop"), ""))
                        .toString());
    }

    @AfterEach
    void wellAgain() {
        inFickle("rm -f /tmp/sick");
        lab.delete(CHECK);
    }

    private static String inFickle(String script) {
        return lab.run("exec", "-n", NAMESPACE, "fickle", "--", "sh", "-c", script).out();
    }

    /** Who answers eight requests. */
    private static Set<String> answers(int client) {
        Set<String> pods = new TreeSet<>();
        String script = "curl -s -m 20 'http://shop:8080/?n=[1-8]'";
        String text =
                lab.run("exec", "-n", NAMESPACE, "client-" + client, "--", "sh", "-c", script).ok();
        for (String pod : new String[] {"fickle", "well"}) {
            if (text.contains("\"pod\": \"" + pod + "\"")) {
                pods.add(pod);
            }
        }
        return pods;
    }

    private static void awaitAnswers(String... pods) {
        for (int client : new int[] {1, 2}) {
            Lab.await(
                    "client-" + client + " is answered by " + Set.of(pods),
                    () -> answers(client).equals(Set.of(pods)));
        }
    }

    @Test
    void whoSaysThatItIsSickGetsNothingUntilItIsWell() {
        awaitAnswers("fickle", "well");
        inFickle("touch /tmp/sick");
        assertThat(answers(1)).as("nobody asks yet").contains("fickle");

        lab.apply(CHECK);
        awaitAnswers("well");
        for (String node : new String[] {"node-1", "node-2"}) {
            String stats = lab.node(node, "curl", "-s", "localhost:15000/stats?filter=shop").ok();
            assertThat(stats)
                    .containsPattern(
                            "health\\.svc\\.cluster\\.local.*\\.health_check\\.failure: [1-9]")
                    .containsPattern("health\\.svc\\.cluster\\.local.*\\.membership_healthy: 1\\b");
        }

        inFickle("rm /tmp/sick");
        awaitAnswers("fickle", "well");
    }

    /** With the identity of a pod that uses the endpoint: plaintext would be refused. */
    @Test
    void checksSpeakMutualTlsWhereItIsAskedFor() {
        awaitAnswers("fickle", "well"); // both clients use it: who does not asks nothing
        lab.apply(STRICT + "---\n" + CHECK);
        try {
            Lab.await( // each node asks, and one of them may not have heard yet
                    "a check with an identity",
                    () -> IDENTIFIED.matcher(inFickle("cat /tmp/asked")).find());
            awaitAnswers("fickle", "well");
            inFickle("touch /tmp/sick");
            awaitAnswers("well");
        } finally {
            lab.delete(STRICT);
        }
    }
}
