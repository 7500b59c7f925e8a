package dev.fairlead.agent.data.upstream;

import dev.fairlead.agent.data.outlier.OutlierDetector;
import dev.fairlead.agent.data.outlier.OutlierMonitor;
import dev.fairlead.agent.model.cluster.Cluster;
import dev.fairlead.agent.model.cluster.OutlierDetection;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Outlier detection of one cluster, where it asks for it: which endpoints are watched, and the
 * timer of its intervals.
 *
 * <p>Owner: the pod's worker loop.
 */
final class ClusterOutliers {

    private final PodContext context;
    private final String statName;
    private final Runnable changed;
    private @Nullable OutlierDetector detector;
    private @Nullable Future<?> timer;

    /**
     * @param changed is told when the health of endpoints has changed
     */
    ClusterOutliers(PodContext context, Cluster cluster, Runnable changed) {
        this.context = context;
        this.statName = cluster.statName();
        this.changed = changed;
    }

    /** Holds from now on for {@code hosts}, which are all. */
    void install(@Nullable OutlierDetection now, Collection<UpstreamHost> hosts) {
        OutlierDetector known = detector;
        if (now == null) {
            hosts.forEach(this::forget);
            close();
            return;
        }
        if (known == null) {
            detector =
                    new OutlierDetector(
                            now,
                            context.stats().outliers(context.pod().uid(), statName),
                            context.nanos(),
                            context.random(),
                            changed);
            arm(now.interval());
        } else if (!now.equals(known.config())) {
            Duration before = known.config().interval();
            known.become(now);
            if (!before.equals(now.interval())) {
                arm(now.interval());
            }
        }
        hosts.forEach(this::watch);
    }

    private void arm(Duration interval) {
        stop();
        timer =
                context.loop()
                        .scheduleWithFixedDelay(
                                this::tick,
                                interval.toNanos(),
                                interval.toNanos(),
                                TimeUnit.NANOSECONDS);
    }

    private void tick() {
        OutlierDetector current = detector;
        if (current != null) {
            current.tick();
        }
    }

    /** One more endpoint. */
    void watch(UpstreamHost host) {
        OutlierDetector current = detector;
        if (current != null && host.outliers() == null) {
            host.watch(current.add());
        }
    }

    /** It is gone, or of no more interest. */
    void forget(UpstreamHost host) {
        OutlierMonitor monitor = host.outliers();
        if (monitor != null) {
            host.watch(null);
            if (detector != null) {
                detector.remove(monitor);
            }
        }
    }

    /** An active health check of it has succeeded. */
    void checkSucceeded(UpstreamHost host) {
        OutlierMonitor monitor = host.outliers();
        if (monitor != null && detector != null) {
            detector.checkSucceeded(monitor);
        }
    }

    /** Nothing is watched any more. */
    void close() {
        stop();
        detector = null;
    }

    private void stop() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }
}
