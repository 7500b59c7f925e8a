package dev.fairlead.agent.ops.telemetry;

import dev.fairlead.agent.data.stats.Histogram;

/**
 * The sum of histograms with the same bounds, as it was when read.
 *
 * <p>Owner: the thread that renders a scrape.
 */
public final class HistogramTotal {

    private final long[] bounds;
    private final long[] counts;
    private long sum;

    /** Empty, with the bounds of {@code like}. */
    HistogramTotal(Histogram like) {
        bounds = new long[like.size()];
        for (int i = 0; i < bounds.length; i++) {
            bounds[i] = like.bound(i);
        }
        counts = new long[bounds.length + 1];
    }

    HistogramTotal add(Histogram histogram) {
        for (int i = 0; i < counts.length; i++) {
            counts[i] += histogram.count(i);
        }
        sum += histogram.sum();
        return this;
    }

    /** How many bounds there are; one more bucket has none. */
    int size() {
        return bounds.length;
    }

    long bound(int i) {
        return bounds[i];
    }

    /** Values at or below bound {@code i}. */
    long cumulative(int i) {
        long all = 0;
        for (int k = 0; k <= i; k++) {
            all += counts[k];
        }
        return all;
    }

    long count() {
        return cumulative(bounds.length);
    }

    long sum() {
        return sum;
    }

    /**
     * The value below which the share {@code q} of all lies, on a straight line through its bucket,
     * as Prometheus' histogram_quantile has it; the last bound for what lies beyond it. NaN where
     * nothing was recorded.
     *
     * @param q from 0 to 1
     */
    double quantile(double q) {
        long all = count();
        if (all == 0) {
            return Double.NaN;
        }
        double rank = q * all;
        long below = 0;
        for (int i = 0; i < bounds.length; i++) {
            if (counts[i] > 0 && below + counts[i] >= rank) {
                double from = i == 0 ? 0 : bounds[i - 1];
                return from + (bounds[i] - from) * Math.max(0, rank - below) / counts[i];
            }
            below += counts[i];
        }
        return bounds[bounds.length - 1];
    }
}
