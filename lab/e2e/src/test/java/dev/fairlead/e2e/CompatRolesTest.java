package dev.fairlead.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.e2e.Launcher.Result;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The walk-through of roles and bindings, by Istio 1.2.2's own files: bookinfo in namespace default
 * with mutual TLS, opened service by service; then a TCP service; then on trial.
 */
@Tag("lab")
class CompatRolesTest {

    @RegisterExtension static final SharedLab LAB = SharedLab.ISTIO_1_0;

    private static final String NO_DETAILS = "Error fetching product details";
    private static final String NO_REVIEWS = "Error fetching product reviews";
    private static final String NO_RATINGS = "Ratings service is currently unavailable";

    private static final String MUTUAL =
            """
            apiVersion: authentication.istio.io/v1alpha1
            kind: Policy
            metadata: {name: default, namespace: default}
            spec: {peers: [{mtls: {}}]}
            ---
            apiVersion: networking.istio.io/v1alpha3
            kind: DestinationRule
            metadata: {name: mongodb, namespace: default}
            spec: {host: mongodb, trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}}
            """;

    /** Sends each line back. */
    private static final String LINES =
            "import socketserver as s; h = type('H', (s.StreamRequestHandler,), {'handle': lambda"
                    + " self: [self.wfile.write(line) for line in self.rfile]});"
                    + " s.ThreadingTCPServer(('', 27017), h).serve_forever()";

    private static final String WAIT = "import signal; signal.pause()";

    /** A server of lines on MongoDB's port, and two clients, of which one has a role. */
    private static final String MONGODB =
            """
            apiVersion: v1
            kind: Service
            metadata: {name: mongodb, namespace: default}
            spec: {selector: {app: mongodb}, ports: [{name: mongo, port: 27017}]}
            ---
            apiVersion: v1
            kind: ServiceAccount
            metadata: {name: bookinfo-ratings-v2, namespace: default}
            ---
            """
                    + pod("mongodb", "default", "mongodb", LINES)
                    + pod("ratings-v2", "bookinfo-ratings-v2", "ratings-v2", WAIT)
                    + pod("stranger", "default", "stranger", WAIT);

    private static IstioSamples samples;
    private static Lab lab;

    private static String pod(String name, String account, String app, String program) {
        return """
        apiVersion: v1
        kind: Pod
        metadata: {name: %s, namespace: default, labels: {app: %s}}
        spec:
          serviceAccountName: %s
          terminationGracePeriodSeconds: 0
          containers: [{name: main, image: none, command: [python3, -c, "%s"]}]
        ---
        """
                .formatted(name, app, account, program);
    }

    @BeforeAll
    static void bookinfo() {
        IstioSamples.need("CompatRolesTest");
        lab = LAB.lab();
        lab.run(
                        "apply",
                        "--wait",
                        "-f",
                        "samples/default-namespace.yaml",
                        "samples/sleep/sleep.yaml")
                .ok();
        samples = new IstioSamples(lab, IstioSamples.need("CompatRolesTest"));
        file("apply", "bookinfo/platform/kube/bookinfo.yaml");
        file("apply", "bookinfo/networking/destination-rule-all-mtls.yaml");
        lab.apply(MUTUAL + "---\n" + MONGODB);
    }

    @AfterAll
    static void nothingIsLeft() {
        if (lab != null) {
            lab.delete(MUTUAL + "---\n" + MONGODB);
            file("delete", "bookinfo/networking/destination-rule-all-mtls.yaml");
            file("delete", "bookinfo/platform/kube/bookinfo.yaml");
        }
    }

    @AfterEach
    void noRoles() {
        for (String each :
                new String[] {
                    "rbac-config-ON",
                    "namespace-policy",
                    "productpage-policy",
                    "details-reviews-policy",
                    "ratings-policy",
                    "mongodb-policy"
                }) {
            rules("delete", each);
        }
    }

    private static Result file(String verb, String file) {
        return lab.run(
                verb, "--wait", "-n", "default", "-f", samples.folder().resolve(file).toString());
    }

