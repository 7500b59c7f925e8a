package dev.fairlead.agent.ops.telemetry;

import java.util.ArrayList;
import java.util.List;

/**
 * All series of one metric at a scrape.
 *
 * <p>Owner: the thread that renders the scrape.
 */
final class Family {

    private final Metric metric;
    private final List<Point> points = new ArrayList<>();

    Family(Metric metric) {
        this.metric = metric;
    }

    /**
     * One number.
     *
     * @param suffix what follows the metric's name: {@code _bucket}, {@code _sum}, {@code _count}
     * @param labels values in the order of the metric's labels
     * @param bound value of {@code le}; empty: no such label
     */
    record Point(String suffix, List<String> labels, String bound, double value) {}

    Family add(List<String> labels, double value) {
        points.add(new Point("", labels, "", value));
        return this;
    }

    Family add(List<String> labels, long value) {
        return add(labels, (double) value);
    }

    Family add(List<String> labels, HistogramTotal histogram) {
        for (int i = 0; i < histogram.size(); i++) {
            String bound = Long.toString(histogram.bound(i));
            points.add(new Point("_bucket", labels, bound, (double) histogram.cumulative(i)));
        }
        points.add(new Point("_bucket", labels, "+Inf", (double) histogram.count()));
        addSummary(labels, (double) histogram.count(), (double) histogram.sum());
        return this;
    }

    Family addSummary(List<String> labels, double count, double sum) {
        points.add(new Point("_count", labels, "", count));
        points.add(new Point("_sum", labels, "", sum));
        return this;
    }

    Metric metric() {
        return metric;
    }

    List<Point> points() {
        return points;
    }
}
