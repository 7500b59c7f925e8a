package dev.fairlead.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** fortio's server fails every second request; how many failures its client sees. */
@Tag("lab")
class RetryTest {

    @RegisterExtension static final BeforeAllCallback LABS = Compat.BOTH;

    private static final int REQUESTS = 2000; // deviations: 1.12 points of 50 %, 0.74 of 12.5 %
    private static final String CLUSTER =
            "cluster.outbound|8080||fortio.default.svc.cluster.local.upstream_rq_";
    private static final Pattern FAILED = Pattern.compile("(?m)^Code 503 : (\\d+) ");

    private static final String RULE =
            """
            apiVersion: networking.istio.io/v1alpha3
            kind: VirtualService
            metadata: {name: fortio}
            spec:
              hosts: [fortio]
              http:
              - match: [{headers: {tries: {exact: twice-more}}}]
                route: [{destination: {host: fortio}}]
                retries: {attempts: 2, retryOn: 5xx}
              - match: [{headers: {tries: {exact: as-usual}}}]
                route: [{destination: {host: fortio}}]
                retries: {attempts: 2}
              - route: [{destination: {host: fortio}}]
            """;

    /** Nobody listens behind it, and no agent stands in between. */
    private static final String DEAF =
            """
            apiVersion: v1
            kind: Namespace
            metadata: {name: deaf, annotations: {fairlead.dev/mesh: disabled}}
            """;

    private static final String IN_DEAF =
            """
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: deaf, namespace: deaf, labels: {app: deaf}}
            spec: {containers: [{name: sleep, image: "fairlead/sleep:1"}], terminationGracePeriodSeconds: 0}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: deaf, namespace: deaf}
            spec: {selector: {app: deaf}, ports: [{name: http, port: 80, targetPort: 7777}]}
            """;

    @BeforeAll
    static void rule() {
        for (Compat compat : Compat.values()) {
            compat.withHttpbin().apply(RULE + "---\n" + DEAF + IN_DEAF);
        }
    }

    @AfterAll
    static void noRule() {
        for (Compat compat : Compat.values()) {
            compat.lab().delete(RULE + "---\n" + DEAF);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "ISTIO_1_0, never,      50,   5",
        "ISTIO_1_0, twice-more, 12.5, 4",
        "ISTIO_1_0, as-usual,   12.5, 4", // 5xx is among the conditions of that time
        "MODERN,    never,      50,   5",
        "MODERN,    twice-more, 12.5, 4",
        "MODERN,    as-usual,   50,   5" // a 503 of the application's is its answer
    })
    void failuresSeenAreThoseOfAllTries(
            Compat compat, String tries, double percent, double points) {
        Lab lab = compat.lab();
        String node = lab.nodeOf("fortio");
        Stats before = Stats.of(lab, node);
        String said =
                lab.sh(
                                "deploy/fortio",
                                "fortio load -c 8 -qps 0 -n "
                                        + REQUESTS
                                        + " -loglevel Error -H 'tries: "
                                        + tries
                                        + "' 'http://fortio:8080/echo?status=503:50' 2>&1")
                        .ok();
        assertThat(said).contains("All done " + REQUESTS + " calls");
        Matcher failed = FAILED.matcher(said);
        int failures = failed.find() ? Integer.parseInt(failed.group(1)) : 0;
        new Share(REQUESTS, failures).isAbout(percent, points);

        Stats after = Stats.of(lab, node);
        boolean retried = percent < 50;
        assertThat(after.since(before, CLUSTER + "retry_limit_exceeded"))
                .isEqualTo(retried ? failures : 0);
        assertThat(after.since(before, CLUSTER + "total"))
                .isEqualTo(REQUESTS + after.since(before, CLUSTER + "retry"));
        assertThat(after.since(before, CLUSTER + "retry") > 0).isEqualTo(retried);
    }

    /** Without a rule: two more tries of a connection that failed; none in the defaults of 1.0. */
    @ParameterizedTest
    @CsvSource({"ISTIO_1_0, 0", "MODERN, 2"})
    void connectionThatFailsIsTriedAgainAsTheDefaultsSay(Compat compat, int retries) {
        Lab lab = compat.lab();
        String stat = "cluster.outbound|80||deaf.deaf.svc.cluster.local.upstream_rq_retry";
        String node = lab.nodeOf("sleep");
        Stats before = Stats.of(lab, node);
        Curl curl = Curl.from(lab, "default", "deploy/sleep", "http://deaf.deaf/");
        assertThat(curl.status()).isEqualTo(503);
        assertThat(curl.body())
                .startsWith("upstream connect error or disconnect/reset before headers");
        assertThat(Stats.of(lab, node).since(before, stat)).isEqualTo(retries);
    }
}
