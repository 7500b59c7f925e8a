package dev.fairlead.agent.ops.admin;

import dev.fairlead.agent.data.stats.ClusterStat;
import dev.fairlead.agent.data.stats.HttpStat;
import dev.fairlead.agent.data.stats.ListenerStat;
import dev.fairlead.agent.data.stats.Stat;
import dev.fairlead.agent.data.stats.TcpStat;
import dev.fairlead.agent.ops.telemetry.StatTotals;
import dev.fairlead.agent.ops.telemetry.StatsView;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a pod's traffic sums up to.
 *
 * @param received bytes from whoever opened the connection
 * @param sent bytes to them
 * @param refused connections reset because of their destination
 * @param limits of clusters whose circuit breakers are open, or held something up
 */
record PodTotals(
        Direction inbound,
        Direction outbound,
        long requests,
        long received,
        long sent,
        long refused,
        SortedMap<String, Limits> limits) {

    /**
     * What a cluster's circuit breakers do.
     *
     * @param waiting requests that wait for a connection
     * @param overflows connections and requests that were one too many
     */
    record Limits(long connections, long requests, long waiting, long overflows) {}

    /** Connections, at all and open. */
    record Direction(long total, long active) {}

    static PodTotals of(StatsView view) {
        long received =
                sum(view.http(), HttpStat.DOWNSTREAM_CX_RX_BYTES_TOTAL)
                        + sum(view.tcp(), TcpStat.DOWNSTREAM_CX_RX_BYTES_TOTAL);
        long sent =
                sum(view.http(), HttpStat.DOWNSTREAM_CX_TX_BYTES_TOTAL)
                        + sum(view.tcp(), TcpStat.DOWNSTREAM_CX_TX_BYTES_TOTAL);
        long refused = 0;
        for (ListenerStat stat : ListenerStat.values()) {
            if (stat.statName().startsWith("capture_refused_")) {
                refused += sum(view.listeners(), stat);
            }
        }
        return new PodTotals(
                direction(view, "inbound"),
                direction(view, "outbound"),
                sum(view.http(), HttpStat.DOWNSTREAM_RQ_TOTAL),
                received,
                sent,
                refused,
                limits(view));
    }

    private static SortedMap<String, Limits> limits(StatsView view) {
        SortedMap<String, Limits> limits = new TreeMap<>();
        view.clusters()
                .forEach((name, each) -> {
                    var now =
                            new Limits(
                                    each.value(ClusterStat.UPSTREAM_CX_ACTIVE),
                                    each.value(ClusterStat.UPSTREAM_RQ_ACTIVE),
                                    each.value(ClusterStat.UPSTREAM_RQ_PENDING_ACTIVE),
                                    each.value(ClusterStat.UPSTREAM_RQ_PENDING_OVERFLOW)
                                            + each.value(ClusterStat.UPSTREAM_RQ_ACTIVE_OVERFLOW)
                                            + each.value(ClusterStat.UPSTREAM_CX_OVERFLOW));
                    if (now.waiting() + now.overflows() > 0) {
                        limits.put(name, now);
                    }
                });
        return limits;
    }

    private static Direction direction(StatsView view, String name) {
        StatTotals listener = view.listeners().get(name);
        return listener == null
                ? new Direction(0, 0)
                : new Direction(
                        listener.value(ListenerStat.DOWNSTREAM_CX_TOTAL),
                        listener.value(ListenerStat.DOWNSTREAM_CX_ACTIVE));
    }

    private static long sum(Map<String, StatTotals> totals, Stat stat) {
        return totals.values().stream().mapToLong(each -> each.value(stat)).sum();
    }
}
