package dev.fairlead.agent.ops.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.data.stats.Counters;
import dev.fairlead.agent.data.stats.RequestKinds;
import dev.fairlead.agent.data.stats.RequestSeries;
import dev.fairlead.agent.data.stats.SeriesLabels.Reporter;
import dev.fairlead.agent.data.stats.WorkerStats;
import dev.fairlead.agent.model.request.ResponseFlag;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What Istio's metrics say of gRPC. */
class GrpcFamiliesTest {

    private final WorkerStats first = new WorkerStats();
    private final WorkerStats second = new WorkerStats();

    private static RequestKinds kinds(WorkerStats loop) {
        return new RequestKinds(loop, Fixture.labels(Reporter.SOURCE, "http", true));
    }

    private List<String> lines(String metric) {
        StatsView view = StatsView.of(List.of(first, second), new Counters<>(ServerStat.class));
        return Stream.of(PrometheusExposition.text(IstioFamilies.of(view)).split("\n"))
                .filter(line -> line.startsWith(metric + "{"))
                .map(line ->
                        line.replaceAll(
                                "^.*(request_protocol=\"\\w+\").*_policy=\"\\w+\",", "{$1,"))
                .toList();
    }

    @Test
    void callsAreSplitByTheirStatus() {
        kinds(first).grpc().record(200, 0, ResponseFlag.NONE, 1, 1, 1);
        kinds(second).grpc().record(200, 0, ResponseFlag.NONE, 1, 1, 1);
        kinds(second).grpc().record(200, 14, ResponseFlag.UPSTREAM_OVERFLOW, 1, 1, 1);
        kinds(second)
                .grpc()
                .record(0, RequestSeries.NO_GRPC_STATUS, ResponseFlag.DOWNSTREAM_CLOSED, 1, 1, 1);

        assertThat(lines("istio_requests_total"))
                .containsExactly(
                        "{request_protocol=\"grpc\",response_code=\"0\",grpc_response_status=\"\",response_flags=\"DC\",} 1.0",
                        "{request_protocol=\"grpc\",response_code=\"200\",grpc_response_status=\"0\",response_flags=\"-\",} 2.0",
                        "{request_protocol=\"grpc\",response_code=\"200\",grpc_response_status=\"14\",response_flags=\"UO\",} 1.0");
    }

    @Test
    void messagesAreCountedOfCallsOnly() {
        kinds(first).grpc().messages(3, 5);
        kinds(second).grpc().messages(1, 2);
        kinds(first).http().record(200, ResponseFlag.NONE, 1, 1, 1);

        assertThat(lines("istio_request_messages_total"))
                .containsExactly("{request_protocol=\"grpc\",} 4.0");
        assertThat(lines("istio_response_messages_total"))
                .containsExactly("{request_protocol=\"grpc\",} 7.0");
        assertThat(lines("istio_requests_total")).hasSize(1);
    }

    @Test
    void whereThereAreNoCallsNothingIsSaidOfThem() {
        kinds(first).http().record(200, ResponseFlag.NONE, 1, 1, 1);

        assertThat(lines("istio_request_messages_total")).isEmpty();
        assertThat(first.requestSeries()).hasSize(1);
    }
}
