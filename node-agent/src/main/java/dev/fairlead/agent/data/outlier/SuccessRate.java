package dev.fairlead.agent.data.outlier;

/**
 * How many of an endpoint's requests went well: of the interval that runs, and of the last whole
 * one.
 *
 * <p>Owner: its monitor.
 */
final class SuccessRate {

    /** Nothing is known. */
    static final double NONE = -1;

    private long good;
    private long all;
    private long lastGood;
    private long lastAll;

    void add(boolean well) {
        all++;
        good += well ? 1 : 0;
    }

    /** The interval has ended, and the next begins. */
    void turn() {
        lastGood = good;
        lastAll = all;
        good = 0;
        all = 0;
    }

    /** Of the last interval. */
    long volume() {
        return lastAll;
    }

    /** Of the last interval; only where there was a request. */
    double percent() {
        return 100.0 * lastGood / lastAll;
    }
}
