package dev.fairlead.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a VirtualService may do to a request on its way to the real httpbin, and to the answer. */
@Tag("lab")
class RouteActionTest {

    @RegisterExtension static final SharedLab LAB = SharedLab.MODERN;

    private static final String URL = "http://httpbin:8000";

    private static final String RULE =
            """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: httpbin}
            spec:
              hosts: [httpbin]
              http:
              - match: [{uri: {prefix: /old/}}]
                rewrite: {uri: /anything/new/}
                route: [{destination: {host: httpbin}}]
              - match: [{uri: {prefix: /regex/}}]
                rewrite: {authority: other.example, uriRegexRewrite: {match: "^/regex/([a-z]+)/([0-9]+)", rewrite: '/anything/\\2/\\1'}}
                route: [{destination: {host: httpbin}}]
              - match: [{uri: {prefix: /moved}}]
                redirect: {uri: /get, authority: "elsewhere:8000", redirectCode: 308}
              - match: [{uri: {exact: /teapot}}]
                directResponse: {status: 418, body: {string: short and stout}}
              - match: [{uri: {prefix: /anything/headers}}]
                headers:
                  request: {set: {x-set: set}, add: {x-add: added}, remove: [x-gone]}
                  response: {set: {x-answer: "42"}, remove: [access-control-allow-origin]}
                route: [{destination: {host: httpbin}, headers: {request: {set: {x-destination: here}}}}]
              - match: [{uri: {prefix: /delay/}}]
                timeout: 0.3s
                route: [{destination: {host: httpbin}}]
              - match: [{uri: {prefix: /anything/cors}}]
                corsPolicy:
                  allowOrigins: [{exact: "https://a.example"}, {prefix: "https://b."}]
                  allowMethods: [GET, PUT]
                  allowHeaders: [x-a]
                  exposeHeaders: [x-b]
                  maxAge: 24h
                  allowCredentials: true
                route: [{destination: {host: httpbin}}]
              - match: [{uri: {prefix: /anything/team}}]
                delegate: {name: team}
              - match: [{uri: {prefix: /anything/mirror}}]
                route: [{destination: {host: httpbin}}]
                mirror: {host: shadow}
              - match: [{uri: {prefix: /anything/half}}]
                route: [{destination: {host: httpbin}}]
                mirrors: [{destination: {host: shadow}, percentage: {value: 50}}]
              - match: [{uri: {prefix: /anything/no-shadow}}]
                route: [{destination: {host: httpbin}}]
                mirror: {host: shadow, subset: nosuch}
              - route: [{destination: {host: httpbin}}]
            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: team}
            spec:
              http:
              - match: [{uri: {prefix: /anything/team/a}}]
                headers: {request: {set: {x-team: a}}}
                route: [{destination: {host: httpbin}}]
              - headers: {request: {set: {x-team: rest}}}
                route: [{destination: {host: httpbin}}]
            """;

    /** Says of each request what of it a mirror's user looks at. */
    private static final String SHADOW =
            """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: shadow}
            spec:
              selector: {matchLabels: {app: shadow}}
              template:
                metadata: {labels: {app: shadow}}
                spec:
                  containers:
                  - name: httpbin
                    image: fairlead/httpbin:1
                    args: ["0.0.0.0:8080"]
                    ports: [{containerPort: 8080}]
                    readinessProbe: {httpGet: {path: /status/200, port: 8080}, periodSeconds: 1}
                    env:
                    - name: GUNICORN_CMD_ARGS
                      value: --access-logformat '%(U)s %({host}i)s %({x-envoy-internal}i)s %({x-forwarded-for}i)s %({x-request-id}i)s'
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: shadow}
            spec: {selector: {app: shadow}, ports: [{name: http, port: 80, targetPort: 8080}]}
            ---
            """;

    private static Lab lab;

    @BeforeAll
    static void rule() {
        lab = Compat.MODERN.withHttpbin();
        lab.apply(SHADOW + RULE);
    }

    @AfterAll
    static void noRule() {
        lab.delete(SHADOW + RULE);
    }

    @Test
    void pathIsRewrittenAndTheOldOneTold() {
        JsonNode seen = seen("/old/path?q=1");
        assertThat(seen.get("url").asText()).endsWith("/anything/new/path?q=1");
        assertThat(header(seen, "X-Envoy-Original-Path")).isEqualTo("/old/path?q=1");
    }

    @Test
    void pathAndAuthorityAreRewritten() {
        assertThat(seen("/regex/abc/123/rest").get("url").asText())
                .isEqualTo("http://other.example/anything/123/abc/rest");
    }

    @Test
    void redirectGoesWhereTheRuleSays() {
        Curl curl = ask("/moved/away?q=1", "-i");
        assertThat(curl.status()).isEqualTo(308);
        assertThat(curl.body())
                .contains("location: http://elsewhere:8000/get")
                .contains("server: envoy")
                .doesNotContain("x-envoy-upstream-service-time");
    }

    @Test
    void directResponseIsOurs() {
        Curl curl = ask("/teapot", "-i");
        assertThat(curl.body())
                .startsWith("HTTP/1.1 418 Unknown")
                .contains("content-type: text/plain")
                .endsWith("short and stout");
    }

