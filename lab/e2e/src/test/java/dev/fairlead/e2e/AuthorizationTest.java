package dev.fairlead.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Who may do what. The server is on node-1, clients client-1 and client-2 on the nodes of those
 * numbers: every verdict is the same with the pods together and apart.
 */
@Tag("lab")
class AuthorizationTest {

    @RegisterExtension static final SharedLab LAB = SharedLab.MODERN;

    private static final String INSIDE = "authz";
    private static final String OUTSIDE = "authz-legacy";
    private static final String URL = "http://server.authz:8080/";
    private static final String DENIED = "RBAC: access denied";

    private static Lab lab;
    private String inForce = "";

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

    private static String policy(String name, String annotations, String spec) {
        return """
        ---
        apiVersion: security.istio.io/v1
        kind: AuthorizationPolicy
        metadata: {name: %s, namespace: authz, annotations: {%s}}
        spec: {selector: {matchLabels: {app: server}}, %s}
        """
                .formatted(name, annotations, spec);
    }

    private void apply(String policies) {
        lab.apply(policies);
        inForce += policies;
    }

    @AfterEach
    void noPolicy() {
        lab.delete(inForce);
    }

    private static String verdict(String namespace, String pod, String... arguments) {
        return Curl.from(lab, namespace, pod, arguments).verdict();
    }

    /** The answer to one line on the server's TCP port; empty: there was none. */
    private static String line(String namespace, String pod) {
        String script =
                """
                import socket
                s = socket.create_connection(("server.authz", 9000), 5)
                s.settimeout(5)
                try:
                    s.sendall(b"hello\\n")
                    print(s.recv(99).decode().strip())
                except ConnectionError:
                    pass
                """;
        return lab.run("exec", "-n", namespace, pod, "--", "python3", "-c", script).out().strip();
    }

    @Test
    void anEmptyPolicyLetsNobodyIn() {
        apply(policy("nothing", "", "action: ALLOW"));
        for (int node : List.of(1, 2)) {
            for (String client : List.of(INSIDE + "/client-", OUTSIDE + "/legacy-")) {
                String namespace = client.substring(0, client.indexOf('/'));
                String pod = client.substring(client.indexOf('/') + 1) + node;
                Curl curl = Curl.from(lab, namespace, pod, "-i", URL);
                assertThat(curl.status()).as(pod).isEqualTo(403);
                assertThat(curl.body()).contains("content-length: 19").endsWith(DENIED);
                assertThat(line(namespace, pod)).as(pod).isEmpty();
            }
        }
    }

    /** By proven identity, method and path; what is forged or spelled otherwise does not help. */
    @Test
    void oneAccountMayReadOnePath() {
        for (int node : List.of(1, 2)) {
            String pod = "client-" + node;
            String rule =
                    policy(
                            "readers",
                            "",
                            "rules: [{from: [{source: {principals: [cluster.local/ns/authz/sa/"
                                    + pod
                                    + "]}}], to: [{operation: {methods: [GET], paths: [/public*]}}]}]");
            lab.apply(rule);
            inForce = rule;
            assertThat(verdict(INSIDE, pod, URL + "public")).as(pod).isEqualTo("200");
            assertThat(verdict(INSIDE, pod, URL + "public?a=/b")).as(pod).isEqualTo("200");
            assertThat(verdict(INSIDE, pod, "-d", "x", URL + "public")).as(pod).isEqualTo("403");
            assertThat(verdict(INSIDE, pod, URL + "private")).as(pod).isEqualTo("403");
            for (String path : List.of("public/../private", "public/%2e%2e/private")) {
                assertThat(verdict(INSIDE, pod, "--path-as-is", URL + path))
                        .as(path)
                        .isEqualTo("403");
            }
            assertThat(verdict(INSIDE, "client-" + (3 - node), URL + "public")).isEqualTo("403");
            for (String header : List.of("x-forwarded-client-cert", "x-forwarded-for")) {
                String forged =
                        header + ": URI=spiffe://cluster.local/ns/authz/sa/" + pod + ";By=x";
                assertThat(verdict(OUTSIDE, "legacy-" + node, "-H", forged, URL + "public"))
                        .as(header)
                        .isEqualTo("403");
            }
        }
    }

    /** Rules and the application see the same path, in the form that the mesh is set to. */
    @Test
    void pathsAreWrittenAsTheMeshSays() {
        String settings =
                """
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: mesh, namespace: fairlead-system}
                data: {mesh: "pathNormalization: {normalization: %s}"}
                """;
        apply(
                policy(
                        "secret",
                        "",
                        "action: DENY, rules: [{to: [{operation: {paths: [/a/secret]}}]}]"));
        try {
            for (String[] each :
                    new String[][] {
                        {"NONE", "b/../a//secret", "/b/../a//secret"},
                        {"BASE", "b/../a//secret", "/a//secret"},
                        {"MERGE_SLASHES", "b/../a//secret", ""},
                        {"MERGE_SLASHES", "a%2Fsecret", "/a%2Fsecret"},
                        {"DECODE_AND_MERGE_SLASHES", "a%2F%5csecret", ""},
                        {"DECODE_AND_MERGE_SLASHES", "a%2Fpublic", "/a/public"}
                    }) {
                lab.apply(settings.formatted(each[0]));
                for (int node : List.of(1, 2)) {
                    Curl curl =
                            Curl.from(lab, INSIDE, "client-" + node, "--path-as-is", URL + each[1]);
                    assertThat(curl.verdict())
                            .as(each[0] + " " + each[1])
                            .isEqualTo(each[2].isEmpty() ? "403" : "200");
                    if (!each[2].isEmpty()) {
                        assertThat(curl.json().at("/path").asText()).isEqualTo(each[2]);
                    }
                }
            }
        } finally {
            lab.apply(settings.formatted("DEFAULT"));
        }
    }

