package dev.fairlead.agent.data.stats;

/**
 * Values of one closed set of stats.
 *
 * <p>Owner: one worker loop writes; any thread reads. Cost of an increment: one array store.
 */
public final class Counters<S extends Enum<S> & Stat> {

    private final S[] stats;
    private final long[] values;

    public Counters(Class<S> type) {
        stats = type.getEnumConstants();
        values = new long[stats.length];
    }

    public void inc(S stat) {
        values[stat.ordinal()]++;
    }

    public void dec(S stat) {
        values[stat.ordinal()]--;
    }

    public void add(S stat, long amount) {
        values[stat.ordinal()] += amount;
    }

    public void set(S stat, long value) {
        values[stat.ordinal()] = value;
    }

    /** Adds another's counters; what is a gauge stays. */
    void addCounters(Counters<S> other) {
        for (S stat : stats) {
            if (stat.kind() == Stat.Kind.COUNTER) {
                add(stat, other.get(stat));
            }
        }
    }

    public long get(S stat) {
        return values[stat.ordinal()];
    }

    /** The whole set, in order. Not to be changed. */
    public S[] stats() {
        return stats;
    }
}
