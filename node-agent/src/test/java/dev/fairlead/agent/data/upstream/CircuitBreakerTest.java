package dev.fairlead.agent.data.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.data.stats.ClusterStat;
import dev.fairlead.agent.data.stats.Counters;
import dev.fairlead.agent.model.cluster.CircuitBreakers;
import dev.fairlead.agent.model.cluster.CircuitBreakers.RetryBudget;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Limits: of one pod, of the node, and those that change. */
class CircuitBreakerTest {

    private final NodeLimits node = new NodeLimits();
    private final Counters<ClusterStat> stats = new Counters<>(ClusterStat.class);
    private long nowNanos = Long.MAX_VALUE - 5; // a clock may turn over
    private final CircuitBreaker breaker = breaker(1, null, false);

    private CircuitBreaker breaker(long max, @Nullable RetryBudget budget, boolean nodeWide) {
        CircuitBreaker made = new CircuitBreaker("c", node, stats, () -> nowNanos);
        made.install(new CircuitBreakers(max, max, max, max, budget, nodeWide));
        return made;
    }

    @Test
    void oneMeansOne() {
        assertThat(breaker.connections().tryAcquire()).isTrue();
        assertThat(breaker.connections().tryAcquire()).isFalse();
        assertThat(stats.get(ClusterStat.CX_OPEN)).isEqualTo(1);
        assertThat(stats.get(ClusterStat.REMAINING_CX)).isZero();

        breaker.connections().release();

        assertThat(stats.get(ClusterStat.CX_OPEN)).isZero();
        assertThat(stats.get(ClusterStat.REMAINING_CX)).isEqualTo(1);
        assertThat(breaker.connections().tryAcquire()).isTrue();
    }

    @Test
    void aLimitThatChangesHoldsAtOnce() {
        breaker.requests().acquire();
        breaker.requests().acquire();

        breaker.install(new CircuitBreakers(3, 3, 3, 3, null));
        assertThat(stats.get(ClusterStat.RQ_OPEN)).isZero();
        assertThat(breaker.requests().tryAcquire()).isTrue();
        assertThat(breaker.requests().tryAcquire()).isFalse();

        breaker.install(new CircuitBreakers(0, 0, 0, 0, null));
        assertThat(stats.get(ClusterStat.RQ_OPEN)).isEqualTo(1);
        assertThat(stats.get(ClusterStat.CX_OPEN)).isEqualTo(1);
    }

    /** Source: Envoy, "Circuit breaking", retry budget. */
    @Test
    void aBudgetIsAShareOfWhatIsUnderWayAndWaits() {
        CircuitBreaker with = breaker(1024, new RetryBudget(20, 1), false);
        assertThat(with.tryRetry()).isTrue(); // the minimum
        assertThat(with.tryRetry()).isFalse();
        for (int i = 0; i < 7; i++) {
            with.requests().acquire();
        }
        for (int i = 0; i < 8; i++) {
            with.pending().acquire();
        }
        assertThat(with.tryRetry()).isTrue();
        assertThat(with.tryRetry()).isTrue(); // three of fifteen
        assertThat(with.tryRetry()).isFalse();

        with.retryEnded();

        assertThat(with.tryRetry()).isTrue();
    }

    /** Source: Envoy, "Circuit breaking", budget_interval. */
    @Test
    void aBudgetWithAnIntervalIsAShareOfWhatHasBegunWithinIt() {
        var budget = new RetryBudget(50, 1, Duration.ofMillis(100));
        CircuitBreaker with = breaker(1024, budget, false);
        for (int i = 0; i < 6; i++) {
            assertThat(with.requests().tryAcquire()).isTrue();
            with.requests().release();
        }
        assertThat(retries(with)).as("they have ended, and count").isEqualTo(3);

        nowNanos += Duration.ofMillis(60).toNanos();
        for (int i = 0; i < 4; i++) {
            with.requests().acquire();
            with.pending().acquire();
        }
        assertThat(retries(with)).as("who waits has not begun").isEqualTo(5);

        with.install(new CircuitBreakers(1000, 1000, 1000, 1000, budget));
        assertThat(retries(with)).as("what is known outlives a change").isEqualTo(5);

        nowNanos += Duration.ofMillis(40).toNanos();
        assertThat(retries(with)).as("for the whole interval").isEqualTo(5);

        nowNanos += Duration.ofMillis(10).toNanos();
        assertThat(retries(with)).as("the first six are over").isEqualTo(2);

        nowNanos += Duration.ofHours(1).toNanos();
        assertThat(retries(with)).as("the minimum").isEqualTo(1);

        with.install(new CircuitBreakers(9, 9, 9, 9, new RetryBudget(50, 1)));
        assertThat(retries(with)).as("of those under way and waiting").isEqualTo(4);
    }

