package dev.fairlead.agent.ops.telemetry;

import dev.fairlead.agent.data.stats.CheckStat;
import dev.fairlead.agent.data.stats.ClusterStat;
import dev.fairlead.agent.data.stats.ConnectionAccessStat;
import dev.fairlead.agent.data.stats.HttpStat;
import dev.fairlead.agent.data.stats.ListenerStat;
import dev.fairlead.agent.data.stats.OutlierStat;
import dev.fairlead.agent.data.stats.PolicyCounts;
import dev.fairlead.agent.data.stats.RateLimitStat;
import dev.fairlead.agent.data.stats.RouteStat;
import dev.fairlead.agent.data.stats.Stat;
import dev.fairlead.agent.data.stats.TcpStat;
import dev.fairlead.agent.ops.telemetry.Metric.Stability;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Envoy's stats under the names that Envoy's own {@code /stats/prometheus} gives them: the
 * cluster's or filter's name, the response's code and its class are labels.
 *
 * <p>Source: Envoy, "Statistics", tag extraction; the names in Istio's dashboards.
 */
final class EnvoyFamilies {

    private static final String REFUSED = "capture_refused_";
    private static final String ANSWERED = "How long requests took, from sent to answered.";

    /** One stat that goes into a metric, with the value of the metric's own label, or "". */
    private record Member(Stat stat, String extra) {}

    /** A metric and the stats in it; none: the counts by exact response code. */
    private record Source(Scope scope, Metric metric, List<Member> members) {
        boolean named() {
            return !scope.labels().isEmpty() && metric.labels().containsAll(scope.labels());
        }
    }

    /** A histogram of a cluster or route. */
    private record Time(Scope scope, String stat, Metric metric) {}

    private static final List<Source> SOURCES = sources();

    /** What came of tries that no client saw; the last part of each name is in the text's. */
    private static final Metric RETRIED =
            metric(
                    Scope.CLUSTER,
                    "retry_upstream_rq",
                    Metric.Type.COUNTER,
                    "envoy_response_code",
                    "Responses that were retried, by status code.");

    private static final Metric RETRIED_CLASS =
            metric(
                    Scope.CLUSTER,
                    "retry_upstream_rq_xx",
                    Metric.Type.COUNTER,
                    "envoy_response_code_class",
                    "Responses that were retried, by class of status code.");
    private static final Metric RETRIED_ALL =
            metric(
                    Scope.CLUSTER,
                    "retry_upstream_rq_completed",
                    Metric.Type.COUNTER,
                    "",
                    "Responses that were retried.");

    /** What policies decided, by outcome. */
    private static final Map<PolicyCounts.Outcome, Metric> POLICIES = policies();

    private static final List<Time> TIMES =
            List.of(
                    time(Scope.CLUSTER, "upstream_rq_time", ANSWERED),
                    time(Scope.ROUTE, "upstream_rq_time", ANSWERED),
                    time(
                            Scope.CLUSTER,
                            "upstream_cx_connect_ms",
                            "How long connections took to be there."),
                    time(Scope.CLUSTER, "upstream_cx_length_ms", "How long connections lived."));

    private EnvoyFamilies() {}

    private static Map<PolicyCounts.Outcome, Metric> policies() {
        Map<PolicyCounts.Outcome, Metric> byOutcome = new EnumMap<>(PolicyCounts.Outcome.class);
        for (PolicyCounts.Outcome outcome : PolicyCounts.Outcome.values()) {
            byOutcome.put(
                    outcome,
                    new Metric(
                            "envoy_http_rbac_policy_" + outcome.statName(),
                            Metric.Type.COUNTER,
                            "",
                            List.of(
                                    "envoy_http_conn_manager_prefix",
                                    "envoy_rbac_policy_name",
                                    "shadow_rules"),
                            "Requests that a policy has matched, with what became of them or"
                                    + " would have.",
                            Stability.STABLE));
        }
        return byOutcome;
    }

    private static Time time(Scope scope, String stat, String help) {
        return new Time(
                scope,
                stat,
                new Metric(
                        "envoy_" + scope.metricWord() + "_" + stat,
                        Metric.Type.HISTOGRAM,
                        "milliseconds",
                        scope.labels(),
                        help,
                        Stability.STABLE));
    }

