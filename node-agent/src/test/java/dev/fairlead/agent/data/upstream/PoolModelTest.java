package dev.fairlead.agent.data.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.data.stats.ClusterStat;
import dev.fairlead.agent.model.cluster.CircuitBreakers;
import dev.fairlead.agent.model.cluster.ConnectionPool;
import dev.fairlead.agent.model.cluster.LoadBalancing;
import dev.fairlead.agent.model.cluster.TrafficPolicy;
import dev.fairlead.agent.model.request.ResponseFlag;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

/**
 * Pools under random arrivals, ends, failures and limits, against what must hold at every moment.
 */
class PoolModelTest {

    private static final int HOSTS = 3;

    @Property(tries = 300)
    void limitsHoldAndEveryRequestEndsOnce(
            @ForAll @LongRange(min = 0) long seed,
            @ForAll @IntRange(min = 1, max = 4) int maxConnections,
            @ForAll @IntRange(min = 0, max = 6) int maxPending,
            @ForAll @IntRange(min = 1, max = 6) int maxRequests,
            @ForAll @IntRange(min = 0, max = 3) int perConnection) {
        var random = new SplittableRandom(seed);
        try (var pod = new FakePod(HOSTS)) {
            pod.install(policy(maxConnections, maxPending, maxRequests, perConnection));
            long connectionsBound = maxConnections;
            long pendingBound = maxPending;
            long requestsBound = maxRequests;
            for (int step = 0; step < 120; step++) {
                switch (random.nextInt(12)) {
                    case 0, 1, 2, 3 -> pod.ask(random.nextInt(HOSTS));
                    case 4, 5 -> pod.finishConnecting(random, true);
                    case 6, 7, 8 -> pod.answer(random);
                    case 9 -> {
                        if (random.nextBoolean()) {
                            pod.finishConnecting(random, false);
                        } else {
                            pod.breakConnection(random);
                        }
                    }
                    case 10 -> pod.cancel(random);
                    default -> {
                        maxConnections = 1 + random.nextInt(4);
                        maxPending = random.nextInt(6);
                        maxRequests = 1 + random.nextInt(6);
                        pod.install(policy(maxConnections, maxPending, maxRequests, perConnection));
                    }
                }
                pod.run();
                connectionsBound = Math.max(maxConnections, connectionsBound);
                pendingBound = Math.max(maxPending, pendingBound);
                requestsBound = Math.max(maxRequests, requestsBound);
                assertThat(pod.count(ClusterStat.UPSTREAM_RQ_ACTIVE))
                        .isEqualTo(pod.active())
                        .isLessThanOrEqualTo(requestsBound);
                assertThat(pod.count(ClusterStat.UPSTREAM_RQ_PENDING_ACTIVE))
                        .isEqualTo(pod.waiting())
                        .isLessThanOrEqualTo(pendingBound);
                assertThat(pod.count(ClusterStat.UPSTREAM_CX_ACTIVE))
                        .isEqualTo(pod.connections())
                        .isLessThanOrEqualTo(connectionsBound + HOSTS); // one for each, always
                requestsBound = pod.count(ClusterStat.UPSTREAM_RQ_ACTIVE);
                pendingBound = pod.count(ClusterStat.UPSTREAM_RQ_PENDING_ACTIVE);
                connectionsBound = pod.count(ClusterStat.UPSTREAM_CX_ACTIVE);
                assertThat(pod.stuckHosts()).isEmpty();
                booksAddUp(pod);
            }
            pod.settle();
            assertThat(pod.waiting() + pod.active()).isZero();
            booksAddUp(pod);
            assertThat(pod.ends()).allMatch(times -> times == 1);
            pod.closePod();
            for (ClusterStat stat : ClusterStat.values()) {
                if (stat.kind() == ClusterStat.Kind.GAUGE
                        && stat != ClusterStat.MAX_HOST_WEIGHT
                        && !stat.statName().contains("member")) {
                    assertThat(pod.count(stat)).as(stat.statName()).isZero();
                }
            }
        }
    }

    private static void booksAddUp(FakePod pod) {
        long served = pod.count(ClusterStat.UPSTREAM_RQ_TOTAL);
        long overflow =
                pod.count(ClusterStat.UPSTREAM_RQ_PENDING_OVERFLOW)
                        + pod.count(ClusterStat.UPSTREAM_RQ_ACTIVE_OVERFLOW);
        long ejected = pod.count(ClusterStat.UPSTREAM_RQ_PENDING_FAILURE_EJECT);
        long cancelled = pod.count(ClusterStat.UPSTREAM_RQ_CANCELLED);
        assertThat(served + overflow + ejected + cancelled + pod.waiting()).isEqualTo(pod.asked());
        assertThat(pod.failedWith(ResponseFlag.UPSTREAM_OVERFLOW)).isEqualTo(overflow);
        assertThat(pod.failedWith(ResponseFlag.UPSTREAM_CONNECT_FAILURE)).isEqualTo(ejected);
        assertThat(pod.count(ClusterStat.UPSTREAM_CX_TOTAL))
                .isEqualTo(
                        pod.count(ClusterStat.UPSTREAM_CX_ACTIVE)
                                + pod.count(ClusterStat.UPSTREAM_CX_DESTROY));
        assertThat(pod.count(ClusterStat.UPSTREAM_CX_DESTROY))
                .isEqualTo(
                        pod.count(ClusterStat.UPSTREAM_CX_DESTROY_LOCAL)
                                + pod.count(ClusterStat.UPSTREAM_CX_DESTROY_REMOTE));
    }

    /** Features 3.1, point 16. */
    @Property(tries = 50)
    void withOneRequestAConnectionEveryRequestHasWaitedOrOverflowed(
            @ForAll @LongRange(min = 0) long seed) {
        var random = new SplittableRandom(seed);
        try (var pod = new FakePod(1)) {
            pod.install(policy(1, 1, 1024, 1));
            for (int step = 0; step < 60; step++) {
                switch (random.nextInt(3)) {
                    case 0 -> pod.ask(0);
                    case 1 -> pod.finishConnecting(random, true);
                    default -> pod.answer(random);
                }
                pod.run();
            }
            assertThat(
                            pod.count(ClusterStat.UPSTREAM_RQ_PENDING_TOTAL)
                                    + pod.count(ClusterStat.UPSTREAM_RQ_PENDING_OVERFLOW))
                    .isEqualTo(pod.asked());
        }
    }

    @Property(tries = 50)
    void whoWaitsIsServedInOrder(@ForAll @LongRange(min = 0) long seed) {
        var random = new SplittableRandom(seed);
        try (var pod = new FakePod(1)) {
            pod.install(policy(2, 50, 1024, random.nextInt(4)));
            for (int i = 0; i < 30; i++) {
                pod.ask(0);
            }
            pod.settle();
            List<Integer> inOrder = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                inOrder.add(i);
            }
            assertThat(pod.servedInOrder()).isEqualTo(inOrder);
        }
    }

    private static TrafficPolicy policy(
            int connections, int pending, int requests, int perConnection) {
        return new TrafficPolicy(
                LoadBalancing.DEFAULT,
                new CircuitBreakers(connections, pending, requests, 3, null),
                null,
                null,
                new ConnectionPool(null, null, perConnection, null, null));
    }
}
