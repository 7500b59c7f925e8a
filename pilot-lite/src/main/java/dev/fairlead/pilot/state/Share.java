package dev.fairlead.pilot.state;

/** A part of all requests, to a ten-thousandth of a percent. */
public record Share(int millionths) {

    public static final Share ALL = ofPercent(100);
    public static final Share NONE = new Share(0);

    private static final int OF_A_PERCENT = 10_000;

    public Share {
        if (millionths < 0 || millionths > 100 * OF_A_PERCENT) {
            throw new IllegalArgumentException(millionths + " millionths");
        }
    }

    /** What is finer than a ten-thousandth is cut off, as in Istio. */
    public static Share ofPercent(double percent) {
        return new Share((int) (percent * OF_A_PERCENT));
    }

    public boolean isNone() {
        return millionths == 0;
    }
}
