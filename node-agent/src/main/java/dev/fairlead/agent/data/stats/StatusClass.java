package dev.fairlead.agent.data.stats;

import dev.fairlead.agent.data.stats.WorkerStats.ClusterCounters;
import dev.fairlead.agent.data.stats.WorkerStats.HttpCounters;
import dev.fairlead.agent.data.stats.WorkerStats.RouteCounters;

/** Counts a response by its exact status and by its class. */
public final class StatusClass {

    private static final HttpStat[] HTTP = {
        HttpStat.DOWNSTREAM_RQ_1XX,
        HttpStat.DOWNSTREAM_RQ_2XX,
        HttpStat.DOWNSTREAM_RQ_3XX,
        HttpStat.DOWNSTREAM_RQ_4XX,
        HttpStat.DOWNSTREAM_RQ_5XX
    };
    private static final ClusterStat[] CLUSTER = {
        ClusterStat.UPSTREAM_RQ_1XX,
        ClusterStat.UPSTREAM_RQ_2XX,
        ClusterStat.UPSTREAM_RQ_3XX,
        ClusterStat.UPSTREAM_RQ_4XX,
        ClusterStat.UPSTREAM_RQ_5XX
    };

    private static final RouteStat[] ROUTE = {
        RouteStat.UPSTREAM_RQ_1XX,
        RouteStat.UPSTREAM_RQ_2XX,
        RouteStat.UPSTREAM_RQ_3XX,
        RouteStat.UPSTREAM_RQ_4XX,
        RouteStat.UPSTREAM_RQ_5XX
    };

    private StatusClass() {}

    public static void count(RouteCounters counters, int status) {
        counters.codes().inc(status);
        counters.counters().inc(RouteStat.UPSTREAM_RQ_COMPLETED);
        if (status >= 100 && status < 600) {
            counters.counters().inc(ROUTE[status / 100 - 1]);
        }
    }

    public static void count(HttpCounters counters, int status) {
        counters.codes().inc(status);
        counters.counters().inc(HttpStat.DOWNSTREAM_RQ_COMPLETED);
        if (status >= 100 && status < 600) {
            counters.counters().inc(HTTP[status / 100 - 1]);
        }
    }

    public static void count(ClusterCounters counters, int status) {
        counters.codes().inc(status);
        counters.counters().inc(ClusterStat.UPSTREAM_RQ_COMPLETED);
        if (status >= 100 && status < 600) {
            counters.counters().inc(CLUSTER[status / 100 - 1]);
        }
    }
}