    private static List<Source> sources() {
        Map<String, Source> byName = new LinkedHashMap<>();
        Map<Scope, Stat[]> all = new LinkedHashMap<>();
        all.put(Scope.CLUSTER, ClusterStat.values());
        all.put(Scope.OUTLIERS, OutlierStat.values());
        all.put(Scope.CHECKS, CheckStat.values());
        all.put(Scope.HTTP, HttpStat.values());
        all.put(Scope.ROUTE, RouteStat.values());
        all.put(Scope.TCP, TcpStat.values());
        all.put(Scope.LISTENER, ListenerStat.values());
        all.put(Scope.RATE_LIMIT, RateLimitStat.values());
        all.put(Scope.ACCESS, ConnectionAccessStat.values());
        all.put(Scope.SERVER, ServerStat.values());
        all.forEach((scope, stats) -> {
            for (Stat stat : stats) {
                Source source = source(scope, stat);
                byName.computeIfAbsent(source.metric().name(), _ -> source)
                        .members()
                        .add(new Member(stat, extra(stat.statName())));
            }
            if (scope == Scope.CLUSTER || scope == Scope.HTTP || scope == Scope.ROUTE) {
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
        List<String> labels = new ArrayList<>(scope.labels());
        if (!extraLabel.isEmpty()) {
            labels.addFirst(extraLabel);
        }
        String unit = stat.contains("bytes") || stat.startsWith("memory") ? "bytes" : "";
        return new Metric(
                "envoy_" + scope.metricWord() + "_" + stat.replace('.', '_'),
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
        all.addAll(List.of(RETRIED, RETRIED_CLASS, RETRIED_ALL));
        all.addAll(POLICIES.values());
        return all;
    }

    /** One family after the other, so that no more than one is held in memory at a time. */
    static Stream<Family> of(StatsView view, StatFilter filter) {
        return Stream.of(
                        SOURCES.stream().map(source -> family(source, view, filter)),
                        TIMES.stream().map(time -> times(time, view, filter)),
                        Stream.of(RETRIED, RETRIED_CLASS, RETRIED_ALL)
                                .map(metric -> retried(metric, view, filter)),
                        POLICIES.keySet().stream().map(outcome -> decided(outcome, view, filter)))
                .flatMap(families -> families);
    }

    private static Family family(Source source, StatsView view, StatFilter filter) {
        Family family = new Family(source.metric());
        var totals = view.totals(source.scope());
        if (source.members().isEmpty()) {
            totals.forEach((name, each) -> addCodes(family, source.scope(), name, each, filter));
        } else if (source.named() || source.scope().labels().isEmpty()) {
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

    private static Family decided(PolicyCounts.Outcome outcome, StatsView view, StatFilter filter) {
        Family family = new Family(Objects.requireNonNull(POLICIES.get(outcome)));
        view.totals(Scope.HTTP)
                .forEach((name, totals) ->
                        totals.policies()
                                .forEach((row, count) -> {
                                    String text = Scope.HTTP.textName(name, row.statName());
                                    if (row.outcome() == outcome && filter.accepts(text, count)) {
                                        family.add(
                                                List.of(name, row.policy(), row.prefix()), count);
                                    }
                                }));
        return family;
    }

    private static Family retried(Metric metric, StatsView view, StatFilter filter) {
        Family family = new Family(metric);
        view.totals(Scope.CLUSTER)
                .forEach((name, totals) ->
                        totals.retryStats()
                                .forEach((stat, count) -> {
                                    String extra = extraOfRetried(metric, stat);
                                    String text = Scope.CLUSTER.textName(name, "retry." + stat);
                                    if (extra != null && filter.accepts(text, count)) {
                                        family.add(labels(Scope.CLUSTER, extra, name), count);
                                    }
                                }));
        return family;
    }

    /** Value of the metric's own label, "" where it has none; null: {@code stat} is not its. */
    @SuppressWarnings("ReferenceEquality") // one of three constants
    private static @Nullable String extraOfRetried(Metric metric, String stat) {
        String last = stat.substring(stat.lastIndexOf('_') + 1);
        boolean ofClass = last.endsWith("xx");
        boolean ofAll = last.equals("completed");
        if (metric == RETRIED_ALL) {
            return ofAll ? "" : null;
        }
        if (metric == RETRIED_CLASS) {
            return ofClass ? last.substring(0, 1) : null;
        }
        return ofClass || ofAll ? null : last;
    }

    private static Family times(Time time, StatsView view, StatFilter filter) {
        Family family = new Family(time.metric());
        Scope scope = time.scope();
        view.totals(scope)
                .forEach((name, totals) -> {
                    HistogramTotal millis = totals.histograms().get(time.stat());
                    String text = scope.textName(name, time.stat());
                    if (millis != null && filter.accepts(text, millis.count())) {
                        family.add(scope.labelValues(name), millis);
                    }
                });
        return family;
    }

    private static List<String> labels(Scope scope, String extra, String name) {
        List<String> values = scope.labelValues(name);
        if (values.isEmpty() || extra.isEmpty()) {
            return values;
        }
        List<String> all = new ArrayList<>(values);
        all.addFirst(extra);
        return all;
    }
}
