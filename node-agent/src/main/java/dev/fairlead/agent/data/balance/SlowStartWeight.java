package dev.fairlead.agent.data.balance;

import dev.fairlead.agent.model.cluster.LoadBalancing.SlowStart;
import java.util.concurrent.TimeUnit;

/** How much of its weight an endpoint has that has just become healthy. */
final class SlowStartWeight {

    private SlowStartWeight() {}

    /**
     * Above 0, at most 1. Source: Envoy, "Slow start mode".
     *
     * @param ageNanos since it became healthy
     */
    static double part(SlowStart slowStart, long ageNanos) {
        long window = slowStart.window().toNanos();
        if (ageNanos >= window) {
            return 1;
        }
        long age = Math.max(TimeUnit.MILLISECONDS.toNanos(1), ageNanos);
        double part = Math.pow((double) age / window, 1 / slowStart.aggression());
        return Math.clamp(Math.max(part, slowStart.minWeightPercent() / 100), 1e-9, 1);
    }
}