    private static Result rules(String verb, String name) {
        return file(verb, "bookinfo/platform/kube/rbac/" + name + ".yaml");
    }

    private static Curl page() {
        return Curl.from(lab, "default", "deploy/sleep", "http://productpage:9080/productpage");
    }

    @Test
    void bookinfoIsOpenedServiceByService() {
        assertThat(page().body()).contains("Reviewer1").doesNotContain("Error fetching");
        rules("apply", "rbac-config-ON").ok();
        Curl closed = page();
        assertThat(closed.verdict()).isEqualTo("403");
        assertThat(closed.body()).isEqualTo("RBAC: access denied").hasSize(19);

        rules("apply", "namespace-policy").ok();
        assertThat(page().body()).contains("Reviewer1").doesNotContain("Error fetching");
        rules("delete", "namespace-policy").ok();
        assertThat(page().verdict()).isEqualTo("403");

        rules("apply", "productpage-policy").ok();
        Curl alone = page();
        assertThat(alone.verdict()).isEqualTo("200");
        assertThat(alone.body()).contains(NO_DETAILS).contains(NO_REVIEWS);

        rules("apply", "details-reviews-policy").ok();
        assertThat(pages())
                .doesNotContain(NO_DETAILS)
                .doesNotContain(NO_REVIEWS)
                .contains(NO_RATINGS);

        rules("apply", "ratings-policy").ok();
        assertThat(pages())
                .doesNotContain("rror fetching")
                .doesNotContain(NO_RATINGS)
                .contains("<font color=");
    }

    /** As many as it takes to see every version of reviews, of which one shows no stars. */
    private static String pages() {
        return lab.run(
                        "exec",
                        "-n",
                        "default",
                        "deploy/sleep",
                        "--",
                        "sh",
                        "-c",
                        "curl -sf -m 60 'http://productpage:9080/productpage?n=[1-12]'")
                .ok();
    }

    /** Everything passes; what would have been refused is counted. */
    @Test
    void onTrialNothingIsRefused() {
        rules("apply", "rbac-config-on-permissive").ok();
        try {
            long before = wouldRefuse();
            assertThat(page().body()).contains("Reviewer1").doesNotContain("Error fetching");
            assertThat(wouldRefuse()).isGreaterThan(before);
        } finally {
            rules("delete", "rbac-config-on-permissive").ok();
        }
    }

    private static long wouldRefuse() {
        long sum = 0;
        for (String node : new String[] {"node-1", "node-2"}) {
            String stats = lab.node(node, "curl", "-s", "localhost:15000/stats?filter=rbac").ok();
            for (String line : stats.lines().filter(l -> l.contains("shadow_denied: ")).toList()) {
                sum += Long.parseLong(line.substring(line.lastIndexOf(' ') + 1));
            }
        }
        return sum;
    }

    @Test
    void theDatabaseIsForItsServiceOnly() {
        assertThat(echoOf("stranger")).isEqualTo("hello");
        rules("apply", "rbac-config-on-mongodb").ok();
        try {
            assertThat(echoOf("ratings-v2")).isEmpty();
            assertThat(echoOf("stranger")).isEmpty();
            rules("apply", "mongodb-policy").ok();
            assertThat(echoOf("ratings-v2")).isEqualTo("hello");
            assertThat(echoOf("stranger")).isEmpty();
            assertThat(page().verdict()).as("not concerned").isEqualTo("200");
        } finally {
            rules("delete", "rbac-config-on-mongodb").ok();
        }
    }

    private static String echoOf(String pod) {
        String script =
                """
                import socket
                s = socket.create_connection(("mongodb", 27017), 5)
                s.settimeout(5)
                try:
                    s.sendall(b"hello\\n")
                    print(s.recv(99).decode().strip())
                except ConnectionError:
                    pass
                """;
        return lab.run("exec", "-n", "default", pod, "--", "python3", "-c", script).out().strip();
    }
}
