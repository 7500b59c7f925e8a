package dev.fairlead.agent.data.stats;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.data.stats.RequestSeries.Outcome;
import dev.fairlead.agent.data.stats.SeriesLabels.Reporter;
import dev.fairlead.agent.model.request.ResponseFlag;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class StatsTest {

    private static final SeriesLabels LABELS =
            new SeriesLabels(
                    Reporter.SOURCE,
                    PeerLabels.UNKNOWN,
                    PeerLabels.UNKNOWN,
                    "a.b.svc.cluster.local",
                    "a",
                    "b",
                    "http",
                    true);

    @Test
    void countersStartAtZeroAndCountByThemselves() {
        Counters<TcpStat> counters = new Counters<>(TcpStat.class);
        counters.inc(TcpStat.DOWNSTREAM_CX_TOTAL);
        counters.inc(TcpStat.DOWNSTREAM_CX_ACTIVE);
        counters.dec(TcpStat.DOWNSTREAM_CX_ACTIVE);
        counters.add(TcpStat.DOWNSTREAM_CX_RX_BYTES_TOTAL, 4096);
        assertThat(Stream.of(counters.stats()).map(counters::get))
                .containsExactly(1L, 0L, 0L, 4096L, 0L, 0L, 0L, 0L);
    }

    @Test
    void aBoundIsInclusive() {
        Histogram histogram = Histogram.ofMillis();
        for (long value : new long[] {0, 1, 2, 5, 6, 3_600_000, 3_600_001}) {
            histogram.record(value);
        }
        assertThat(histogram.count(0)).isEqualTo(2);
        assertThat(histogram.count(1)).isEqualTo(2);
        assertThat(histogram.count(2)).isEqualTo(1);
        assertThat(histogram.count(histogram.size() - 1)).isEqualTo(1);
        assertThat(histogram.count(histogram.size())).isEqualTo(1);
        assertThat(histogram.sum()).isEqualTo(7_200_015);
    }

    @Test
    void codesAreCountedEachByItself() {
        CodeCounts codes = new CodeCounts();
        for (int code : new int[] {200, 503, 200, 404, 200}) {
            codes.inc(code);
        }
        assertThat(codes.codes()).containsExactly(200, 503, 404);
        assertThat(Arrays.stream(codes.codes()).mapToObj(codes::count)).containsExactly(3L, 1L, 1L);
        assertThat(codes.count(500)).isZero();
    }

    @Test
    void aRequestIsCountedByStatusAndFlag() {
        RequestSeries series = new RequestSeries(LABELS);
        series.record(503, ResponseFlag.UPSTREAM_OVERFLOW, 1, 10, 81);
        series.record(503, ResponseFlag.NONE, 1, 10, 20);
        series.record(503, ResponseFlag.UPSTREAM_OVERFLOW, 1, 10, 81);
        series.record(0, ResponseFlag.DOWNSTREAM_CLOSED, 7, 10, 0);
        assertThat(series.outcomes())
                .containsExactly(
                        new Outcome(
                                503,
                                RequestSeries.NO_GRPC_STATUS,
                                ResponseFlag.UPSTREAM_OVERFLOW,
                                2),
                        new Outcome(503, RequestSeries.NO_GRPC_STATUS, ResponseFlag.NONE, 1),
                        new Outcome(
                                0,
                                RequestSeries.NO_GRPC_STATUS,
                                ResponseFlag.DOWNSTREAM_CLOSED,
                                1));
        assertThat(series.responseBytes().sum()).isEqualTo(182);
    }

    @Test
    void aCallIsCountedByItsStatusToo() {
        RequestSeries series = new RequestSeries(LABELS);
        series.record(200, 0, ResponseFlag.NONE, 1, 10, 81);
        series.record(200, 14, ResponseFlag.UPSTREAM_OVERFLOW, 1, 10, 20);
        series.record(200, -1, ResponseFlag.NONE, 1, 10, 20);
        series.record(599, 16, ResponseFlag.TLS_FAILURE, 1, 10, 81);
        series.record(0, RequestSeries.NO_GRPC_STATUS, ResponseFlag.DOWNSTREAM_CLOSED, 7, 10, 0);
        assertThat(series.outcomes())
                .containsExactly(
                        new Outcome(200, 0, ResponseFlag.NONE, 1),
                        new Outcome(200, 14, ResponseFlag.UPSTREAM_OVERFLOW, 1),
                        new Outcome(200, -1, ResponseFlag.NONE, 1),
                        new Outcome(599, 16, ResponseFlag.TLS_FAILURE, 1),
                        new Outcome(
                                0,
                                RequestSeries.NO_GRPC_STATUS,
                                ResponseFlag.DOWNSTREAM_CLOSED,
                                1));
    }

    @Test
    void handlesAreTheSameForTheSamePodAndName() {
        WorkerStats stats = new WorkerStats();
        assertThat(stats.cluster("p", "c")).isSameAs(stats.cluster("p", "c"));
        assertThat(stats.cluster("p", "c")).isNotSameAs(stats.cluster("q", "c"));
        assertThat(stats.requests(LABELS)).isSameAs(stats.requests(LABELS));
    }

    @Test
    void countersOfAPodThatLeftGoOnAndItsGaugesDoNot() {
        WorkerStats stats = new WorkerStats();
        for (String pod : new String[] {"p", "q"}) {
            var cluster = stats.cluster(pod, "c");
            cluster.counters().inc(ClusterStat.UPSTREAM_RQ_TOTAL);
            cluster.counters().inc(ClusterStat.UPSTREAM_CX_ACTIVE);
            cluster.codes().inc(200);
            cluster.requestMillis().record(7);
            stats.listener(pod, "inbound").inc(ListenerStat.DOWNSTREAM_CX_TOTAL);
            stats.forget(pod);
        }

        var gone = stats.cluster("", "c");
        assertThat(stats.clusters()).hasSize(1);
        assertThat(stats.listeners()).hasSize(1);
        assertThat(gone.counters().get(ClusterStat.UPSTREAM_RQ_TOTAL)).isEqualTo(2);
        assertThat(gone.counters().get(ClusterStat.UPSTREAM_CX_ACTIVE)).isZero();
        assertThat(gone.codes().count(200)).isEqualTo(2);
        assertThat(gone.requestMillis().sum()).isEqualTo(14);
    }

    static Stream<Class<? extends Stat>> sets() {
        return Stream.of(ClusterStat.class, HttpStat.class, TcpStat.class, ListenerStat.class);
    }

    @ParameterizedTest
    @MethodSource("sets")
    void namesAreUniqueAndHelpIsASentence(Class<? extends Stat> set) {
        Stat[] stats = set.getEnumConstants();
        assertThat(Stream.of(stats).map(Stat::statName)).doesNotHaveDuplicates();
        assertThat(Stream.of(stats).map(Stat::statName))
                .allMatch(n -> n.matches("[a-z0-9_]+(\\.[a-z0-9_]+){0,2}"));
        assertThat(Stream.of(stats).map(Stat::help)).allMatch(help -> help.endsWith("."));
    }
}
