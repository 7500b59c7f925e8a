package dev.fairlead.agent.ops.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fairlead.agent.data.stats.ClusterStat;
import dev.fairlead.agent.data.stats.OutlierStat;
import dev.fairlead.agent.data.stats.WorkerStats;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EnvoyTextTest {

    private final StatsView all = StatsView.of(Fixture.twoLoops(), Fixture.server());

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            delimiter = ';',
            textBlock =
                    """
                    cluster.outbound|8000||httpbin.default.svc.cluster.local.upstream_rq_total: 3
                    cluster.outbound|8000||httpbin.default.svc.cluster.local.upstream_rq_pending_total: 3
                    cluster.outbound|8000||httpbin.default.svc.cluster.local.upstream_rq_pending_active: 0
                    cluster.outbound|8000||httpbin.default.svc.cluster.local.upstream_rq_pending_overflow: 0
                    cluster.outbound|8000||httpbin.default.svc.cluster.local.upstream_rq_pending_failure_eject: 0
                    cluster.outbound|8000||httpbin.default.svc.cluster.local.upstream_rq_200: 2
                    cluster.outbound|8000||httpbin.default.svc.cluster.local.upstream_rq_503: 1
                    cluster.outbound|8000||httpbin.default.svc.cluster.local.upstream_rq_2xx: 2
                    cluster.outbound|8000||httpbin.default.svc.cluster.local.upstream_cx_active: 3
                    http.outbound_0.0.0.0_8000.downstream_rq_total: 2
                    http.outbound_0.0.0.0_8000.downstream_rq_200: 2
                    tcp.PassthroughCluster.downstream_cx_rx_bytes_total: 10
                    listener.outbound.downstream_cx_total: 1
                    listener.outbound.capture_refused_own_listener: 1
                    listener.inbound.capture_refused_own_listener: 1
                    server.uptime: 61
                    server.live: 1
                    server.concurrency: 2
                    """)
    void loopsAndPodsAreSummedUnderEnvoysNames(String line) {
        assertThat(lines(StatFilter.ALL)).contains(line);
    }

    @Test
    void linesAreSortedAndLatenciesComeLast() {
        List<String> lines = lines(StatFilter.ALL);
        List<String> names =
                lines.subList(0, lines.size() - 4).stream()
                        .map(line -> line.substring(0, line.lastIndexOf(':')))
                        .toList();
        assertThat(names).isSorted();
        assertThat(lines.get(lines.size() - 2))
                .isEqualTo(
                        "cluster.outbound|8000||httpbin.default.svc.cluster.local.upstream_rq_time:"
                                + " P0(nan,1) P25(nan,4) P50(nan,17.5) P75(nan,625) P90(nan,850)"
                                + " P95(nan,925) P99(nan,985) P99.5(nan,992.5) P99.9(nan,998.5)"
                                + " P100(nan,1000)");
    }

    @Test
    void filterFindsItsExpressionAnywhereInTheName() {
        assertThat(lines(StatFilter.of("httpbin.*pending_(total|active)$", false)))
                .containsExactly(
                        "cluster." + Fixture.HTTPBIN + ".upstream_rq_pending_active: 0",
                        "cluster." + Fixture.HTTPBIN + ".upstream_rq_pending_total: 3");
    }

    @Test
    void usedOnlyLeavesOutZeros() {
        assertThat(lines(StatFilter.of("pending", true)))
                .containsExactly("cluster." + Fixture.HTTPBIN + ".upstream_rq_pending_total: 3");
    }

    @Test
    void aBadExpressionSaysWhatIsWrong() {
        assertThatThrownBy(() -> StatFilter.of("a(", false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("missing closing )");
    }

    @Test
    void onePodHasItsOwnCountersOnly() {
        StatsView pod = StatsView.ofPod(Fixture.twoLoops(), "pod-3");
        String text = new EnvoyText(pod, StatFilter.ALL).text();
        assertThat(text)
                .contains("cluster." + Fixture.HTTPBIN + ".upstream_rq_total: 1\n")
                .contains("listener.outbound.capture_refused_loopback: 1\n")
                .doesNotContain("listener.inbound", "server.");
    }

    @Test
    void ejectionsAreStatsOfTheirCluster() {
        WorkerStats loop = new WorkerStats();
        loop.outliers("pod-1", "a").inc(OutlierStat.EJECTIONS_ACTIVE);
        loop.outliers("pod-2", "a").inc(OutlierStat.EJECTIONS_ACTIVE);
        loop.outliers("pod-2", "a").inc(OutlierStat.CONSECUTIVE_5XX);
        StatsView view = StatsView.of(List.of(loop), Fixture.server());
        assertThat(new EnvoyText(view, StatFilter.ALL).text())
                .contains(
                        "cluster.a.outlier_detection.ejections_active: 2\n",
                        "cluster.a.outlier_detection.ejections_consecutive_5xx: 1\n",
                        "cluster.a.outlier_detection.ejections_enforced_total: 0\n");
        assertThat(PrometheusExposition.text(EnvoyFamilies.of(view, StatFilter.of("5xx", true))))
                .contains(
                        "envoy_cluster_outlier_detection_ejections_consecutive_5xx"
                                + "{envoy_cluster_name=\"a\",} 1.0\n");
    }

    @Test
    void ofHealthyEndpointsTheFewestThatAPodSeesCount() {
        WorkerStats loop = new WorkerStats();
        for (int pod = 0; pod < 3; pod++) {
            var counters = loop.cluster("pod-" + pod, "a").counters();
            counters.set(ClusterStat.MEMBERSHIP_TOTAL, 4);
            counters.set(ClusterStat.MEMBERSHIP_HEALTHY, pod == 1 ? 2 : 4);
        }
        StatsView view = StatsView.of(List.of(loop), Fixture.server());
        assertThat(new EnvoyText(view, StatFilter.ALL).text())
                .contains("cluster.a.membership_total: 4\n", "cluster.a.membership_healthy: 2\n");
    }

    @Test
    void aClusterWithoutRequestsHasNoLatencies() {
        WorkerStats loop = new WorkerStats();
        loop.cluster("pod-1", "a");
        StatsView view = StatsView.of(List.of(loop), Fixture.server());
        assertThat(new EnvoyText(view, StatFilter.ALL).text())
                .contains("cluster.a.upstream_rq_time: No recorded values\n")
                .doesNotContain("upstream_rq_200");
    }

    /** Envoy: what was answered and tried again is counted apart. */
    @Test
    void whatWasTriedAgain() {
        WorkerStats loop = new WorkerStats();
        loop.cluster("pod-1", "a").retryCodes().inc(503);
        loop.cluster("pod-1", "a").retryCodes().inc(502);
        StatsView view = StatsView.of(List.of(loop), Fixture.server());
        assertThat(new EnvoyText(view, StatFilter.of("retry\\.", true)).text())
                .isEqualTo(
                        """
                        cluster.a.retry.upstream_rq_502: 1
                        cluster.a.retry.upstream_rq_503: 1
                        cluster.a.retry.upstream_rq_5xx: 2
                        cluster.a.retry.upstream_rq_completed: 2
                        """);
    }

    @Test
    void jsonHasTheSameNumbers() throws Exception {
        JsonNode stats =
                new ObjectMapper()
                        .readTree(new EnvoyText(all, StatFilter.of("rq_t", true)).json())
                        .get("stats");
        assertThat(stats.get(0).toString())
                .isEqualTo(
                        "{\"name\":\"cluster."
                                + Fixture.HTTPBIN
                                + ".upstream_rq_total\",\"value\":3}");
        JsonNode histograms = stats.get(stats.size() - 1).get("histograms");
        assertThat(histograms.get("supported_quantiles")).hasSize(10);
        assertThat(histograms.at("/computed_quantiles/0/values/2/cumulative").asDouble())
                .isEqualTo(17.5);
    }

    private List<String> lines(StatFilter filter) {
        return new EnvoyText(all, filter).text().lines().toList();
    }
}
