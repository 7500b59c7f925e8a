package dev.fairlead.agent.data.outlier;

import org.jspecify.annotations.Nullable;

/**
 * What came of one pod's requests to one endpoint, and whether the pod leaves it alone for now.
 *
 * <p>What did not come from the endpoint itself (it cannot be reached, it says nothing in time) is
 * local origin: it counts as a 503 or 504, or by itself where that is asked for. Source: Envoy,
 * "Outlier detection", detection types. Owner: the pod's worker loop; {@link #ejected} and the
 * rates may be read from anywhere.
 */
public final class OutlierMonitor {

    private final OutlierDetector detector;
    private final SuccessRate external = new SuccessRate();
    private final SuccessRate local = new SuccessRate();
    private int consecutive5xx;
    private int consecutiveGateway;
    private int consecutiveLocalOrigin;
    private volatile boolean ejected;
    private volatile double externalShown = SuccessRate.NONE;
    private volatile double localShown = SuccessRate.NONE;
    private long ejectedAtNanos;
    private long jitterNanos;
    private @Nullable Long unejectedAtNanos;

    /** Ejections that still count: each makes the next longer, and time makes them fewer. */
    private int backOff;

    OutlierMonitor(OutlierDetector detector) {
        this.detector = detector;
    }

    /** It answered. */
    public void answered(int status) {
        answered(status, status);
    }

    /** It answered a gRPC call, whose own status stands for {@code meant}. */
    public void answered(int status, int meant) {
        counts(detector.config().counted(status, meant));
    }

    private void counts(int status) {
        boolean bad = status >= 500 && status < 600;
        external.add(!bad);
        if (!bad) {
            consecutive5xx = 0;
            consecutiveGateway = 0;
            return;
        }
        if (status >= 502 && status <= 504) {
            consecutiveGateway++;
            if (consecutiveGateway == detector.config().consecutiveGateway()) {
                detector.detected(this, EjectionType.CONSECUTIVE_GATEWAY_FAILURE);
            }
        } else {
            consecutiveGateway = 0;
        }
        consecutive5xx++;
        if (consecutive5xx == detector.config().consecutive5xx()) {
            detector.detected(this, EjectionType.CONSECUTIVE_5XX);
        }
    }

    /** A connection for a request was there. Whether the request goes well is another matter. */
    public void reached() {
        if (detector.config().splitLocalOrigin()) {
            localOrigin(true);
        }
    }

    /** An opaque connection was there, which is all that can be known of it. */
    public void connected() {
        if (detector.config().splitLocalOrigin()) {
            localOrigin(true);
        } else {
            counts(200);
        }
    }

    /** No connection was to be had, or it ended before the answer did. */
    public void failed() {
        if (detector.config().splitLocalOrigin()) {
            localOrigin(false);
        } else {
            counts(503);
        }
    }

    /** It did not answer in time; {@code status} is what the client got instead. */
    public void timedOut(int status) {
        if (detector.config().splitLocalOrigin()) {
            localOrigin(false);
        } else {
            counts(status);
        }
    }

    private void localOrigin(boolean well) {
        local.add(well);
        if (well) {
            consecutiveLocalOrigin = 0;
            return;
        }
        consecutiveLocalOrigin++;
        if (consecutiveLocalOrigin == detector.config().consecutiveLocalOrigin()) {
            detector.detected(this, EjectionType.CONSECUTIVE_LOCAL_ORIGIN_FAILURE);
        }
    }

    /** So that a new bout of errors is seen even if nothing goes well in between. */
    void forget(EjectionType type) {
        switch (type) {
            case CONSECUTIVE_5XX -> consecutive5xx = 0;
            case CONSECUTIVE_GATEWAY_FAILURE -> consecutiveGateway = 0;
            case CONSECUTIVE_LOCAL_ORIGIN_FAILURE -> consecutiveLocalOrigin = 0;
            default -> throw new IllegalArgumentException(type + " is not counted in a row");
        }
    }

    /** The pod leaves it alone for now. */
    public boolean ejected() {
        return ejected;
    }

    void eject(long nowNanos, long jitterNanos) {
        ejected = true;
        ejectedAtNanos = nowNanos;
        long base = detector.config().baseEjection().toNanos();
        long most = detector.config().maxEjection().toNanos();
        if (backOff * base < most + base) {
            backOff++;
        }
        this.jitterNanos = jitterNanos;
    }

    /** Whether it has been left alone for long enough. */
    boolean isDue(long nowNanos) {
        long base = detector.config().baseEjection().toNanos();
        long most = detector.config().maxEjection().toNanos();
        return ejected && nowNanos - ejectedAtNanos >= Math.min(base * backOff, most) + jitterNanos;
    }

    void unejectAt(long nowNanos) {
        ejected = false;
        unejectedAtNanos = nowNanos;
        consecutive5xx = 0;
        consecutiveGateway = 0;
        consecutiveLocalOrigin = 0;
    }

    /** An interval has ended. */
    void turn() {
        external.turn();
        local.turn();
        externalShown = SuccessRate.NONE;
        localShown = SuccessRate.NONE;
    }

    /** It was well for an interval: its next ejection will be shorter. */
    void mend(long nowNanos) {
        if (!ejected
                && backOff > 0
                && unejectedAtNanos != null
                && nowNanos - unejectedAtNanos >= detector.config().interval().toNanos()) {
            backOff--;
        }
    }

    SuccessRate rate(boolean ofLocalOrigin) {
        return ofLocalOrigin ? local : external;
    }

    /** There were enough requests for the last interval's rate to mean something. */
    void show(boolean ofLocalOrigin, double percent) {
        if (ofLocalOrigin) {
            localShown = percent;
        } else {
            externalShown = percent;
        }
    }

    /** Percent of the last interval's answers that were no errors; -1: too few to tell. */
    public double successRate() {
        return externalShown;
    }

    /** Likewise of attempts to reach it. */
    public double localOriginSuccessRate() {
        return localShown;
    }
}
