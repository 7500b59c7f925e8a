package dev.fairlead.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Two requests in five seconds to httpbin, by our own kind; who has a session is not counted. */
@Tag("lab")
class RateLimitTest {

    @RegisterExtension static final SharedLab LAB = SharedLab.MODERN;

    private static final String URL = "http://httpbin:8000/get";

    private static final String LIMIT =
            """
            apiVersion: fairlead.dev/v1alpha1
            kind: RateLimit
            metadata: {name: httpbin}
            spec:
              selector: {matchLabels: {app: httpbin}}
              rules:
              - match: {path: {exact: /get}, withoutHeaders: {cookie: {prefix: session=}}}
                limit: {requests: 2, per: 5s}
                response: {body: too much}
            """;

    private static Lab lab;

    @BeforeAll
    static void pods() {
        lab = Compat.MODERN.withHttpbin();
    }

    @Test
    void thirdRequestIsTooManyUntilTimeHasPassed() {
        lab.apply(LIMIT);
        try {
            assertThat(codes(URL, URL, URL, URL)).containsExactly("200", "200", "429", "429");
            Curl refused = Curl.from(lab, "default", "deploy/sleep", "-i", URL);
            assertThat(refused.status()).isEqualTo(429);
            assertThat(refused.body()).contains("server: envoy").endsWith("too much");
            assertThat(codes("-b", "session=1", URL, URL)).containsExactly("200", "200");
            assertThat(codes("http://httpbin:8000/status/200")).containsExactly("200");
            String node = lab.nodeOf("httpbin");
            assertThat(lab.node(node, "curl", "-s", "localhost:15000/stats?usedonly").ok())
                    .containsPattern("http_local_rate_limit\\.rate_limited: [1-9]");
            Lab.await("a token", () -> codes(URL).equals(List.of("200")));
        } finally {
            lab.delete(LIMIT);
        }
        assertThat(codes(URL, URL, URL, URL)).containsOnly("200");
    }

    /** Of one curl, so that no time passes between. */
    private static List<String> codes(String... words) {
        List<String> command =
                new ArrayList<>(List.of("curl", "-s", "-w", "\\nCODE %{http_code}\\n"));
        command.addAll(List.of(words));
        return lab.exec("deploy/sleep", command.toArray(String[]::new))
                .ok()
                .lines()
                .filter(line -> line.startsWith("CODE "))
                .map(line -> line.substring(5))
                .toList();
    }
}
