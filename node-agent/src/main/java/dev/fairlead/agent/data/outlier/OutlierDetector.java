package dev.fairlead.agent.data.outlier;

import dev.fairlead.agent.data.stats.Counters;
import dev.fairlead.agent.data.stats.OutlierStat;
import dev.fairlead.agent.model.cluster.OutlierDetection;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * The endpoints of a cluster as one pod finds them: those that fail too often in a row, or in an
 * interval more than others, are ejected for a while that grows with each time.
 *
 * <p>Source: Envoy, "Outlier detection". Owner: the pod's worker loop, which calls {@link #tick}
 * every interval.
 */
public final class OutlierDetector {

    private final Counters<OutlierStat> stats;
    private final LongSupplier nanos;
    private final RandomGenerator random;
    private final Runnable changed;
    private final Set<OutlierMonitor> monitors = new LinkedHashSet<>();
    private OutlierDetection config;
    private int active;

    /**
     * @param changed is told when endpoints were ejected, or may be used again
     */
    public OutlierDetector(
            OutlierDetection config,
            Counters<OutlierStat> stats,
            LongSupplier nanos,
            RandomGenerator random,
            Runnable changed) {
        this.config = config;
        this.stats = stats;
        this.nanos = nanos;
        this.random = random;
        this.changed = changed;
    }

    public OutlierDetection config() {
        return config;
    }

    /** Holds from now on; what is known of endpoints stays. */
    public void become(OutlierDetection now) {
        config = now;
    }

    /** There is one more endpoint. */
    public OutlierMonitor add() {
        var monitor = new OutlierMonitor(this);
        monitors.add(monitor);
        return monitor;
    }

    /** An endpoint is gone: what is still said of it does not matter. */
    public void remove(OutlierMonitor monitor) {
        if (monitors.remove(monitor) && monitor.ejected()) {
            count(-1);
        }
    }

    private void count(int more) {
        active += more;
        stats.add(OutlierStat.EJECTIONS_ACTIVE, more);
    }

    /** So many errors came in a row. */
    void detected(OutlierMonitor monitor, EjectionType type) {
        if (monitor.ejected() || !monitors.contains(monitor)) {
            return;
        }
        stats.inc(type.detected());
        boolean ejected = tryEject(monitor, type);
        if (type == EjectionType.CONSECUTIVE_5XX) {
            stats.inc(OutlierStat.CONSECUTIVE_5XX);
        }
        monitor.forget(type);
        if (ejected) {
            changed.run();
        }
    }

    private boolean tryEject(OutlierMonitor monitor, EjectionType type) {
        boolean few = 100.0 * (active + 1) / monitors.size() <= config.maxEjectionPercent();
        if (!few && !(config.alwaysEjectOne() && active == 0)) {
            stats.inc(OutlierStat.OVERFLOW);
            return false;
        }
        if (type == EjectionType.CONSECUTIVE_5XX || type == EjectionType.SUCCESS_RATE) {
            stats.inc(OutlierStat.TOTAL);
        }
        if (!drawn(type.enforcedPercent(config))) {
            return false;
        }
        count(1);
        stats.inc(OutlierStat.ENFORCED_TOTAL);
        stats.inc(type.enforced());
        monitor.eject(nanos.getAsLong(), jitterNanos());
        return true;
    }

    private boolean drawn(int percent) {
        return percent >= 100 || percent > 0 && random.nextInt(100) < percent;
    }

    private long jitterNanos() {
        long most = config.maxJitter().toMillis();
        return most == 0 ? 0 : TimeUnit.MILLISECONDS.toNanos(random.nextLong(most + 1));
    }

    /** An interval has ended: endpoints come back, and are compared with each other. */
    public void tick() {
        long now = nanos.getAsLong();
        boolean any = false;
        for (OutlierMonitor monitor : monitors) {
            if (monitor.isDue(now)) {
                uneject(monitor, now);
                any = true;
            }
            monitor.turn();
        }
        any |= compare(false);
        any |= compare(true);
        for (OutlierMonitor monitor : monitors) {
            monitor.mend(now);
        }
        if (any) {
            changed.run();
        }
    }

    /** An active health check of it has succeeded. */
    public void checkSucceeded(OutlierMonitor monitor) {
        if (config.checkEndsEjection() && monitor.ejected() && monitors.contains(monitor)) {
            uneject(monitor, nanos.getAsLong());
            changed.run();
        }
    }

    private void uneject(OutlierMonitor monitor, long now) {
        count(-1);
        monitor.unejectAt(now);
    }

    /** Whether any was ejected for what it did in the last interval. */
    private boolean compare(boolean localOrigin) {
        var rates = config.successRate();
        var failures = config.failurePercentage();
        if (monitors.size() < rates.minHosts() && monitors.size() < failures.minHosts()) {
            return false;
        }
        List<OutlierMonitor> forRate = new ArrayList<>();
        List<OutlierMonitor> forFailures = new ArrayList<>();
        for (OutlierMonitor monitor : monitors) {
            SuccessRate rate = monitor.rate(localOrigin);
            if (monitor.ejected() || rate.volume() == 0) {
                continue;
            }
            if (rate.volume() >= Math.min(rates.requestVolume(), failures.requestVolume())) {
                monitor.show(localOrigin, rate.percent());
            }
            if (rate.volume() >= rates.requestVolume()) {
                forRate.add(monitor);
            }
            if (rate.volume() >= failures.requestVolume()) {
                forFailures.add(monitor);
            }
        }
        boolean any = false;
        if (!forRate.isEmpty() && forRate.size() >= rates.minHosts()) {
            any = ejectFarBelowTheMean(forRate, localOrigin);
        }
        if (!forFailures.isEmpty() && forFailures.size() >= failures.minHosts()) {
            any |= ejectWhatFailsTooMuch(forFailures, localOrigin);
        }
        return any;
    }

    private boolean ejectFarBelowTheMean(List<OutlierMonitor> some, boolean localOrigin) {
        double sum = 0;
        for (OutlierMonitor each : some) {
            sum += each.rate(localOrigin).percent();
        }
        double mean = sum / some.size();
        double variance = 0;
        for (OutlierMonitor each : some) {
            double off = each.rate(localOrigin).percent() - mean;
            variance += off * off / some.size();
        }
        double least = mean - config.successRate().stdevFactor() / 1000.0 * Math.sqrt(variance);
        boolean any = false;
        for (OutlierMonitor each : some) {
            if (each.rate(localOrigin).percent() < least) {
                stats.inc(OutlierStat.SUCCESS_RATE);
                any |=
                        detectedInInterval(
                                each,
                                localOrigin
                                        ? EjectionType.SUCCESS_RATE_LOCAL_ORIGIN
                                        : EjectionType.SUCCESS_RATE);
            }
        }
        return any;
    }

    private boolean ejectWhatFailsTooMuch(List<OutlierMonitor> some, boolean localOrigin) {
        boolean any = false;
        for (OutlierMonitor each : some) {
            if (100 - each.rate(localOrigin).percent() >= config.failurePercentage().threshold()) {
                any |=
                        detectedInInterval(
                                each,
                                localOrigin
                                        ? EjectionType.FAILURE_PERCENTAGE_LOCAL_ORIGIN
                                        : EjectionType.FAILURE_PERCENTAGE);
            }
        }
        return any;
    }

    private boolean detectedInInterval(OutlierMonitor monitor, EjectionType type) {
        stats.inc(type.detected());
        return !monitor.ejected() && tryEject(monitor, type);
    }
}
