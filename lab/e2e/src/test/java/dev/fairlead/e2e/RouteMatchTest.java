package dev.fairlead.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What a VirtualService may ask of a request, in the order of its rules; and hosts nobody knows.
 */
@Tag("lab")
class RouteMatchTest {

    @RegisterExtension static final SharedLab LAB = SharedLab.MODERN;

    private static final String NAMESPACE = "routes";
    private static final String URL = "http://echo:8080";

    /** v2 for whatever a rule says, v1 for all else. */
    private static final String RULES =
            """
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: echo, namespace: routes}
            spec:
              host: echo
              subsets:
              - {name: v1, labels: {version: v1}}
              - {name: v2, labels: {version: v2}}
            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: echo, namespace: routes}
            spec:
              hosts: [echo, echo-alias]
              gateways: [mesh]
              http:
              - match:
                - uri: {exact: /exact}
                - uri: {prefix: /prefix/}
                - uri: {regex: "/re/[0-9]+"}
                - {uri: {prefix: /ANYCASE}, ignoreUriCase: true}
                - method: {exact: DELETE}
                - headers: {x-exact: {exact: "yes"}}
                - headers: {x-prefix: {prefix: can}}
                - headers: {x-regex: {regex: "[a-f0-9]{4}"}}
                - headers: {cookie: {regex: "^(.*?;)?(user=jason)(;.*)?$"}}
                - {uri: {prefix: /both}, headers: {x-both: {exact: "1"}}}
                - authority: {exact: "echo-alias:8080"}
                - sourceLabels: {team: blue}
                route: [{destination: {host: echo, subset: v2}}]
              - match: [{uri: {prefix: /nowhere}}]
                route: [{destination: {host: nosuch.routes.svc.cluster.local}}]
              - match: [{uri: {prefix: /nosubset}}]
                route: [{destination: {host: echo, subset: v3}}]
              - route: [{destination: {host: echo, subset: v1}}]
            """;

    @BeforeAll
    static void pods() {
        LAB.lab()
                .apply(
                        Echo.namespace(NAMESPACE, true)
                                + pod("echo-v1", "node-1", Map.of("app", "echo", "version", "v1"))
                                + pod("echo-v2", "node-2", Map.of("app", "echo", "version", "v2"))
                                + pod("green", "node-1", Map.of("team", "green"))
                                + pod("blue", "node-1", Map.of("team", "blue"))
                                + Echo.service(NAMESPACE, "echo", Map.of("app", "echo"), "")
                                + Echo.service(NAMESPACE, "echo-alias", Map.of("app", "echo"), "")
                                + RULES);
    }

