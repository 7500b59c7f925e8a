package dev.fairlead.agent.ops.telemetry;

import dev.fairlead.agent.data.stats.Counters;
import dev.fairlead.agent.data.stats.EndpointState;
import dev.fairlead.agent.data.stats.ListenerStat;
import dev.fairlead.agent.data.stats.WorkerStats;
import dev.fairlead.agent.ops.lifecycle.Readiness;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Scrapes: everything that is counted, in one of three forms.
 *
 * <p>Thread-safe; each call reads anew and runs on its caller's thread.
 */
public final class Telemetry {

    /** Of {@link #prometheus}. */
    public static final String PROMETHEUS_CONTENT_TYPE = PrometheusExposition.CONTENT_TYPE;

    private final Supplier<List<WorkerStats>> loops;
    private final Readiness readiness;
    private final BuildInfo build;

    /** {@code loops} gives one WorkerStats for each worker loop. */
    public Telemetry(Supplier<List<WorkerStats>> loops, Readiness readiness, BuildInfo build) {
        this.loops = loops;
        this.readiness = readiness;
        this.build = build;
    }

    /**
     * Envoy's text.
     *
     * @param pod UID of the only pod that is wanted; null: all, and the process
     */
    public String text(StatFilter filter, @Nullable String pod) {
        return new EnvoyText(view(pod, ProcessStats.now()), filter).text();
    }

    /** Envoy's JSON. */
    public String json(StatFilter filter, @Nullable String pod) {
        return new EnvoyText(view(pod, ProcessStats.now()), filter).json();
    }

    /**
     * Prometheus' text; the filter is for Envoy's stats, and drops the others where it names any.
     */
    public String prometheus(StatFilter filter, @Nullable String pod) {
        ProcessStats process = ProcessStats.now();
        StatsView view = view(pod, process);
        Stream<Family> others =
                pod == null
                        ? Stream.concat(IstioFamilies.of(view), ProcessFamilies.of(process, build))
                                .filter(family -> filter.accepts(family.metric().name()))
                        : Stream.of();
        return PrometheusExposition.text(Stream.concat(EnvoyFamilies.of(view, filter), others));
    }

    /** What one pod's counters sum up to. */
    public StatsView ofPod(String uid) {
        return StatsView.ofPod(loops.get(), uid);
    }

    /**
     * How pods find the endpoints that they watch.
     *
     * @param pod UID of the only pod that is wanted; null: all
     */
    public Map<WorkerStats.Endpoint, EndpointState> endpoints(@Nullable String pod) {
        Map<WorkerStats.Endpoint, EndpointState> all = new HashMap<>();
        for (WorkerStats loop : loops.get()) {
            loop.endpoints()
                    .forEach((endpoint, state) -> {
                        if (pod == null || pod.equals(endpoint.cluster().pod())) {
                            all.put(endpoint, state);
                        }
                    });
        }
        return all;
    }

    public BuildInfo build() {
        return build;
    }

    private StatsView view(@Nullable String pod, ProcessStats process) {
        List<WorkerStats> all = loops.get();
        return pod == null ? StatsView.of(all, server(all, process)) : StatsView.ofPod(all, pod);
    }

    private Counters<ServerStat> server(List<WorkerStats> all, ProcessStats process) {
        Counters<ServerStat> server = new Counters<>(ServerStat.class);
        Readiness.State state = readiness.state();
        long connections = 0;
        for (WorkerStats loop : all) {
            for (var listener : loop.listeners().values()) {
                connections += listener.get(ListenerStat.DOWNSTREAM_CX_ACTIVE);
            }
        }
        server.set(
                ServerStat.UPTIME,
                Math.round(System.currentTimeMillis() / 1e3 - process.startSeconds()));
        server.set(ServerStat.LIVE, state == Readiness.State.DRAINING ? 0 : 1);
        server.set(ServerStat.STATE, state.ordinal());
        server.set(ServerStat.VERSION, build.number());
        server.set(ServerStat.CONCURRENCY, all.size());
        server.set(ServerStat.MEMORY_ALLOCATED, process.heap().used() + process.nettyDirectBytes());
        server.set(ServerStat.MEMORY_HEAP_SIZE, process.heap().committed());
        server.set(ServerStat.TOTAL_CONNECTIONS, connections);
        return server;
    }
}
