package dev.fairlead.agent.data.outlier;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.data.stats.Counters;
import dev.fairlead.agent.data.stats.OutlierStat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Whatever is said of endpoints, in whatever order: limits hold and what is counted is so. */
class OutlierModelTest {

    private static final Duration BASE = Duration.ofSeconds(3);
    private static final Duration MOST = Duration.ofSeconds(7);

    private Counters<OutlierStat> stats = new Counters<>(OutlierStat.class);
    private long nowNanos;
    private int changes;

    @Property(tries = 300)
    void invariants(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 12) int count,
            @ForAll @IntRange(min = 0, max = 100) int maxPercent,
            @ForAll boolean always,
            @ForAll boolean split) {
        stats = new Counters<>(OutlierStat.class);
        var random = new SplittableRandom(seed);
        var config =
                new OutlierConfig()
                        .consecutive5xx(2)
                        .gateway(3)
                        .interval(Duration.ofSeconds(1))
                        .ejection(BASE, MOST)
                        .maxPercent(maxPercent);
        config = always ? config.alwaysOne() : config;
        config = split ? config.split(2) : config;
        var detector =
                new OutlierDetector(
                        config.build(), stats, () -> nowNanos, random.split(), () -> changes++);
        List<OutlierMonitor> hosts = new ArrayList<>();
        Map<OutlierMonitor, Long> since = new HashMap<>();
        for (int i = 0; i < count; i++) {
            hosts.add(detector.add());
        }
        for (int step = 0; step < 400 && !hosts.isEmpty(); step++) {
            int changesBefore = changes;
            int before = ejected(hosts);
            OutlierMonitor host = hosts.get(random.nextInt(hosts.size()));
            boolean membership = false;
            switch (random.nextInt(10)) {
                case 0 -> host.answered(200);
                case 1, 2, 3 -> host.answered(500 + random.nextInt(6));
                case 4 -> host.failed();
                case 5 -> host.timedOut(504);
                case 6 -> host.reached();
                case 7 -> {
                    if (random.nextInt(10) == 0) {
                        detector.remove(host);
                        hosts.remove(host);
                        membership = true;
                    }
                }
                default -> {
                    nowNanos += Duration.ofSeconds(1).toNanos();
                    detector.tick();
                }
            }
            int now = ejected(hosts);
            assertThat(stats.get(OutlierStat.EJECTIONS_ACTIVE)).isEqualTo(now);
            if (now > before) {
                boolean first = always && now == 1;
                assertThat(first || 100.0 * now / hosts.size() <= maxPercent).isTrue();
            }
            if (now != before && !membership) {
                assertThat(changes).as("is told").isEqualTo(changesBefore + 1);
            }
            for (OutlierMonitor each : hosts) {
                if (each.ejected()) {
                    since.putIfAbsent(each, nowNanos);
                    assertThat(nowNanos - since.get(each)).isLessThan(MOST.toNanos() + 1);
                } else if (since.containsKey(each)) {
                    assertThat(nowNanos - since.remove(each))
                            .isGreaterThanOrEqualTo(BASE.toNanos());
                }
            }
        }
    }

    private static int ejected(List<OutlierMonitor> hosts) {
        return (int) hosts.stream().filter(OutlierMonitor::ejected).count();
    }
}