    private static String pod(String name, String node, Map<String, String> labels) {
        return new Echo(NAMESPACE, name, node, labels, Map.of()).manifest();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "/                           | v1",
                "/exact                      | v2",
                "/exact?query=1              | v2",
                "/exact/                     | v1",
                "/EXACT                      | v1",
                "/prefix/x                   | v2",
                "/prefix                     | v1",
                "/re/12                      | v2",
                "/re/12/more                 | v1",
                "/re/x                       | v1",
                "/anycase/x                  | v2",
                "/ -X DELETE                 | v2",
                "/ -X PUT                    | v1",
                "/ -H x-exact:yes            | v2",
                "/ -H X-EXACT:yes            | v2",
                "/ -H x-exact:yes!           | v1",
                "/ -H x-prefix:canary        | v2",
                "/ -H x-prefix:acan          | v1",
                "/ -H x-regex:beef           | v2",
                "/ -H x-regex:beefy          | v1",
                "/ -H cookie:a=b;user=jason  | v2",
                "/ -H cookie:a=b;user=jasons | v1",
                "/both -H x-both:1           | v2",
                "/both                       | v1",
                "/ -H x-both:1               | v1",
                "/ -H host:echo-alias:8080   | v2",
                "/ -H host:echo.routes       | v1",
                "/ -H host:echo.routes.svc.cluster.local:8080 | v1"
            })
    void requestGoesWhereTheFirstMatchingRuleSends(String request, String version) {
        assertThat(answerer("green", request)).isEqualTo("echo-" + version);
    }

    @Test
    void rulesBySourceLabelHoldForThatPodOnly() {
        assertThat(answerer("blue", "/")).isEqualTo("echo-v2");
        assertThat(answerer("green", "/")).isEqualTo("echo-v1");
    }

    @Test
    void destinationNobodyKnowsIs503() {
        assertThat(ask("green", "/nowhere").status()).isEqualTo(503);
        assertThat(ask("green", "/nosubset").status()).isEqualTo(503);
    }

    @Test
    void earlierRuleWins() {
        String wide =
                "{match: [{uri: {prefix: /a}}], route: [{destination: {host: ordered, subset: v1}}]}";
        String narrow =
                "{match: [{uri: {prefix: /a/b}}], route: [{destination: {host: ordered, subset: v2}}]}";
        LAB.lab()
                .apply(
                        Echo.service(NAMESPACE, "ordered", Map.of("app", "echo"), "")
                                + """
                                apiVersion: networking.istio.io/v1
                                kind: DestinationRule
                                metadata: {name: ordered, namespace: routes}
                                spec:
                                  host: ordered
                                  subsets:
                                  - {name: v1, labels: {version: v1}}
                                  - {name: v2, labels: {version: v2}}
                                ---
                                """
                                + ordered(wide, narrow));
        assertThat(answerer("green", "http://ordered:8080/a/b")).isEqualTo("echo-v1");
        LAB.lab().apply(ordered(narrow, wide));
        assertThat(answerer("green", "http://ordered:8080/a/b")).isEqualTo("echo-v2");
        assertThat(answerer("green", "http://ordered:8080/a")).isEqualTo("echo-v1");
        // no rule for it, and none is added
        assertThat(ask("green", "http://ordered:8080/c").status()).isEqualTo(404);
    }

    private static String ordered(String... rules) {
        return """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: ordered, namespace: routes}
        spec: {hosts: [ordered], http: [%s]}
        """
                .formatted(String.join(", ", rules));
    }

    /** A Host that no service has goes where its address says, until the mesh forbids it. */
    @Test
    void unknownHostIsPassedThroughOrRefusedAsTheMeshSays() {
        assertThat(ask("green", "/ -H host:nosuch.example").verdict()).isEqualTo("200");
        assertThat(answerer("green", "/ -H host:nosuch.example")).startsWith("echo-v");
        assertThat(ask("green", "http://" + address("blue") + ":8080/").verdict()).isEqualTo("200");
        String settings =
                """
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: mesh, namespace: fairlead-system}
                data: {mesh: "outboundTrafficPolicy: {mode: %s}"}
                """;
        LAB.lab().apply(settings.formatted("REGISTRY_ONLY"));
        try {
            assertThat(ask("green", "/ -H host:nosuch.example").status()).isEqualTo(502);
            assertThat(ask("green", "http://" + address("blue") + ":9999/").status()).isZero();
            assertThat(answerer("green", "/exact")).isEqualTo("echo-v2");
        } finally {
            LAB.lab().apply(settings.formatted("ALLOW_ANY"));
        }
        assertThat(ask("green", "/ -H host:nosuch.example").verdict()).isEqualTo("200");
    }

    private static String address(String pod) {
        return Echo.address(LAB.lab(), NAMESPACE, pod);
    }

    /** Which pod answered. */
    private static String answerer(String client, String request) {
        Curl curl = ask(client, request);
        assertThat(curl.verdict()).as(request + " " + curl.body()).isEqualTo("200");
        return curl.json().get("pod").asText();
    }

    private static Curl ask(String client, String request) {
        List<String> words = new java.util.ArrayList<>(List.of(request.split(" ", -1)));
        if (words.get(0).startsWith("/")) {
            words.set(0, URL + words.get(0));
        }
        return Curl.from(LAB.lab(), NAMESPACE, client, words.toArray(String[]::new));
    }
}
