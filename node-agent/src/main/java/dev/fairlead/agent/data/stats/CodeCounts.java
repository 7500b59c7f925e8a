package dev.fairlead.agent.data.stats;

import java.util.Arrays;

/**
 * Counts by a small number, such as a status code: few different ones, found by a short scan.
 *
 * <p>Owner: one worker loop writes; any thread reads and may miss a number that is being added.
 */
public final class CodeCounts {

    private volatile int[] codes = {};
    private long[] counts = {};

    public void inc(int code) {
        add(code, 1);
    }

    void addAll(CodeCounts other) {
        for (int code : other.codes()) {
            add(code, other.count(code));
        }
    }

    private void add(int code, long amount) {
        int[] known = codes;
        for (int i = 0; i < known.length; i++) {
            if (known[i] == code) {
                counts[i] += amount;
                return;
            }
        }
        counts = Arrays.copyOf(counts, known.length + 1);
        counts[known.length] = amount;
        int[] grown = Arrays.copyOf(known, known.length + 1);
        grown[known.length] = code;
        codes = grown;
    }

    /** Numbers counted so far. */
    public int[] codes() {
        return codes.clone();
    }

    public long count(int code) {
        int[] known = codes;
        long[] values = counts;
        for (int i = 0; i < known.length; i++) {
            if (known[i] == code) {
                return values[i];
            }
        }
        return 0;
    }
}
