package dev.fairlead.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Endpoints that fail are left alone for a while by the pod that saw it, and by no other. */
@Tag("lab")
class OutlierTest {

    @RegisterExtension static final BeforeAllCallback LABS = Compat.BOTH;

    private static final String NAMESPACE = "outlier";
    private static final String CLUSTER =
            "cluster.outbound|8080||%s.svc.cluster.local.outlier_detection.";

    /** Of every three requests one meets the server that always fails. */
    private static final String FAILING =
            """
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: failing, namespace: outlier}
            data:
              failing.py: |
                from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
                class Failing(BaseHTTPRequestHandler):
                    protocol_version = "HTTP/1.1"
                    def do_GET(self):
                        self.send_response(503)
                        self.send_header("Content-Length", "0")
                        self.end_headers()
                ThreadingHTTPServer(("", 8080), Failing).serve_forever()
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: failing, namespace: outlier, labels: {app: server}}
            spec:
              terminationGracePeriodSeconds: 0
              containers:
              - name: failing
                image: none
                command: [python3, /etc/failing/failing.py]
                readinessProbe: {tcpSocket: {port: 8080}, periodSeconds: 1}
                volumeMounts: [{name: program, mountPath: /etc/failing}]
              volumes: [{name: program, configMap: {name: failing}}]
            ---
            """;

    private static final String FORTIO =
            """
            apiVersion: networking.istio.io/v1alpha3
            kind: DestinationRule
            metadata: {name: fortio}
            spec:
              host: fortio
              trafficPolicy:
                outlierDetection: {consecutiveErrors: 1, interval: 1s, baseEjectionTime: 3m, maxEjectionPercent: 100}
            """;

    @BeforeAll
    static void pods() {
        for (Compat compat : Compat.values()) {
            compat.withHttpbin();
        }
        Map<String, String> server = Map.of("app", "server");
        Compat.MODERN
                .lab()
                .apply(
                        Echo.namespace(NAMESPACE, true)
                                + new Echo(NAMESPACE, "good-1", "node-1", server, Map.of())
                                        .manifest()
                                + new Echo(NAMESPACE, "good-2", "node-2", server, Map.of())
                                        .manifest()
                                + new Echo(NAMESPACE, "client", "node-1", Map.of(), Map.of())
                                        .manifest()
                                + FAILING
                                + Echo.service(NAMESPACE, "server", server, ""));
    }

    @AfterAll
    static void noPods() {
        Compat.MODERN
                .lab()
                .delete("{apiVersion: v1, kind: Namespace, metadata: {name: " + NAMESPACE + "}}");
    }

    /** As the circuit breaking walk-through has it: one error, and there is nobody left. */
    @ParameterizedTest
    @EnumSource
    void oneErrorOfTheOnlyEndpointLeavesNobody(Compat compat) {
        Lab lab = compat.lab();
        String node = lab.nodeOf("sleep");
        String url = "http://fortio:8080/echo";
        lab.apply(FORTIO);
        try {
            assertThat(Curl.from(lab, "default", "deploy/sleep", url).status()).isEqualTo(200);
            Curl failed = Curl.from(lab, "default", "deploy/sleep", url + "?status=503");
            assertThat(failed.status()).isEqualTo(503);
            assertThat(failed.body()).isEmpty();
            Curl nobody = Curl.from(lab, "default", "deploy/sleep", url);
            assertThat(nobody.status()).isEqualTo(503);
            assertThat(nobody.body()).isEqualTo("no healthy upstream");
            assertThat(lab.ended(node, "fortio", "UH")).isPositive();
            Stats stats = Stats.of(lab, node);
            String outlier = CLUSTER.formatted("fortio.default");
            assertThat(stats.get(outlier + "ejections_active")).isEqualTo(1);
            assertThat(stats.get(outlier + "ejections_enforced_total")).isEqualTo(1);
        } finally {
            lab.delete(FORTIO);
        }
        assertThat(Curl.from(lab, "default", "deploy/sleep", url).status()).isEqualTo(200);
    }

    @Test
    void failingEndpointIsLeftAloneForAWhile() {
        Lab lab = Compat.MODERN.lab();
        lab.apply(
                """
                apiVersion: networking.istio.io/v1
                kind: DestinationRule
                metadata: {name: server, namespace: outlier}
                spec:
                  host: server
                  trafficPolicy:
                    loadBalancer: {simple: ROUND_ROBIN}
                    outlierDetection: {consecutive5xxErrors: 4, interval: 1s, baseEjectionTime: 6s, maxEjectionPercent: 50}
                """);
        String active = CLUSTER.formatted("server.outlier") + "ejections_active";
        assertThat(failures(lab, 30)).isEqualTo(4);
        assertThat(Stats.of(lab, "node-1").get(active)).isEqualTo(1);
        assertThat(failures(lab, 30)).isZero();
        Lab.await("it is back", () -> Stats.of(lab, "node-1").get(active) == 0);
        assertThat(failures(lab, 30)).isEqualTo(4);
    }

    private static long failures(Lab lab, int requests) {
        return lab.run(
                        "exec",
                        "-n",
                        NAMESPACE,
                        "client",
                        "--",
                        "curl",
                        "-s",
                        "-o",
                        "/dev/null",
                        "-w",
                        "%{http_code}\\n",
                        "http://server:8080/[1-" + requests + "]")
                .ok()
                .lines()
                .filter(code -> code.equals("503"))
                .count();
    }
}
