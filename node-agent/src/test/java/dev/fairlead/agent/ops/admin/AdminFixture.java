package dev.fairlead.agent.ops.admin;

import dev.fairlead.agent.data.stats.ClusterStat;
import dev.fairlead.agent.data.stats.EndpointState;
import dev.fairlead.agent.data.stats.HttpStat;
import dev.fairlead.agent.data.stats.ListenerStat;
import dev.fairlead.agent.data.stats.WorkerStats;
import dev.fairlead.agent.model.cluster.Cluster;
import dev.fairlead.agent.model.cluster.Cluster.Discovery;
import dev.fairlead.agent.model.cluster.Cluster.LbPolicy;
import dev.fairlead.agent.model.cluster.Endpoint;
import dev.fairlead.agent.model.cluster.Endpoints;
import dev.fairlead.agent.model.cluster.UpstreamTransport;
import dev.fairlead.agent.model.listener.Listener;
import dev.fairlead.agent.model.snapshot.Snapshot;
import dev.fairlead.agent.model.workload.CaptureExclusions;
import dev.fairlead.agent.model.workload.LocalPod;
import dev.fairlead.agent.model.workload.Workload;
import dev.fairlead.agent.model.workload.WorkloadIndex;
import dev.fairlead.agent.ops.lifecycle.Readiness;
import dev.fairlead.agent.ops.telemetry.BuildInfo;
import dev.fairlead.agent.ops.telemetry.Telemetry;
import dev.fairlead.wire.identity.SpiffeId;
import dev.fairlead.wire.logging.LogLevels;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * An agent with one enrolled pod, as the admin server sees it; tests change what they are about.
 */
final class AdminFixture {

    static final String HTTPBIN = "outbound|8000||httpbin.default.svc.cluster.local";
    static final SpiffeId SLEEP = new SpiffeId("cluster.local", "default", "sleep");
    static final Instant NOW = Instant.parse("2026-11-21T16:00:00Z");

    final Readiness readiness = new Readiness();
    final WorkerStats stats = new WorkerStats();
    final Map<ConfigDumpSource.Kind, List<ConfigDumpSource.Resource>> resources =
            new EnumMap<>(ConfigDumpSource.Kind.class);

    AdminFixture() {
        var cluster = stats.cluster("uid-1", HTTPBIN);
        cluster.counters().inc(ClusterStat.UPSTREAM_RQ_PENDING_TOTAL);
        var http = stats.http("uid-1", "outbound_8000");
        http.counters().add(HttpStat.DOWNSTREAM_RQ_TOTAL, 5);
        http.counters().add(HttpStat.DOWNSTREAM_CX_RX_BYTES_TOTAL, 700);
        http.counters().add(HttpStat.DOWNSTREAM_CX_TX_BYTES_TOTAL, 900);
        var listener = stats.listener("uid-1", "outbound");
        listener.add(ListenerStat.DOWNSTREAM_CX_TOTAL, 3);
        listener.inc(ListenerStat.DOWNSTREAM_CX_ACTIVE);
        listener.inc(ListenerStat.CAPTURE_REFUSED_LOOPBACK);
        stats.cluster("uid-gone", "other").counters().inc(ClusterStat.UPSTREAM_RQ_TOTAL);
    }

    /** What a pod finds of the one endpoint. */
    void finds(String pod, boolean ejected, double successRate) {
        stats.watch(
                pod,
                HTTPBIN,
                new InetSocketAddress(address("198.18.2.11"), 80),
                new EndpointState() {
                    @Override
                    public boolean ejected() {
                        return ejected;
                    }

                    @Override
                    public boolean failsChecks() {
                        return successRate == 0;
                    }

                    @Override
                    public double successRate() {
                        return successRate;
                    }

                    @Override
                    public double localOriginSuccessRate() {
                        return -1;
                    }
                });
    }

    AdminSources sources() {
        return new AdminSources(
                "node-1",
                NOW.minusSeconds(90),
                Clock.fixed(NOW, ZoneOffset.UTC),
                Map.of("FAIRLEAD_NODE", "node-1"),
                new Telemetry(() -> List.of(stats), readiness, new BuildInfo("0.1.0")),
                readiness,
                LogLevels.ofThisProcess(),
                AdminFixture::snapshot,
                configuration(),
                List::of,
                () ->
                        List.of(
                                new WorkloadSource.EnrolledPod(
                                        pod(), 1, NOW.minusSeconds(60), "captured")));
    }

    private ConfigDumpSource configuration() {
        return new ConfigDumpSource() {
            @Override
            public List<Resource> resources(Kind kind) {
                return resources.getOrDefault(kind, List.of());
            }

            @Override
            public String version() {
                return "42";
            }
        };
    }

    static LocalPod pod() {
        return new LocalPod(
                "uid-1",
                "default",
                "sleep-1",
                SLEEP,
                Path.of("/run/netns/sleep-1"),
                List.of(address("198.18.1.10")),
                CaptureExclusions.NONE);
    }

    private static Snapshot snapshot() {
        Workload sleep =
                new Workload(
                        "uid-1",
                        "default",
                        "sleep-1",
                        SLEEP,
                        Map.of("app", "sleep"),
                        List.of(address("198.18.1.10")),
                        "node-1",
                        true,
                        false,
                        "sleep",
                        List.of(),
                        Workload.Membership.UNTOLD);
        Cluster httpbin =
                new Cluster(
                        HTTPBIN,
                        HTTPBIN,
                        Discovery.EDS,
                        HTTPBIN,
                        LbPolicy.LEAST_REQUEST,
                        Duration.ofSeconds(10),
                        new UpstreamTransport.Plaintext());
        return new Snapshot(
                "42",
                Map.of("default", listener("outbound|default")),
                Map.of("uid-1", listener("inbound|uid-1")),
                Map.of(),
                Map.of(HTTPBIN, httpbin),
                Map.of(
                        HTTPBIN,
                        new Endpoints(
                                HTTPBIN,
                                List.of(
                                        new Endpoint(
                                                new InetSocketAddress(address("198.18.2.11"), 80),
                                                1,
                                                true)))),
                new WorkloadIndex(List.of(sleep)));
    }

    private static Listener listener(String name) {
        return new Listener(name, List.of(), null, Duration.ZERO);
    }

    private static InetAddress address(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (IOException e) {
            throw new IllegalArgumentException(text, e);
        }
    }
}
