package dev.fairlead.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The HTTPS walk-through of Istio 1.0: TLS of the application's own passes through the mesh as it
 * is, within mutual TLS where that is spoken; pods together and apart.
 */
@Tag("lab")
class HttpsTest {

    private static final String URL = "https://my-nginx.https/";

    @TempDir static Path folder;
    private static Lab lab;

    @BeforeAll
    static void pods() {
        lab = Lab.up("--compat", "istio-1.0", "--images", "lab/e2e/peers.yaml");
        Nginx nginx = new Nginx(folder);
        nginx.certify("my-nginx", "my-nginx.https");
        StringBuilder manifest = new StringBuilder();
        manifest.append(Echo.namespace("https", true)).append(Echo.namespace("outside", false));
        manifest.append(nginx.manifest("https", "my-nginx", "node-1", "off", Nginx.HTTPS));
        for (int node : List.of(1, 2)) {
            manifest.append(pod("https", node)).append(pod("outside", node));
        }
        lab.apply(manifest.toString());
    }

    private static String pod(String namespace, int node) {
        return new Echo(namespace, "client-" + node, "node-" + node, Map.of(), Map.of()).manifest();
    }

    @AfterAll
    static void end() {
        lab.close();
    }

    private static void policy(String peers, String client) {
        lab.apply(
                """
                apiVersion: authentication.istio.io/v1alpha1
                kind: Policy
                metadata: {name: default, namespace: https}
                spec: {peers: [%s]}
                ---
                apiVersion: networking.istio.io/v1alpha3
                kind: DestinationRule
                metadata: {name: my-nginx, namespace: https}
                spec: {host: my-nginx, trafficPolicy: {tls: {mode: %s}}}
                """
                        .formatted(peers, client));
    }

    private static Curl call(String namespace, int node) {
        return Curl.from(lab, namespace, "client-" + node, "-k", URL);
    }

    /** Without mutual TLS, taken or not, it is bytes. */
    @Test
    void itPassesWhereThePolicyLetsIt() {
        for (String peers : List.of("", "{mtls: {mode: PERMISSIVE}}")) {
            policy(peers, "DISABLE");
            for (int node : List.of(1, 2)) {
                for (String namespace : List.of("https", "outside")) {
                    assertThat(call(namespace, node).body())
                            .as(namespace + " from node " + node + " under " + peers)
                            .startsWith("Welcome to nginx! asked by my-nginx.https, client ,");
                }
            }
        }
    }

    /** features §3.1, point 25. */
    @Test
    void withinMutualTlsTheEnrolledAreAnsweredAndOthersFailInTheHandshake() {
        policy("{mtls: {mode: STRICT}}", "ISTIO_MUTUAL");
        for (int node : List.of(1, 2)) {
            Curl enrolled = call("https", node);
            assertThat(enrolled.verdict()).isEqualTo("200");
            assertThat(enrolled.body()).startsWith("Welcome to nginx! asked by my-nginx.https");
            assertThat(call("outside", node).verdict()).isEqualTo("000/35");
        }
    }
}