    @Test
    void headersAreSetAddedAndRemovedOnBothWays() {
        Curl curl =
                ask(
                        "/anything/headers",
                        "-i",
                        "-H",
                        "x-set: given",
                        "-H",
                        "x-add: given",
                        "-H",
                        "x-gone: given");
        assertThat(curl.body())
                .contains("x-answer: 42")
                .doesNotContainIgnoringCase("access-control-allow-origin")
                .containsIgnoringCase("access-control-allow-credentials");
        JsonNode seen = Curl.json(curl.body().substring(curl.body().indexOf("\r\n\r\n")));
        assertThat(header(seen, "X-Set")).isEqualTo("set");
        assertThat(header(seen, "X-Add")).isEqualTo("given,added");
        assertThat(header(seen, "X-Gone")).isEmpty();
        assertThat(header(seen, "X-Destination")).isEqualTo("here");
    }

    @Test
    void routeTimesOutAndAHeaderGivesMoreTime() {
        Curl late = ask("/delay/1", "-i");
        assertThat(late.body())
                .startsWith("HTTP/1.1 504 Gateway Timeout")
                .endsWith("upstream request timeout");
        assertThat(ask("/delay/1", "-H", "x-envoy-upstream-rq-timeout-ms: 5000").verdict())
                .isEqualTo("200");
        assertThat(lab.ended(lab.nodeOf("sleep"), "httpbin", "UT")).isPositive();
    }

    @Test
    void preflightIsAnsweredForAllowedOriginsAndOthersGoOn() {
        Curl allowed = preflight("https://b.example");
        assertThat(allowed.status()).isEqualTo(200);
        assertThat(allowed.body())
                .contains("access-control-allow-origin: https://b.example")
                .contains("access-control-allow-methods: GET,PUT")
                .contains("access-control-allow-headers: x-a")
                .contains("access-control-max-age: 86400")
                .contains("access-control-allow-credentials: true")
                .doesNotContain("x-envoy-upstream-service-time");
        // httpbin answers itself, and allows everybody
        assertThat(preflight("https://c.example").body())
                .contains("x-envoy-upstream-service-time")
                .contains("Access-Control-Max-Age: 3600");
        assertThat(ask("/anything/cors", "-i", "-H", "origin: https://a.example").body())
                .contains("access-control-allow-origin: https://a.example")
                .contains("access-control-expose-headers: x-b");
    }

    private static Curl preflight(String origin) {
        return ask(
                "/anything/cors",
                "-i",
                "-X",
                "OPTIONS",
                "-H",
                "origin: " + origin,
                "-H",
                "access-control-request-method: PUT");
    }

    @Test
    void delegateHasItsPartOfTheHost() {
        assertThat(header(seen("/anything/team/a"), "X-Team")).isEqualTo("a");
        assertThat(header(seen("/anything/team/b"), "X-Team")).isEqualTo("rest");
        assertThat(header(seen("/anything/other"), "X-Team")).isEmpty();
    }

    /** The copy has the same id, another Host, and says that it is internal; the answer is v1's. */
    @Test
    void mirrorSeesACopyAndTheClientDoesNotSeeIt() {
        JsonNode seen = seen("/anything/mirror/one?show_env=1", "-d", "body");
        assertThat(seen.get("url").asText()).startsWith("http://httpbin:8000/");
        assertThat(seen.at("/form/body").isMissingNode()).isFalse();
        String id = header(seen, "X-Request-Id");
        assertThat(id).hasSize(36);
        Lab.await("the mirrored request", () -> !mirrored("/anything/mirror/one ").isEmpty());
        assertThat(mirrored("/anything/mirror/one "))
                .containsExactly(
                        "/anything/mirror/one httpbin-shadow:8000 true "
                                + lab.exec("deploy/sleep", "hostname", "-i").ok()
                                + " "
                                + id);
        assertThat(ask("/anything/no-shadow").verdict()).isEqualTo("200");
    }

    @Test
    void halfOfTheRequestsIsMirrored() {
        int n = 400; // the deviation is 2.5 points
        lab.exec(
                        "deploy/sleep",
                        "curl",
                        "-sf",
                        "-o",
                        "/dev/null",
                        URL + "/anything/half/[1-" + n + "]")
                .ok();
        lab.exec("deploy/sleep", "curl", "-sf", "-o", "/dev/null", URL + "/anything/mirror/last")
                .ok();
        Lab.await("the last one", () -> !mirrored("/anything/mirror/last ").isEmpty());
        new Share(n, mirrored("/anything/half/").size()).isAbout(50, 10.5);
    }

    private static List<String> mirrored(String path) {
        return lab.run("logs", "deploy/shadow")
                .ok()
                .lines()
                .filter(line -> line.startsWith(path))
                .toList();
    }

    private static Curl ask(String path, String... options) {
        List<String> words = new java.util.ArrayList<>(List.of(options));
        words.add(URL + path);
        return Curl.from(lab, "default", "deploy/sleep", words.toArray(String[]::new));
    }

    /** What httpbin says that it was asked. */
    private static JsonNode seen(String path, String... options) {
        Curl curl = ask(path, options);
        assertThat(curl.verdict()).as(curl.body()).isEqualTo("200");
        return curl.json();
    }

    private static String header(JsonNode seen, String name) {
        return seen.path("headers").path(name).asText("");
    }
}