    /** How many retries there may be. */
    private static int retries(CircuitBreaker breaker) {
        int retries = 0;
        while (breaker.tryRetry()) {
            retries++;
        }
        for (int i = 0; i < retries; i++) {
            breaker.retryEnded();
        }
        return retries;
    }

    @Test
    void withoutABudgetRetriesHaveANumber() {
        assertThat(breaker.tryRetry()).isTrue();
        assertThat(breaker.tryRetry()).isFalse();
        breaker.retryEnded();
        assertThat(breaker.tryRetry()).isTrue();
    }

    @Test
    void podsOfANodeShareALimitThatIsTheNodes() {
        CircuitBreaker one = breaker(3, null, true);
        CircuitBreaker two = breaker(3, null, true);
        assertThat(one.connections().tryAcquire()).isTrue();
        assertThat(two.connections().tryAcquire()).isTrue();
        assertThat(two.connections().tryAcquire()).isTrue();
        assertThat(one.connections().tryAcquire()).isFalse();

        two.withdraw(); // its pod is gone, and what it had

        assertThat(one.connections().tryAcquire()).isTrue();
        one.withdraw();
        assertThat(node.size()).isZero();
    }

    @Test
    void aLimitThatBecomesTheNodesTakesAlongWhatIsThere() {
        CircuitBreaker one = breaker(2, null, false);
        one.connections().acquire();
        CircuitBreaker two = breaker(2, null, true);
        assertThat(two.connections().tryAcquire()).isTrue();

        one.install(new CircuitBreakers(2, 2, 2, 2, null, true));
        assertThat(two.connections().tryAcquire()).isFalse();

        one.install(new CircuitBreakers(2, 2, 2, 2, null, false));
        assertThat(two.connections().tryAcquire()).isTrue();
    }

    @Test
    void loopsThatRaceNeverExceedTheNodesLimit() throws Exception {
        int most = 5;
        AtomicInteger held = new AtomicInteger();
        AtomicInteger worst = new AtomicInteger();
        CountDownLatch go = new CountDownLatch(1);
        Thread[] loops = new Thread[4];
        for (int i = 0; i < loops.length; i++) {
            var own = new CircuitBreaker("c", node, new Counters<>(ClusterStat.class), () -> 0);
            own.install(new CircuitBreakers(most, most, most, most, null, true));
            loops[i] =
                    Thread.ofPlatform()
                            .start(() -> {
                                try {
                                    go.await();
                                } catch (InterruptedException e) {
                                    return;
                                }
                                for (int turn = 0; turn < 20_000; turn++) {
                                    if (own.requests().tryAcquire()) {
                                        worst.accumulateAndGet(held.incrementAndGet(), Math::max);
                                        held.decrementAndGet();
                                        own.requests().release();
                                    }
                                }
                            });
        }
        go.countDown();
        for (Thread loop : loops) {
            loop.join();
        }
        assertThat(worst.get()).isBetween(1, most);
    }

    @Test
    void whatIsGoneIsNotShown() {
        breaker.connections().acquire();
        breaker.withdraw();
        assertThat(stats.get(ClusterStat.CX_OPEN)).isZero();
        assertThat(stats.get(ClusterStat.REMAINING_RQ)).isZero();
        breaker.connections().release();
        assertThat(stats.get(ClusterStat.REMAINING_CX)).isZero();
    }
}
