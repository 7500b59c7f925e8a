package dev.fairlead.agent.ops.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.data.stats.Counters;
import dev.fairlead.agent.data.stats.RequestSeries;
import dev.fairlead.agent.data.stats.SeriesLabels.Reporter;
import dev.fairlead.agent.data.stats.TcpSeries;
import dev.fairlead.agent.data.stats.WorkerStats;
import dev.fairlead.agent.model.request.ResponseFlag;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PrometheusExpositionTest {

    private static final Pattern SERIES =
            Pattern.compile(
                    "([a-zA-Z_:][a-zA-Z0-9_:]*)"
                            + "(?:\\{((?:[a-zA-Z_][a-zA-Z0-9_]*=\"(?:[^\"\\\\\\n]|\\\\[\\\\\"n])*\",?)*)\\})?"
                            + " (\\S+)");
    private static final Pattern LABEL = Pattern.compile("([a-zA-Z_]\\w*)=\"");

    private final StatsView view = StatsView.of(Fixture.twoLoops(), Fixture.server());

    private String everything() {
        return PrometheusExposition.text(
                Stream.of(
                                EnvoyFamilies.of(view, StatFilter.ALL),
                                IstioFamilies.of(view),
                                ProcessFamilies.of(Fixture.process(), new BuildInfo("0.1.0")))
                        .flatMap(each -> each));
    }

    @Test
    void clustersNameIsALabel() {
        assertThat(everything())
                .contains(
                        "\nenvoy_cluster_upstream_rq_total{envoy_cluster_name=\"outbound|8000||httpbin.default.svc.cluster.local\",} 3.0\n",
                        "\nenvoy_cluster_upstream_rq{envoy_response_code=\"503\",envoy_cluster_name=\"outbound|8000||httpbin.default.svc.cluster.local\",} 1.0\n",
                        "\nenvoy_cluster_upstream_rq_xx{envoy_response_code_class=\"2\",envoy_cluster_name=\"outbound|8000||httpbin.default.svc.cluster.local\",} 2.0\n",
                        "\nenvoy_http_downstream_rq_total{envoy_http_conn_manager_prefix=\"outbound_0.0.0.0_8000\",} 2.0\n",
                        "\nenvoy_tcp_downstream_cx_total{envoy_tcp_prefix=\"PassthroughCluster\",} 1.0\n",
                        "\nenvoy_listener_downstream_cx_active{envoy_listener_address=\"outbound\",} 1.0\n",
                        "\nenvoy_server_uptime 61.0\n");
    }

    @Test
    void routesAreTwoLabelsAndWhatWasRetriedIsApart() {
        WorkerStats loop = new WorkerStats();
        var route = loop.route("pod-1", "a.route.svc:80.route.v1");
        route.codes().inc(200);
        route.requestMillis().record(3);
        loop.cluster("pod-1", "a").retryCodes().inc(503);
        StatsView one = StatsView.of(List.of(loop), Fixture.server());
        String labels = "envoy_route=\"v1\",envoy_virtual_host=\"a.route.svc:80\",";

        assertThat(PrometheusExposition.text(EnvoyFamilies.of(one, StatFilter.of("", true))))
                .contains(
                        "\nenvoy_vhost_route_upstream_rq{envoy_response_code=\"200\","
                                + labels
                                + "} 1.0\n",
                        "\nenvoy_vhost_route_upstream_rq_time_count{" + labels + "} 1.0\n",
                        "\nenvoy_cluster_retry_upstream_rq{envoy_response_code=\"503\",envoy_cluster_name=\"a\",} 1.0\n",
                        "\nenvoy_cluster_retry_upstream_rq_xx{envoy_response_code_class=\"5\",envoy_cluster_name=\"a\",} 1.0\n",
                        "\nenvoy_cluster_retry_upstream_rq_completed{envoy_cluster_name=\"a\",} 1.0\n");
    }

    /** The table is what {@link AgentMetrics#main} prints. */
    @Test
    void theDocumentHasEveryMetric() throws IOException {
        assertThat(Files.readString(Path.of("..", "docs", "metrics.md")))
                .contains(AgentMetrics.markdown());
    }

    @Test
    void refusedCapturesAreSummedByReason() {
        assertThat(everything())
                .contains(
                        "\nfairlead_capture_refused_total{reason=\"own_listener\",} 2.0\n",
                        "\nfairlead_capture_refused_total{reason=\"loopback\",} 1.0\n")
                .doesNotContain("envoy_listener_capture_refused");
    }

    @Test
    void filterAndUsedOnlyApplyToEnvoysNames() {
        StatFilter filter = StatFilter.of("listener.*capture_refused", true);
        assertThat(PrometheusExposition.text(EnvoyFamilies.of(view, filter)))
                .isEqualTo(
                        """
                        # HELP fairlead_capture_refused_total Captured connections that were reset because of their destination.
                        # TYPE fairlead_capture_refused_total counter
                        fairlead_capture_refused_total{reason="loopback",} 1.0
                        fairlead_capture_refused_total{reason="own_listener",} 2.0
                        """);
    }

    @Test
    void istiosMetricsAreAsTheGoldenFileHasThem() throws IOException {
        assertThat(PrometheusExposition.text(IstioFamilies.of(view)))
                .isEqualTo(golden("istio-metrics.txt"));
    }

    @Test
    void processMetricsAreAsTheGoldenFileHasThem() throws IOException {
        String text =
                PrometheusExposition.text(
                        ProcessFamilies.of(Fixture.process(), new BuildInfo("0.1.0")));
        assertThat(text.replace(Runtime.version().toString(), "JAVA"))
                .isEqualTo(golden("process-metrics.txt"));
    }

    /**
     * What promtool checks: the grammar, one HELP and TYPE before a metric's series, no series
     * twice.
     */
    @Test
    void theTextIsValid() {
        Set<String> typed = new HashSet<>();
        Set<String> helped = new HashSet<>();
        Set<String> series = new HashSet<>();
        String current = "";
        for (String line : everything().lines().toList()) {
            if (line.startsWith("# HELP ")) {
                current = line.split(" ", 4)[2];
                assertThat(helped.add(current)).as(line).isTrue();
            } else if (line.startsWith("# TYPE ")) {
                assertThat(line.split(" ", 4)[2]).isEqualTo(current);
                assertThat(typed.add(current)).as(line).isTrue();
            } else {
                Matcher match = SERIES.matcher(line);
                assertThat(match.matches()).as(line).isTrue();
                assertThat(match.group(1))
                        .matches(Pattern.quote(current) + "(_bucket|_sum|_count)?");
                assertThat(series.add(match.group(1) + match.group(2))).as(line).isTrue();
                assertThat(Double.parseDouble(match.group(3).replace("NaN", "0"))).isFinite();
            }
        }
        assertThat(typed).isEqualTo(helped);
    }

    @Test
    void whatIsExposedIsWhatIsDeclared() {
        Set<String> declared = new TreeSet<>();
        AgentMetrics.declared()
                .forEach(metric -> declared.add(metric.name() + new TreeSet<>(metric.labels())));
        Set<String> exposed = new TreeSet<>();
        String current = "";
        for (String line : everything().lines().toList()) {
            if (line.startsWith("# TYPE ")) {
                current = line.split(" ", 4)[2];
            } else if (!line.startsWith("#")) {
                Set<String> labels = new TreeSet<>();
                Matcher label = LABEL.matcher(line);
                while (label.find()) {
                    labels.add(label.group(1));
                }
                labels.remove("le");
                exposed.add(current + labels);
            }
        }
        assertThat(exposed).isEqualTo(declared);
        assertThat(AgentMetrics.declared().stream().map(Metric::name)).doesNotHaveDuplicates();
    }

    @Test
    void everyDeclaredMetricHasARowInTheTable() {
        assertThat(AgentMetrics.markdown().lines()).hasSize(AgentMetrics.declared().size() + 2);
    }

    @Test
    void valuesOfLabelsAreEscaped() {
        Family family =
                new Family(
                        new Metric(
                                "a",
                                Metric.Type.GAUGE,
                                "",
                                List.of("b"),
                                "help",
                                Metric.Stability.EXPERIMENTAL));
        family.add(List.of("x\"\n\\"), 1);
        assertThat(PrometheusExposition.text(Stream.of(family)))
                .endsWith("a{b=\"x\\\"\\n\\\\\",} 1.0\n");
    }

    /** Two flags with the same letters would make one series twice. */
    @Test
    void flagsWithTheSameLettersAreOneSeries() {
        WorkerStats stats = new WorkerStats();
        RequestSeries series = stats.requests(Fixture.labels(Reporter.SOURCE, "http", true));
        TcpSeries connections = stats.connections(Fixture.labels(Reporter.SOURCE, "tcp", true));
        for (ResponseFlag flag : ResponseFlag.values()) {
            series.record(200, flag, 1, 1, 1);
            connections.closed(flag);
        }
        StatsView view = StatsView.of(List.of(stats), new Counters<>(ServerStat.class));
        long letters =
                Stream.of(ResponseFlag.values()).map(ResponseFlag::letters).distinct().count();

        for (String metric :
                List.of("istio_requests_total", "istio_tcp_connections_closed_total")) {
            List<String> lines =
                    PrometheusExposition.text(IstioFamilies.of(view))
                            .lines()
                            .filter(line -> line.startsWith(metric + "{"))
                            .toList();
            assertThat(lines).hasSize((int) letters);
            assertThat(lines.stream().map(line -> line.substring(0, line.indexOf('}'))))
                    .doesNotHaveDuplicates();
        }
    }

    private static String golden(String name) throws IOException {
        try (InputStream in = PrometheusExpositionTest.class.getResourceAsStream(name)) {
            assertThat(in).as(name).isNotNull();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
