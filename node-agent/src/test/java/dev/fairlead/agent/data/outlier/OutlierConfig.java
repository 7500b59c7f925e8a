package dev.fairlead.agent.data.outlier;

import dev.fairlead.agent.model.cluster.OutlierDetection;
import dev.fairlead.agent.model.cluster.OutlierDetection.FailurePercentage;
import dev.fairlead.agent.model.cluster.OutlierDetection.SuccessRate;
import java.time.Duration;
import java.util.List;

/** Builds a configuration; what a test does not say is off, or ejects all that it finds. */
public final class OutlierConfig {

    private int consecutive5xx;
    private int enforcing5xx = 100;
    private int gateway;
    private boolean split;
    private int localOrigin;
    private Duration interval = Duration.ofSeconds(10);
    private Duration base = Duration.ofSeconds(30);
    private Duration max = Duration.ofSeconds(300);
    private Duration jitter = Duration.ZERO;
    private int maxPercent = 100;
    private boolean always;
    private boolean checkEnds = true;
    private SuccessRate rate = new SuccessRate(0, 0, 5, 100, 1900);
    private List<Integer> errors = List.of();
    private FailurePercentage failures = new FailurePercentage(0, 0, 85, 5, 50);

    public OutlierConfig consecutive5xx(int errors) {
        consecutive5xx = errors;
        return this;
    }

    public OutlierConfig enforcing5xx(int percent) {
        enforcing5xx = percent;
        return this;
    }

    public OutlierConfig gateway(int errors) {
        gateway = errors;
        return this;
    }

    public OutlierConfig split(int errors) {
        split = true;
        localOrigin = errors;
        return this;
    }

    public OutlierConfig interval(Duration now) {
        interval = now;
        return this;
    }

    public OutlierConfig ejection(Duration nowBase, Duration nowMax) {
        base = nowBase;
        max = nowMax;
        return this;
    }

    public OutlierConfig jitter(Duration most) {
        jitter = most;
        return this;
    }

    public OutlierConfig maxPercent(int percent) {
        maxPercent = percent;
        return this;
    }

    public OutlierConfig alwaysOne() {
        always = true;
        return this;
    }

    public OutlierConfig checkDoesNotEnd() {
        checkEnds = false;
        return this;
    }

    public OutlierConfig rate(SuccessRate now) {
        rate = now;
        return this;
    }

    public OutlierConfig failures(FailurePercentage now) {
        failures = now;
        return this;
    }

    public OutlierConfig errors(Integer... statuses) {
        errors = List.of(statuses);
        return this;
    }

    public OutlierDetection build() {
        return new OutlierDetection(
                consecutive5xx,
                enforcing5xx,
                gateway,
                100,
                split,
                localOrigin,
                100,
                interval,
                base,
                max,
                jitter,
                maxPercent,
                always,
                checkEnds,
                rate,
                failures,
                errors);
    }
}
