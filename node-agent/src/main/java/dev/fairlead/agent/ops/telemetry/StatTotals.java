package dev.fairlead.agent.ops.telemetry;

import dev.fairlead.agent.data.stats.ClusterStat;
import dev.fairlead.agent.data.stats.CodeCounts;
import dev.fairlead.agent.data.stats.Counters;
import dev.fairlead.agent.data.stats.Histogram;
import dev.fairlead.agent.data.stats.PolicyCounts;
import dev.fairlead.agent.data.stats.Stat;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The sum of one cluster's, filter's or listener's counters over loops and pods.
 *
 * <p>Owner: the thread that renders a scrape.
 */
public final class StatTotals {

    /** Each pod and loop sees the same, so these are not added up. */
    private static final Set<Stat> SAME_FOR_ALL =
            Set.of(
                    ClusterStat.MEMBERSHIP_TOTAL,
                    ClusterStat.MEMBERSHIP_DEGRADED,
                    ClusterStat.MEMBERSHIP_EXCLUDED,
                    ClusterStat.MAX_HOST_WEIGHT);

    /** Each pod sees what it has not ejected; the fewest count. */
    private static final Stat LEAST = ClusterStat.MEMBERSHIP_HEALTHY;

    private final List<? extends Stat> stats;
    private boolean any;
    private final long[] values;
    private final SortedMap<Integer, Long> codes = new TreeMap<>();
    private final SortedMap<Integer, Long> retryCodes = new TreeMap<>();
    private final Map<PolicyCounts.Row, Long> policies = new HashMap<>();
    private final SortedMap<String, HistogramTotal> histograms = new TreeMap<>();

    <S extends Enum<S> & Stat> StatTotals(Counters<S> like) {
        stats = List.of(like.stats());
        values = new long[stats.size()];
    }

    <S extends Enum<S> & Stat> StatTotals add(Counters<S> counters) {
        for (S stat : counters.stats()) {
            int i = stat.ordinal();
            long value = counters.get(stat);
            if (stat == LEAST) {
                values[i] = any ? Math.min(values[i], value) : value;
            } else if (SAME_FOR_ALL.contains(stat)) {
                values[i] = Math.max(values[i], value);
            } else {
                values[i] += value;
            }
        }
        any = true;
        return this;
    }

    StatTotals add(CodeCounts more) {
        add(codes, more);
        return this;
    }

    StatTotals add(PolicyCounts more) {
        more.forEach((row, count) -> policies.merge(row, count, Long::sum));
        return this;
    }

    /** Of answers that no client saw. */
    StatTotals addRetried(CodeCounts more) {
        add(retryCodes, more);
        return this;
    }

    private static void add(SortedMap<Integer, Long> sums, CodeCounts more) {
        for (int code : more.codes()) {
            sums.merge(code, more.count(code), Long::sum);
        }
    }

    StatTotals add(String name, Histogram more) {
        histograms.computeIfAbsent(name, _ -> new HistogramTotal(more)).add(more);
        return this;
    }

    public List<? extends Stat> stats() {
        return stats;
    }

    public long value(Stat stat) {
        return values[stat.ordinal()];
    }

    /** Responses by exact status code; empty for what has none. */
    public SortedMap<Integer, Long> codes() {
        return Collections.unmodifiableSortedMap(codes);
    }

    /**
     * Likewise of answers that no client saw, as their requests were sent again: by what follows
     * {@code retry.} in Envoy's names, exact codes, their classes and their sum.
     */
    public SortedMap<String, Long> retryStats() {
        SortedMap<String, Long> stats = new TreeMap<>();
        retryCodes.forEach((code, count) -> {
            stats.put("upstream_rq_" + code, count);
            stats.merge("upstream_rq_" + code / 100 + "xx", count, Long::sum);
            stats.merge("upstream_rq_completed", count, Long::sum);
        });
        return stats;
    }

    /** What policies of access rules have decided; empty for what has none. */
    Map<PolicyCounts.Row, Long> policies() {
        return policies;
    }

    /** By name, in milliseconds; empty for what is no cluster. */
    SortedMap<String, HistogramTotal> histograms() {
        return histograms;
    }
}
