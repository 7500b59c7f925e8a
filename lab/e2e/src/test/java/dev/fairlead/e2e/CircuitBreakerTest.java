package dev.fairlead.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The circuit breaking walk-through of Istio 1.0, by fortio at httpbin. */
@Tag("lab")
class CircuitBreakerTest {

    @RegisterExtension static final BeforeAllCallback LABS = Compat.BOTH;

    private static final int REQUESTS = 20;
    private static final String CLUSTER = "outbound|8000||httpbin.default.svc.cluster.local";
    private static final String PENDING = "cluster." + CLUSTER + ".upstream_rq_pending_";
    private static final Pattern CODE = Pattern.compile("(?m)^Code +(\\d+) : (\\d+) ");

    private static final String RULE =
            """
            apiVersion: networking.istio.io/v1alpha3
            kind: DestinationRule
            metadata: {name: httpbin}
            spec:
              host: httpbin
              trafficPolicy:
                connectionPool:
                  tcp: {maxConnections: 1}
                  http: {http1MaxPendingRequests: 1, maxRequestsPerConnection: 1}
                outlierDetection: {consecutiveErrors: 1, interval: 1s, baseEjectionTime: 3m, maxEjectionPercent: 100}
            """;

    @BeforeAll
    static void rule() {
        for (Compat compat : Compat.values()) {
            compat.withHttpbin().apply(RULE);
        }
    }

    @AfterAll
    static void noRule() {
        for (Compat compat : Compat.values()) {
            compat.lab().delete(RULE);
        }
    }

    @ParameterizedTest
    @EnumSource
    void threeCallersGetAnswersAndRefusalsAndAllAreCounted(Compat compat) {
        Lab lab = compat.lab();
        String node = lab.nodeOf("fortio");
        Stats before = Stats.of(lab, node);
        String said =
                lab.sh(
                                "deploy/fortio",
                                "fortio load -c 3 -qps 0 -n "
                                        + REQUESTS
                                        + " -loglevel Warning http://httpbin:8000/get 2>&1")
                        .ok();
        long answered = codes(said, 200);
        long refused = codes(said, 503);
        assertThat(answered).as(said).isPositive();
        assertThat(refused).as(said).isPositive();
        assertThat(answered + refused).as(said).isEqualTo(REQUESTS);

        Stats after = Stats.of(lab, node);
        long overflow = after.since(before, PENDING + "overflow");
        assertThat(after.since(before, PENDING + "total") + overflow).isEqualTo(REQUESTS);
        assertThat(overflow).isEqualTo(refused);
        // each connection carries one request
        assertThat(after.since(before, "cluster." + CLUSTER + ".upstream_cx_total"))
                .isEqualTo(answered);
        assertThat(after.get(PENDING + "active")).isZero();
    }

    private static long codes(String said, int code) {
        Matcher matcher = CODE.matcher(said);
        while (matcher.find()) {
            if (Integer.parseInt(matcher.group(1)) == code) {
                return Long.parseLong(matcher.group(2));
            }
        }
        return 0;
    }

    /** Word for word what the walk-through greps. */
    @ParameterizedTest
    @EnumSource
    void statsHaveTheFourLinesOfTheWalkThrough(Compat compat) {
        Lab lab = compat.lab();
        String lines =
                lab.node(
                                lab.nodeOf("fortio"),
                                "sh",
                                "-c",
                                "curl -s localhost:15000/stats | grep 'outbound.*httpbin' | grep pending")
                        .ok();
        for (String name : List.of("active", "failure_eject", "overflow", "total")) {
            assertThat(lines).containsPattern("(?m)^" + Pattern.quote(PENDING + name) + ": \\d+$");
        }
    }

    /** One is served, one waits; the third is told that it is one too many. */
    @ParameterizedTest
    @EnumSource
    void oneTooManyIsToldSo(Compat compat) {
        Lab lab = compat.lab();
        String node = lab.nodeOf("sleep");
        long before = lab.ended(node, "httpbin", "UO");
        try (InPod served = slow(lab)) {
            Lab.await("one is served", () -> active(lab, node, 1, 0));
            try (InPod waiting = slow(lab)) {
                Lab.await("one waits", () -> active(lab, node, 1, 1));
                Curl third =
                        Curl.from(
                                lab,
                                "default",
                                "deploy/sleep",
                                "-i",
                                "http://httpbin:8000/status/200");
                assertThat(third.status()).isEqualTo(503);
                assertThat(third.body())
                        .contains("x-envoy-overloaded: true")
                        .contains("server: envoy")
                        .endsWith(
                                "upstream connect error or disconnect/reset before headers. reset"
                                        + " reason: overflow");
                assertThat(served.read()).isEqualTo("200");
                assertThat(waiting.read()).isEqualTo("200");
            }
        }
        assertThat(lab.ended(node, "httpbin", "UO") - before).isEqualTo(1);
    }

    private static InPod slow(Lab lab) {
        return new InPod(
                lab,
                "default",
                "deploy/sleep",
                List.of(
                        "curl",
                        "-s",
                        "-o",
                        "/dev/null",
                        "-w",
                        "%{http_code}\\n",
                        "http://httpbin:8000/delay/3"));
    }

    private static boolean active(Lab lab, String node, int connections, int waiting) {
        Stats stats = Stats.of(lab, node);
        return stats.get("cluster." + CLUSTER + ".upstream_cx_active") == connections
                && stats.get(PENDING + "active") == waiting;
    }

    @ParameterizedTest
    @EnumSource
    void answersSayWhoCarriedThemAndForHowLong(Compat compat) {
        String head =
                compat.lab()
                        .exec("deploy/sleep", "curl", "-si", "http://httpbin:8000/get")
                        .ok()
                        .replace("\r", "");
        assertThat(head)
                .containsPattern("(?m)^server: envoy$")
                .containsPattern("(?m)^x-envoy-upstream-service-time: \\d+$");
        assertThat(compat.lab().run("get", "dr", "httpbin", "-o", "yaml").ok())
                .contains("baseEjectionTime: 3m");
    }
}