    @Test
    void whatIsDeniedIsNotAllowed() {
        apply(
                policy("all", "", "rules: [{}]")
                        + policy(
                                "secret",
                                "",
                                "action: DENY, rules: [{to: [{operation: {paths: [/secret]}}],"
                                        + " when: [{key: 'request.headers[x-pass]', notValues: [sesame]}]}]"));
        for (int node : List.of(1, 2)) {
            String pod = "client-" + node;
            assertThat(verdict(INSIDE, pod, URL)).isEqualTo("200");
            assertThat(verdict(INSIDE, pod, URL + "secret")).isEqualTo("403");
            assertThat(verdict(INSIDE, pod, "-H", "x-pass: sesame", URL + "secret"))
                    .isEqualTo("200");
        }
    }

    /** HTTP's fields mean nothing there: an ALLOW with one never fits, of a DENY it is left out. */
    @Test
    void connectionsThatAreNotHttp() {
        apply(
                policy(
                        "callers",
                        "",
                        "rules: [{from: [{source: {principals: ['*/sa/client-1', '*/sa/client-2']}}],"
                                + " to: [{operation: {ports: ['9000', '8080']}}]}]"));
        for (int node : List.of(1, 2)) {
            assertThat(line(INSIDE, "client-" + node)).contains("hello");
            assertThat(line(OUTSIDE, "legacy-" + node)).isEmpty();
        }
        apply(policy("posts", "", "action: DENY, rules: [{to: [{operation: {methods: [POST]}}]}]"));
        for (int node : List.of(1, 2)) {
            assertThat(line(INSIDE, "client-" + node)).isEmpty();
            assertThat(verdict(INSIDE, "client-" + node, URL)).isEqualTo("200");
        }
    }

    @Test
    void aDryRunDecidesNothingAndIsCounted() {
        apply(policy("nothing", "istio.io/dry-run: \"true\"", "action: ALLOW"));
        for (int node : List.of(1, 2)) {
            assertThat(verdict(INSIDE, "client-" + node, URL)).isEqualTo("200");
        }
        assertThat(lab.node("node-1", "curl", "-s", "localhost:15000/stats?usedonly").ok())
                .containsPattern("rbac\\.(istio_dry_run_allow_)?shadow_denied: [1-9]");
    }

    /** What is open is judged again: a connection that may not be any more ends. */
    @Test
    void aPolicyReachesWhatIsUnderWay() {
        String script =
                """
                import socket, sys
                s = socket.create_connection(("server.authz", 9000), 5)
                s.settimeout(60)
                s.sendall(b"hello\\n")
                s.recv(99)
                open("/tmp/open", "w").close()
                try:
                    ended = s.recv(99) == b""
                except ConnectionResetError:
                    ended = True
                print("ended" if ended else "answered")
                """;
        for (int node : List.of(1, 2)) {
            String pod = "client-" + node;
            lab.run("exec", "-n", INSIDE, pod, "--", "rm", "-f", "/tmp/open");
            var said =
                    CompletableFuture.supplyAsync(() ->
                            lab.run("exec", "-n", INSIDE, pod, "--", "python3", "-c", script)
                                    .out()
                                    .strip());
            Lab.await(
                    "a connection",
                    () ->
                            lab.run("exec", "-n", INSIDE, pod, "--", "test", "-e", "/tmp/open")
                                            .status()
                                    == 0);
            String rule = policy("nothing", "", "action: ALLOW");
            assertThat(said).as("still open").isNotDone();
            lab.apply(rule);
            assertThat(said.join()).as(pod).isEqualTo("ended");
            lab.delete(rule);
        }
    }

    /** Walk-through "Authorization" of Istio 1.0 to 1.2. */
    @Test
    void rolesAndBindings() {
        apply(
                """
                ---
                apiVersion: rbac.istio.io/v1alpha1
                kind: ClusterRbacConfig
                metadata: {name: default}
                spec: {mode: ON_WITH_INCLUSION, inclusion: {namespaces: [authz]}}
                """);
        for (int node : List.of(1, 2)) {
            Curl curl = Curl.from(lab, INSIDE, "client-" + node, URL);
            assertThat(curl.status()).isEqualTo(403);
            assertThat(curl.body()).isEqualTo(DENIED);
        }
        apply(
                """
                ---
                apiVersion: rbac.istio.io/v1alpha1
                kind: ServiceRole
                metadata: {name: viewer, namespace: authz}
                spec: {rules: [{services: [server.authz.svc.cluster.local], methods: [GET]}]}
                ---
                apiVersion: rbac.istio.io/v1alpha1
                kind: ServiceRoleBinding
                metadata: {name: bind, namespace: authz}
                spec:
                  subjects: [{user: cluster.local/ns/authz/sa/client-1}]
                  roleRef: {kind: ServiceRole, name: viewer}
                """);
        assertThat(verdict(INSIDE, "client-1", URL)).isEqualTo("200");
        assertThat(verdict(INSIDE, "client-1", "-d", "x", URL)).isEqualTo("403");
        assertThat(verdict(INSIDE, "client-2", URL)).isEqualTo("403");
    }
}
