package dev.fairlead.agent.ops.telemetry;

import dev.fairlead.agent.data.stats.Counters;
import dev.fairlead.agent.data.stats.RequestSeries;
import dev.fairlead.agent.data.stats.SeriesLabels;
import dev.fairlead.agent.data.stats.TcpSeries;
import dev.fairlead.agent.data.stats.WorkerStats;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What all worker loops have counted, summed over loops and pods, at one moment: that of the
 * scrape. Each number is right by itself; they are not read at one instant together.
 *
 * <p>Owner: the thread that renders a scrape. Cost: one pass over all counters.
 */
public final class StatsView {

    private static final Comparator<SeriesLabels> BY_TEXT =
            Comparator.comparing(SeriesLabels::toString);

    private final SortedMap<String, StatTotals> clusters;
    private final SortedMap<String, StatTotals> outliers;
    private final SortedMap<String, StatTotals> checks;
    private final SortedMap<String, StatTotals> http;
    private final SortedMap<String, StatTotals> routes;
    private final SortedMap<String, StatTotals> tcp;
    private final SortedMap<String, StatTotals> listeners;
    private final SortedMap<String, StatTotals> rateLimits;
    private final SortedMap<String, StatTotals> access;
    private final SortedMap<String, StatTotals> server = new TreeMap<>();
    private final SortedMap<SeriesLabels, List<RequestSeries>> requests = new TreeMap<>(BY_TEXT);
    private final SortedMap<SeriesLabels, List<TcpSeries>> connections = new TreeMap<>(BY_TEXT);

    private StatsView(List<WorkerStats> loops, @Nullable String pod) {
        clusters =
                sum(
                        loops,
                        pod,
                        WorkerStats::clusters,
                        each -> new StatTotals(each.counters()),
                        (all, each) ->
                                all.add(each.counters())
                                        .add(each.codes())
                                        .addRetried(each.retryCodes())
                                        .add("upstream_rq_time", each.requestMillis())
                                        .add("upstream_cx_connect_ms", each.connectMillis())
                                        .add("upstream_cx_length_ms", each.connectionMillis()));
        outliers = sum(loops, pod, WorkerStats::outliers, StatTotals::new, StatTotals::add);
        checks = sum(loops, pod, WorkerStats::checks, StatTotals::new, StatTotals::add);
        http =
                sum(
                        loops,
                        pod,
                        WorkerStats::http,
                        each -> new StatTotals(each.counters()),
                        (all, each) ->
                                all.add(each.counters()).add(each.codes()).add(each.policies()));
        routes =
                sum(
                        loops,
                        pod,
                        WorkerStats::routes,
                        each -> new StatTotals(each.counters()),
                        (all, each) ->
                                all.add(each.counters())
                                        .add(each.codes())
                                        .add("upstream_rq_time", each.requestMillis()));
        tcp = sum(loops, pod, WorkerStats::tcp, StatTotals::new, StatTotals::add);
        listeners = sum(loops, pod, WorkerStats::listeners, StatTotals::new, StatTotals::add);
        access = sum(loops, pod, WorkerStats::access, StatTotals::new, StatTotals::add);
        rateLimits = sum(loops, pod, WorkerStats::rateLimits, StatTotals::new, StatTotals::add);
    }

    private static <C> SortedMap<String, StatTotals> sum(
            List<WorkerStats> loops,
            @Nullable String pod,
            Function<WorkerStats, Map<WorkerStats.Key, C>> part,
            Function<C, StatTotals> empty,
            BiConsumer<StatTotals, C> add) {
        SortedMap<String, StatTotals> sums = new TreeMap<>();
        for (WorkerStats loop : loops) {
            part.apply(loop)
                    .forEach((key, each) -> {
                        if (pod == null || pod.equals(key.pod())) {
                            add.accept(
                                    sums.computeIfAbsent(key.name(), _ -> empty.apply(each)), each);
                        }
                    });
        }
        return sums;
    }

    /** Everything, one WorkerStats per loop, with the process's own. */
    public static StatsView of(List<WorkerStats> loops, Counters<ServerStat> server) {
        StatsView view = new StatsView(loops, null);
        view.server.put("", new StatTotals(server).add(server));
        for (WorkerStats loop : loops) {
            loop.requestSeries().forEach((labels, series) -> listAt(view.requests, labels, series));
            loop.tcpSeries().forEach((labels, series) -> listAt(view.connections, labels, series));
        }
        return view;
    }

    /**
     * What was counted for one pod. Istio's series are kept by workload, not by pod, and so are not
     * part of it.
     */
    public static StatsView ofPod(List<WorkerStats> loops, String uid) {
        return new StatsView(loops, uid);
    }

    private static <T> void listAt(
            SortedMap<SeriesLabels, List<T>> lists, SeriesLabels labels, T series) {
        lists.computeIfAbsent(labels, _ -> new ArrayList<>()).add(series);
    }

    /** By stat name of the cluster, prefix of the filter, or direction of the listener. */
    SortedMap<String, StatTotals> totals(Scope scope) {
        return switch (scope) {
            case CLUSTER -> clusters;
            case OUTLIERS -> outliers;
            case CHECKS -> checks;
            case HTTP -> http;
            case ROUTE -> routes;
            case TCP -> tcp;
            case LISTENER -> listeners;
            case RATE_LIMIT -> rateLimits;
            case ACCESS -> access;
            case SERVER -> server;
        };
    }

    public SortedMap<String, StatTotals> clusters() {
        return clusters;
    }

    public SortedMap<String, StatTotals> http() {
        return http;
    }

    public SortedMap<String, StatTotals> tcp() {
        return tcp;
    }

    /** By {@code inbound} and {@code outbound}. */
    public SortedMap<String, StatTotals> listeners() {
        return listeners;
    }

    SortedMap<SeriesLabels, List<RequestSeries>> requests() {
        return requests;
    }

    SortedMap<SeriesLabels, List<TcpSeries>> connections() {
        return connections;
    }
}
