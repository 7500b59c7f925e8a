package dev.fairlead.agent.ops.telemetry;

import dev.fairlead.agent.data.stats.ClusterStat;
import dev.fairlead.agent.data.stats.HttpStat;
import dev.fairlead.agent.data.stats.ListenerStat;
import dev.fairlead.agent.data.stats.OutlierStat;
import dev.fairlead.agent.data.stats.RateLimitStat;
import dev.fairlead.agent.data.stats.Stat;
import dev.fairlead.agent.data.stats.TcpStat;
import dev.fairlead.agent.ops.telemetry.Metric.Stability;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Envoy's stats under the names that Envoy's own {@code /stats/prometheus} gives them: the
 * cluster's or filter's name, the response's code and its class are labels.
 *
 * <p>Source: Envoy, "Statistics", tag extraction; the names in Istio's dashboards.
 */
final class EnvoyFamilies {

    private static final String REFUSED = "capture_refused_";

    /** One stat that goes into a metric, with the value of the metric's own label, or "". */
    private record Member(Stat stat, String extra) {}

    /** A metric and the stats in it; none: the counts by exact response code. */
    private record Source(Scope scope, Metric metric, List<Member> members) {
        boolean named() {
            return metric.labels().contains(scope.label());
        }
    }

    /** A histogram of a cluster. */
    private record Time(String stat, Metric metric) {}

    private static final List<Source> SOURCES = sources();

    private static final List<Time> TIMES =
            List.of(
                    time("upstream_rq_time", "How long requests took, from sent to answered."),
                    time("upstream_cx_connect_ms", "How long connections took to be there."),
                    time("upstream_cx_length_ms", "How long connections lived."));

    private EnvoyFamilies() {}

    private static Time time(String stat, String help) {
        return new Time(
                stat,
                new Metric(
                        "envoy_cluster_" + stat,
                        Metric.Type.HISTOGRAM,
                        "milliseconds",
                        List.of(Scope.CLUSTER.label()),
                        help,
                        Stability.STABLE));
    }

    private static List<Source> sources() {
        Map<String, Source> byName = new LinkedHashMap<>();
        Map<Scope, Stat[]> all = new LinkedHashMap<>();
        all.put(Scope.CLUSTER, ClusterStat.values());
        all.put(Scope.OUTLIERS, OutlierStat.values());
        all.put(Scope.HTTP, HttpStat.values());
        all.put(Scope.TCP, TcpStat.values());
        all.put(Scope.LISTENER, ListenerStat.values());
        all.put(Scope.RATE_LIMIT, RateLimitStat.values());
        all.put(Scope.SERVER, ServerStat.values());
        all.forEach((scope, stats) -> {
            for (Stat stat : stats) {
                Source source = source(scope, stat);
                byName.computeIfAbsent(source.metric().name(), _ -> source)
                        .members()
                        .add(new Member(stat, extra(stat.statName())));
            }
            if (scope == Scope.CLUSTER || scope == Scope.HTTP) {
                Metric codes =
                        metric(
                                scope,
                                scope.responseStat(),
                                Metric.Type.COUNTER,
                                "envoy_response_code",
                                "Responses by status code.");
                byName.put(codes.name(), new Source(scope, codes, List.of()));
            }
        });
        return List.copyOf(byName.values());
    }

    private static Source source(Scope scope, Stat stat) {
        String name = stat.statName();
        Metric metric;
        if (isOfCodes(name)) {
            metric =
                    metric(
                            scope,
                            name.substring(0, name.length() - 3) + "xx",
                            Metric.Type.COUNTER,
                            "envoy_response_code_class",
                            "Responses by class of status code.");
        } else if (name.startsWith(REFUSED)) {
            metric =
                    new Metric(
                            "fairlead_capture_refused_total",
                            Metric.Type.COUNTER,
                            "",
                            List.of("reason"),
                            "Captured connections that were reset because of their destination.",
                            Stability.STABLE);
        } else {
            Metric.Type type =
                    stat.kind() == Stat.Kind.COUNTER ? Metric.Type.COUNTER : Metric.Type.GAUGE;
            metric = metric(scope, name, type, "", stat.help());
        }
        return new Source(scope, metric, new ArrayList<>());
    }

