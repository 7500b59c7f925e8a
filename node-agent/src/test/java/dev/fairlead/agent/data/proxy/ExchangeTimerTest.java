package dev.fairlead.agent.data.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The loop's clock is turned by hand. */
class ExchangeTimerTest {

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final ExchangeTimer timer = new ExchangeTimer(channel.eventLoop());
    private final List<String> fired = new ArrayList<>();

    @BeforeEach
    void freezeTime() {
        channel.freezeTime();
    }

    private void bound(long seconds, String name) {
        timer.bound(TimeUnit.SECONDS.toNanos(seconds), () -> fired.add(name));
    }

    private void pass(long seconds) {
        channel.advanceTimeBy(seconds, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
    }

    @Test
    void firesOnceWhenItIsDue() {
        bound(10, "a");
        pass(9);
        assertThat(fired).isEmpty();
        pass(1);
        pass(20);
        assertThat(fired).containsExactly("a");
    }

    @Test
    void theEarliestBoundHolds() {
        bound(10, "a");
        bound(20, "late");
        bound(5, "early");
        pass(5);
        pass(30);
        assertThat(fired).containsExactly("early");
    }

    @Test
    void clearedNothingRuns() {
        bound(10, "a");
        timer.clear();
        pass(30);
        assertThat(fired).isEmpty();
    }

    @Test
    void theNextOfTheSameConnectionHasAllItsTime() {
        bound(10, "a");
        pass(6);
        timer.clear();
        bound(10, "b");
        pass(9);
        assertThat(fired).isEmpty();
        pass(1);
        assertThat(fired).containsExactly("b");
    }

    @Test
    void aShorterOneAfterALongerOneIsNotLate() {
        bound(100, "a");
        timer.clear();
        bound(1, "b");
        pass(1);
        assertThat(fired).containsExactly("b");
    }

    @Test
    void putOffItWaitsAnew() {
        bound(10, "a");
        pass(9);
        timer.putOff(TimeUnit.SECONDS.toNanos(10));
        pass(9);
        assertThat(fired).isEmpty();
        pass(1);
        assertThat(fired).containsExactly("a");
    }

    @Test
    void whatIsOverLeavesNothingInTheLoop() {
        bound(10, "a");
        timer.clear();
        timer.end();
        assertThat(channel.runScheduledPendingTasks()).isEqualTo(-1);
        bound(10, "b");
        timer.end();
        assertThat(channel.runScheduledPendingTasks()).isEqualTo(-1);
        pass(30);
        assertThat(fired).isEmpty();
    }
}
