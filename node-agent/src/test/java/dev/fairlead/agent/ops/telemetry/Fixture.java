package dev.fairlead.agent.ops.telemetry;

import dev.fairlead.agent.data.stats.ClusterStat;
import dev.fairlead.agent.data.stats.ConnectionAccessStat;
import dev.fairlead.agent.data.stats.Counters;
import dev.fairlead.agent.data.stats.HttpStat;
import dev.fairlead.agent.data.stats.ListenerStat;
import dev.fairlead.agent.data.stats.PeerLabels;
import dev.fairlead.agent.data.stats.PolicyCounts;
import dev.fairlead.agent.data.stats.RateLimitStat;
import dev.fairlead.agent.data.stats.SeriesLabels;
import dev.fairlead.agent.data.stats.SeriesLabels.Reporter;
import dev.fairlead.agent.data.stats.TcpStat;
import dev.fairlead.agent.data.stats.WorkerStats;
import dev.fairlead.agent.model.request.ResponseFlag;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Two loops with a little traffic: sleep calls httpbin, and a TCP service. */
final class Fixture {

    static final String HTTPBIN = "outbound|8000||httpbin.default.svc.cluster.local";

    static final PeerLabels SLEEP =
            new PeerLabels(
                    "sleep",
                    "spiffe://cluster.local/ns/default/sa/sleep",
                    "sleep",
                    "default",
                    "unknown");
    static final PeerLabels BACKEND =
            new PeerLabels(
                    "httpbin",
                    "spiffe://cluster.local/ns/default/sa/httpbin",
                    "httpbin",
                    "default",
                    "v1");

    private Fixture() {}

    static List<WorkerStats> twoLoops() {
        WorkerStats first = new WorkerStats();
        WorkerStats second = new WorkerStats();
        cluster(first, "pod-1", 200, 3);
        cluster(first, "pod-2", 503, 12);
        cluster(second, "pod-3", 200, 900);
        first.cluster("pod-2", HTTPBIN).retryCodes().inc(502);
        first.route("pod-1", "a.route.v1").codes().inc(200);
        first.outliers("pod-1", HTTPBIN);
        first.checks("pod-1", HTTPBIN);
        http(first, "pod-1");
        http(second, "pod-3");
        tcp(second, "pod-3");
        first.listener("pod-1", "outbound").inc(ListenerStat.DOWNSTREAM_CX_TOTAL);
        first.listener("pod-1", "outbound").inc(ListenerStat.DOWNSTREAM_CX_ACTIVE);
        first.rateLimit("pod-1", "few").inc(RateLimitStat.ENABLED);
        first.access("pod-1").inc(ConnectionAccessStat.ALLOWED);
        for (PolicyCounts.Outcome outcome : PolicyCounts.Outcome.values()) {
            first.http("pod-1", "outbound_0.0.0.0_8000").policies().inc("tried_", "p", outcome);
        }
        first.listener("pod-1", "inbound").inc(ListenerStat.CAPTURE_REFUSED_OWN_LISTENER);
        second.listener("pod-3", "outbound").inc(ListenerStat.CAPTURE_REFUSED_OWN_LISTENER);
        second.listener("pod-3", "outbound").inc(ListenerStat.CAPTURE_REFUSED_LOOPBACK);
        SeriesLabels http = labels(Reporter.SOURCE, "http", true);
        first.requests(http).record(200, ResponseFlag.NONE, 3, 0, 100);
        first.requests(http).record(503, ResponseFlag.UPSTREAM_OVERFLOW, 0, 0, 81);
        second.requests(http).record(200, ResponseFlag.NONE, 900, 0, 100);
        SeriesLabels grpc = labels(Reporter.DESTINATION, "grpc", true);
        first.requests(grpc).record(200, 0, ResponseFlag.NONE, 3, 10, 20);
        first.requests(grpc).messages(1, 4);
        second.requests(grpc).messages(2, 1);
        SeriesLabels tcp = labels(Reporter.DESTINATION, "tcp", false);
        second.connections(tcp).opened();
        second.connections(tcp).received(10);
        second.connections(tcp).sent(20);
        second.connections(tcp).closed(ResponseFlag.NONE);
        return List.of(first, second);
    }

    private static void cluster(WorkerStats loop, String pod, int status, long millis) {
        var cluster = loop.cluster(pod, HTTPBIN);
        cluster.counters().inc(ClusterStat.UPSTREAM_RQ_TOTAL);
        cluster.counters().inc(ClusterStat.UPSTREAM_RQ_PENDING_TOTAL);
        cluster.counters().set(ClusterStat.UPSTREAM_CX_ACTIVE, 1);
        cluster.counters()
                .inc(status < 500 ? ClusterStat.UPSTREAM_RQ_2XX : ClusterStat.UPSTREAM_RQ_5XX);
        cluster.codes().inc(status);
        cluster.requestMillis().record(millis);
    }

    private static void http(WorkerStats loop, String pod) {
        var http = loop.http(pod, "outbound_0.0.0.0_8000");
        http.counters().inc(HttpStat.DOWNSTREAM_RQ_TOTAL);
        http.counters().add(HttpStat.DOWNSTREAM_CX_RX_BYTES_TOTAL, 70);
        http.counters().add(HttpStat.DOWNSTREAM_CX_TX_BYTES_TOTAL, 100);
        http.codes().inc(200);
    }

    private static void tcp(WorkerStats loop, String pod) {
        Counters<TcpStat> tcp = loop.tcp(pod, "PassthroughCluster");
        tcp.inc(TcpStat.DOWNSTREAM_CX_TOTAL);
        tcp.add(TcpStat.DOWNSTREAM_CX_RX_BYTES_TOTAL, 10);
        tcp.add(TcpStat.DOWNSTREAM_CX_TX_BYTES_TOTAL, 20);
    }

    static SeriesLabels labels(Reporter reporter, String protocol, boolean mutualTls) {
        return new SeriesLabels(
                reporter,
                SLEEP,
                reporter == Reporter.SOURCE ? BACKEND : PeerLabels.UNKNOWN,
                "httpbin.default.svc.cluster.local",
                "httpbin",
                "default",
                protocol,
                mutualTls);
    }

    static Counters<ServerStat> server() {
        Counters<ServerStat> server = new Counters<>(ServerStat.class);
        server.set(ServerStat.UPTIME, 61);
        server.set(ServerStat.LIVE, 1);
        server.set(ServerStat.CONCURRENCY, 2);
        return server;
    }

    static ProcessStats process() {
        return new ProcessStats(
                1.5,
                1_795_000_000,
                90_000_000,
                40,
                1024,
                new ProcessStats.Memory(20_000_000, 30_000_000, 64_000_000),
                new ProcessStats.Memory(40_000_000, 45_000_000, -1),
                new TreeMap<>(Map.of("direct", 4096L)),
                1_048_576,
                new TreeMap<>(Map.of("Copy", new ProcessStats.Collections(7, 0.021))));
    }
}
