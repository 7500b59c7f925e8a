package dev.fairlead.agent.ops.telemetry;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.agent.data.stats.Stat;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Stats as Envoy's admin prints them: {@code cluster.<name>.upstream_rq_total: 7}, sorted by name,
 * then the latencies; or the same as JSON.
 *
 * <p>Latencies come from {@code data.stats}' bounds, so between two of them a quantile is a guess
 * on a straight line. There are no intervals: their place is {@code nan}, as in an Envoy that
 * recorded nothing lately. Source: Envoy, "Administration interface", /stats.
 */
final class EnvoyText {

    private static final List<Double> QUANTILES =
            List.of(0.0, 25.0, 50.0, 75.0, 90.0, 95.0, 99.0, 99.5, 99.9, 100.0);

    private final SortedMap<String, Long> values = new TreeMap<>();
    private final SortedMap<String, HistogramTotal> histograms = new TreeMap<>();

    EnvoyText(StatsView view, StatFilter filter) {
        for (Scope scope : Scope.values()) {
            view.totals(scope).forEach((name, totals) -> collect(scope, name, totals, filter));
        }
    }

    private void collect(Scope scope, String name, StatTotals totals, StatFilter filter) {
        for (Stat stat : totals.stats()) {
            put(scope.textName(name, stat.statName()), totals.value(stat), filter);
        }
        totals.codes()
                .forEach((code, count) ->
                        put(
                                scope.textName(name, scope.responseStat() + "_" + code),
                                count,
                                filter));
        totals.retryStats()
                .forEach(
                        (stat, count) -> put(scope.textName(name, "retry." + stat), count, filter));
        totals.policies()
                .forEach((row, count) -> put(scope.textName(name, row.statName()), count, filter));
        totals.histograms()
                .forEach((stat, histogram) -> {
                    String text = scope.textName(name, stat);
                    if (filter.accepts(text, histogram.count())) {
                        histograms.put(text, histogram);
                    }
                });
    }

    private void put(String name, long value, StatFilter filter) {
        if (filter.accepts(name, value)) {
            values.put(name, value);
        }
    }

    String text() {
        StringBuilder text = new StringBuilder(values.size() * 96);
        values.forEach((name, value) -> text.append(name).append(": ").append(value).append('\n'));
        histograms.forEach((name, histogram) -> {
            text.append(name).append(':');
            if (histogram.count() == 0) {
                text.append(" No recorded values");
            } else {
                for (double quantile : QUANTILES) {
                    text.append(" P").append(plain(quantile)).append("(nan,");
                    text.append(plain(histogram.quantile(quantile / 100))).append(')');
                }
            }
            text.append('\n');
        });
        return text.toString();
    }

    private static String plain(double number) {
        return number == Math.rint(number)
                ? Long.toString((long) number)
                : String.format(Locale.ROOT, "%.5g", number).replaceFirst("\\.?0+$", "");
    }

    /** {@code {"stats":[{"name":…,"value":…},…,{"histograms":{…}}]}}. */
    String json() {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        ArrayNode stats = root.putArray("stats");
        values.forEach((name, value) -> stats.addObject().put("name", name).put("value", value));
        ObjectNode shown = stats.addObject().putObject("histograms");
        ArrayNode supported = shown.putArray("supported_quantiles");
        QUANTILES.forEach(supported::add);
        ArrayNode computed = shown.putArray("computed_quantiles");
        histograms.forEach((name, histogram) -> {
            ObjectNode one = computed.addObject().put("name", name);
            ArrayNode quantiles = one.putArray("values");
            for (double quantile : QUANTILES) {
                ObjectNode value = quantiles.addObject().putNull("interval");
                if (histogram.count() == 0) {
                    value.putNull("cumulative");
                } else {
                    value.put("cumulative", histogram.quantile(quantile / 100));
                }
            }
        });
        return root.toString();
    }
}