    private static Metric metric(
            Scope scope, String stat, Metric.Type type, String extraLabel, String help) {
        List<String> labels =
                Stream.of(extraLabel, scope.label()).filter(label -> !label.isEmpty()).toList();
        String unit = stat.contains("bytes") || stat.startsWith("memory") ? "bytes" : "";
        return new Metric(
                "envoy_" + scope.word() + "_" + stat.replace('.', '_'),
                type,
                stat.equals("uptime") ? "seconds" : unit,
                labels,
                help,
                Stability.STABLE);
    }

    /** Of responses by the first digit of their code. */
    private static boolean isOfCodes(String statName) {
        return statName.endsWith("xx") && statName.contains("_rq_");
    }

    private static String extra(String statName) {
        if (isOfCodes(statName)) {
            return statName.substring(statName.length() - 3, statName.length() - 2);
        }
        return statName.startsWith(REFUSED) ? statName.substring(REFUSED.length()) : "";
    }

    static List<Metric> declared() {
        List<Metric> all = new ArrayList<>(SOURCES.stream().map(Source::metric).toList());
        TIMES.forEach(time -> all.add(time.metric()));
        return all;
    }

    /** One family after the other, so that no more than one is held in memory at a time. */
    static Stream<Family> of(StatsView view, StatFilter filter) {
        return Stream.concat(
                SOURCES.stream().map(source -> family(source, view, filter)),
                TIMES.stream().map(time -> times(time, view, filter)));
    }

    private static Family family(Source source, StatsView view, StatFilter filter) {
        Family family = new Family(source.metric());
        var totals = view.totals(source.scope());
        if (source.members().isEmpty()) {
            totals.forEach((name, each) -> addCodes(family, source.scope(), name, each, filter));
        } else if (source.named() || source.scope() == Scope.SERVER) {
            totals.forEach((name, each) -> addEach(family, source, name, each, filter));
        } else {
            addSums(family, source, totals, filter);
        }
        return family;
    }

    private static void addEach(
            Family family, Source source, String name, StatTotals totals, StatFilter filter) {
        for (Member member : source.members()) {
            long value = totals.value(member.stat());
            if (filter.accepts(source.scope().textName(name, member.stat().statName()), value)) {
                family.add(labels(source.scope(), member.extra(), name), value);
            }
        }
    }

    /** A series for each member: the sum over all names. */
    private static void addSums(
            Family family, Source source, Map<String, StatTotals> totals, StatFilter filter) {
        for (Member member : source.members()) {
            long sum = 0;
            boolean wanted = false;
            for (var each : totals.entrySet()) {
                sum += each.getValue().value(member.stat());
                wanted |=
                        filter.accepts(
                                source.scope().textName(each.getKey(), member.stat().statName()));
            }
            if (wanted && (sum != 0 || !filter.usedOnly())) {
                family.add(List.of(member.extra()), sum);
            }
        }
    }

    private static void addCodes(
            Family family, Scope scope, String name, StatTotals totals, StatFilter filter) {
        totals.codes()
                .forEach((code, count) -> {
                    String stat = scope.responseStat() + "_" + code;
                    if (filter.accepts(scope.textName(name, stat), count)) {
                        family.add(labels(scope, Integer.toString(code), name), count);
                    }
                });
    }

    private static Family times(Time time, StatsView view, StatFilter filter) {
        Family family = new Family(time.metric());
        view.totals(Scope.CLUSTER)
                .forEach((name, totals) -> {
                    HistogramTotal millis = totals.histograms().get(time.stat());
                    String text = Scope.CLUSTER.textName(name, time.stat());
                    if (millis != null && filter.accepts(text, millis.count())) {
                        family.add(List.of(name), millis);
                    }
                });
        return family;
    }

    private static List<String> labels(Scope scope, String extra, String name) {
        if (scope.label().isEmpty()) {
            return List.of();
        }
        return extra.isEmpty() ? List.of(name) : List.of(extra, name);
    }
}
