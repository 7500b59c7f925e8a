package dev.fairlead.agent.data.stats;

/**
 * Counts of values by upper bound, as Prometheus' histograms have them.
 *
 * <p>Owner: one worker loop writes; any thread reads. Cost: a short scan of the bounds.
 */
public final class Histogram {

    /** Istio's bounds for milliseconds. */
    private static final long[] MILLIS = {
        1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 300_000, 600_000,
        1_800_000, 3_600_000
    };

    /** Istio's bounds for bytes. */
    private static final long[] BYTES = {
        1, 8, 64, 512, 4096, 32_768, 262_144, 2_097_152, 16_777_216, 134_217_728, 1_073_741_824
    };

    private final long[] bounds;
    private final long[] counts;
    private long sum;

    private Histogram(long[] bounds) {
        this.bounds = bounds;
        this.counts = new long[bounds.length + 1];
    }

    public static Histogram ofMillis() {
        return new Histogram(MILLIS);
    }

    public static Histogram ofBytes() {
        return new Histogram(BYTES);
    }

    public void record(long value) {
        int i = 0;
        while (i < bounds.length && value > bounds[i]) {
            i++;
        }
        counts[i]++;
        sum += value;
    }

    /** Adds another's values, which has the same bounds. */
    void addAll(Histogram other) {
        for (int i = 0; i < counts.length; i++) {
            counts[i] += other.counts[i];
        }
        sum += other.sum;
    }

    /** How many bounds there are; there is one count more. */
    public int size() {
        return bounds.length;
    }

    /** Upper bound {@code i}, inclusive. */
    public long bound(int i) {
        return bounds[i];
    }

    /**
     * How many values fell between bound {@code i-1} and bound {@code i}; the last one has no
     * bound.
     */
    public long count(int i) {
        return counts[i];
    }

    public long sum() {
        return sum;
    }
}
