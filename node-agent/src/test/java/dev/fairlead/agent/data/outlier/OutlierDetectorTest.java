package dev.fairlead.agent.data.outlier;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.data.stats.Counters;
import dev.fairlead.agent.data.stats.OutlierStat;
import dev.fairlead.agent.model.cluster.OutlierDetection.FailurePercentage;
import dev.fairlead.agent.model.cluster.OutlierDetection.SuccessRate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * When endpoints are ejected and come back, by a clock that is turned by hand. Source: Envoy,
 * "Outlier detection".
 */
class OutlierDetectorTest {

    private final Counters<OutlierStat> stats = new Counters<>(OutlierStat.class);
    private final List<OutlierMonitor> hosts = new ArrayList<>();
    private long nowNanos = 7_000_000_000L;
    private int changes;

    private OutlierDetector detector(OutlierConfig config, int count) {
        var detector =
                new OutlierDetector(
                        config.build(),
                        stats,
                        () -> nowNanos,
                        new SplittableRandom(3),
                        () -> changes++);
        for (int i = 0; i < count; i++) {
            hosts.add(detector.add());
        }
        return detector;
    }

    private void later(OutlierDetector detector, Duration by) {
        nowNanos += by.toNanos();
        detector.tick();
    }

    private String ejected() {
        return hosts.stream().map(host -> host.ejected() ? "x" : ".").collect(Collectors.joining());
    }

    private void say(OutlierMonitor host, String what) {
        for (String word : what.split(" ")) {
            switch (word) {
                case "reached" -> host.reached();
                case "connected" -> host.connected();
                case "failed" -> host.failed();
                case "late" -> host.timedOut(504);
                default -> host.answered(Integer.parseInt(word));
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            textBlock =
                    """
                    500 500 500,               true
                    500 500 200 500,           false
                    500 503 599,               true
                    500 404 500 500,           false
                    failed late 500,           true
                    reached failed failed 500, true
                    failed connected failed failed, false
                    500 500,                   false
                    600 600 600,               false
                    """)
    void errorsInARow(String said, boolean ejects) {
        detector(new OutlierConfig().consecutive5xx(3), 2);
        say(hosts.getFirst(), said);
        assertThat(ejected()).isEqualTo(ejects ? "x." : "..");
        assertThat(stats.get(OutlierStat.ENFORCED_CONSECUTIVE_5XX)).isEqualTo(ejects ? 1 : 0);
        assertThat(changes).isEqualTo(ejects ? 1 : 0);
    }

    /** Source: Envoy, HttpProtocolOptions.OutlierDetection. */
    @ParameterizedTest
    @CsvSource(
            textBlock =
                    """
                    429 429 429,    true,  false
                    429 503 429,    true,  false
                    503 503 503,    true,  true
                    503 failed 503, true,  true
                    500 502 504,    false, false
                    429 500 429,    false, false
                    429 200 429,    false, false
                    """)
    void errorsAreTheStatusesThatAreSaidToBe(String said, boolean ejects, boolean gateway) {
        detector(new OutlierConfig().consecutive5xx(3).errors(429, 503), 2);
        say(hosts.getFirst(), said);
        assertThat(ejected()).isEqualTo(ejects ? "x." : "..");
        hosts.clear();
        detector(new OutlierConfig().gateway(3).errors(429, 503), 2);
        say(hosts.getFirst(), said);
        assertThat(ejected()).isEqualTo(gateway ? "x." : "..");
    }

    @Test
    void ofACallTheStatusOfItsHeadIsLookedAtWhereErrorsAreSaid() {
        detector(new OutlierConfig().consecutive5xx(1), 1);
        hosts.getFirst().answered(200, 503);
        assertThat(ejected()).isEqualTo("x");
        hosts.clear();
        detector(new OutlierConfig().consecutive5xx(1).errors(503), 1);
        hosts.getFirst().answered(200, 503);
        assertThat(ejected()).isEqualTo(".");
    }

    @ParameterizedTest
    @CsvSource(
            textBlock =
                    """
                    502 503 504,     true
                    failed late 502, true
                    502 503 500 504, false
                    500 501 505,     false
                    502 502 200 502, false
                    """)
    void gatewayErrorsInARow(String said, boolean ejects) {
        detector(new OutlierConfig().gateway(3), 2);
        say(hosts.getFirst(), said);
        assertThat(ejected()).isEqualTo(ejects ? "x." : "..");
        assertThat(stats.get(OutlierStat.ENFORCED_CONSECUTIVE_GATEWAY_FAILURE))
                .isEqualTo(ejects ? 1 : 0);
    }

    @ParameterizedTest
    @CsvSource(
            textBlock =
                    """
                    failed failed failed,              true
                    failed 500 failed 200 late,        true
                    failed failed reached failed,      false
                    failed failed connected failed,    false
                    503 503 503 503,                   false
                    """)
    void localOriginByItself(String said, boolean ejects) {
        detector(new OutlierConfig().split(3), 2);
        say(hosts.getFirst(), said);
        assertThat(ejected()).isEqualTo(ejects ? "x." : "..");
        assertThat(stats.get(OutlierStat.ENFORCED_CONSECUTIVE_LOCAL_ORIGIN_FAILURE))
                .isEqualTo(ejects ? 1 : 0);
    }

    @Test
    void whatIsLocalOriginIsNoErrorOfTheServersWhereItIsSplitOff() {
        detector(new OutlierConfig().consecutive5xx(2).split(0), 2);
        say(hosts.getFirst(), "failed failed failed late 500");
        assertThat(ejected()).isEqualTo("..");
        say(hosts.getFirst(), "500");
        assertThat(ejected()).isEqualTo("x.");
    }

    @Test
    void eachEjectionIsLongerAndNoneLongerThanTheMost() {
        var detector =
                detector(
                        new OutlierConfig()
                                .consecutive5xx(1)
                                .interval(Duration.ofSeconds(1))
                                .ejection(Duration.ofSeconds(30), Duration.ofSeconds(70)),
                        1);
        OutlierMonitor host = hosts.getFirst();
        for (int seconds : List.of(30, 60, 70, 70)) {
            say(host, "500");
            for (int i = 1; i < seconds; i++) {
                later(detector, Duration.ofSeconds(1));
                assertThat(host.ejected()).as("after %s of %s s", i, seconds).isTrue();
            }
            nowNanos += Duration.ofSeconds(1).toNanos();
            detector.tick();
            assertThat(host.ejected()).as("after %s s", seconds).isFalse();
        }
        assertThat(stats.get(OutlierStat.ENFORCED_TOTAL)).isEqualTo(4);
        assertThat(stats.get(OutlierStat.EJECTIONS_ACTIVE)).isZero();
    }

    @Test
    void anIntervalWithoutEjectionMakesTheNextShorter() {
        var detector =
                detector(
                        new OutlierConfig()
                                .consecutive5xx(1)
                                .interval(Duration.ofSeconds(10))
                                .ejection(Duration.ofSeconds(30), Duration.ofSeconds(300)),
                        1);
        OutlierMonitor host = hosts.getFirst();
        say(host, "500");
        later(detector, Duration.ofSeconds(30));
        say(host, "500");
        later(detector, Duration.ofSeconds(60));
        assertThat(host.ejected()).isFalse();
        later(detector, Duration.ofSeconds(10)); // 2 becomes 1
        later(detector, Duration.ofSeconds(10)); // 0
        say(host, "500");
        later(detector, Duration.ofSeconds(30));
        assertThat(host.ejected()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "0, false, 0",
        "10, false, 0",
        "0, true, 1",
        "25, false, 1",
        "49, false, 1",
        "50, false, 2",
        "100, false, 4"
    })
    void noMoreThanAPartIsEjected(int percent, boolean always, int most) {
        var config = new OutlierConfig().consecutive5xx(2).maxPercent(percent);
        detector(always ? config.alwaysOne() : config, 4);
        hosts.forEach(host -> say(host, "500 500"));

        assertThat(hosts.stream().filter(OutlierMonitor::ejected)).hasSize(most);
        assertThat(stats.get(OutlierStat.EJECTIONS_ACTIVE)).isEqualTo(most);
        assertThat(stats.get(OutlierStat.DETECTED_CONSECUTIVE_5XX)).isEqualTo(4);
        assertThat(stats.get(OutlierStat.CONSECUTIVE_5XX)).isEqualTo(4);
        assertThat(stats.get(OutlierStat.OVERFLOW)).isEqualTo(4 - most);
        assertThat(stats.get(OutlierStat.TOTAL)).isEqualTo(most);
    }

    @Test
    void whatIsNotEnforcedIsDetectedOnly() {
        detector(new OutlierConfig().consecutive5xx(2).enforcing5xx(0), 2);
        say(hosts.getFirst(), "500 500 500 500");
        assertThat(ejected()).isEqualTo("..");
        assertThat(stats.get(OutlierStat.DETECTED_CONSECUTIVE_5XX)).isEqualTo(2);
        assertThat(stats.get(OutlierStat.ENFORCED_TOTAL)).isZero();
        assertThat(stats.get(OutlierStat.TOTAL)).isEqualTo(2);
    }

    @Test
    void someAreEnforced() {
        detector(new OutlierConfig().consecutive5xx(1).enforcing5xx(50), 1000);
        hosts.forEach(host -> say(host, "500"));
        assertThat(stats.get(OutlierStat.ENFORCED_TOTAL)).isBetween(400L, 600L);
    }

    @Test
    void jitterIsAddedToAnEjection() {
        var detector =
                detector(
                        new OutlierConfig()
                                .consecutive5xx(1)
                                .ejection(Duration.ofSeconds(30), Duration.ofSeconds(30))
                                .jitter(Duration.ofSeconds(10)),
                        1000);
        hosts.forEach(host -> say(host, "500"));
        later(detector, Duration.ofSeconds(35));
        assertThat(hosts.stream().filter(OutlierMonitor::ejected).count()).isBetween(400L, 600L);
        later(detector, Duration.ofSeconds(5));
        assertThat(hosts).noneMatch(OutlierMonitor::ejected);
    }

    /** 100 requests each: {@code good} of them well. */
    private void answers(List<Integer> good) {
        for (int i = 0; i < good.size(); i++) {
            for (int n = 0; n < 100; n++) {
                hosts.get(i).answered(n < good.get(i) ? 200 : 500);
            }
        }
    }

    /** Mean 90, deviation 20: 1.9 of them below is 52. */
    @ParameterizedTest
    @CsvSource({"50, 1900, x....", "50, 2001, ....."})
    void farBelowTheMean(int first, int stdevFactor, String expected) {
        var detector =
                detector(new OutlierConfig().rate(new SuccessRate(100, 0, 5, 100, stdevFactor)), 5);
        answers(List.of(first, 100, 100, 100, 100));
        assertThat(ejected()).isEqualTo(".....");
        later(detector, Duration.ofSeconds(10));
        assertThat(ejected()).isEqualTo(expected);
        assertThat(hosts.getFirst().successRate()).isEqualTo(first);
        assertThat(changes).isEqualTo(expected.startsWith("x") ? 1 : 0);
        later(detector, Duration.ofSeconds(10));
        assertThat(hosts.getFirst().successRate()).isEqualTo(-1);
        assertThat(stats.get(OutlierStat.ENFORCED_SUCCESS_RATE)).isEqualTo(changes);
    }

    @Test
    void tooFewHostsOrRequestsAreNoMean() {
        var detector = detector(new OutlierConfig().rate(new SuccessRate(100, 0, 5, 100, 1000)), 4);
        answers(List.of(0, 100, 100, 100));
        later(detector, Duration.ofSeconds(10));
        hosts.add(detector.add());
        answers(List.of(0, 100, 100, 100));
        hosts.getLast().answered(200);
        later(detector, Duration.ofSeconds(10));
        assertThat(ejected()).isEqualTo(".....");
    }

    @Test
    void whatFailsTooMuch() {
        var detector =
                detector(new OutlierConfig().failures(new FailurePercentage(100, 0, 60, 3, 50)), 4);
        answers(List.of(41, 40, 0));
        later(detector, Duration.ofSeconds(10));
        assertThat(ejected()).isEqualTo(".xx.");
        assertThat(stats.get(OutlierStat.ENFORCED_FAILURE_PERCENTAGE)).isEqualTo(2);
        assertThat(changes).isEqualTo(1);
    }

    @Test
    void whatCannotBeReachedTooOften() {
        var detector =
                detector(
                        new OutlierConfig()
                                .split(0)
                                .rate(new SuccessRate(0, 100, 3, 2, 1000))
                                .failures(new FailurePercentage(0, 0, 85, 100, 50)),
                        3);
        say(hosts.get(0), "failed late");
        say(hosts.get(1), "reached 500 reached 500");
        say(hosts.get(2), "connected connected");
        later(detector, Duration.ofSeconds(10));
        assertThat(ejected()).isEqualTo("x..");
        assertThat(hosts.get(1).localOriginSuccessRate()).isEqualTo(100);
        assertThat(hosts.get(1).successRate()).isEqualTo(0);
        assertThat(stats.get(OutlierStat.ENFORCED_LOCAL_ORIGIN_SUCCESS_RATE)).isEqualTo(1);
    }

    /** Envoy ejects it twice then. */
    @Test
    void whatIsFoundByTwoMeansIsEjectedOnce() {
        var detector =
                detector(
                        new OutlierConfig()
                                .rate(new SuccessRate(100, 0, 3, 100, 1000))
                                .failures(new FailurePercentage(100, 0, 60, 3, 50)),
                        3);
        answers(List.of(0, 100, 100));
        later(detector, Duration.ofSeconds(10));
        assertThat(ejected()).isEqualTo("x..");
        assertThat(stats.get(OutlierStat.EJECTIONS_ACTIVE)).isEqualTo(1);
        assertThat(stats.get(OutlierStat.DETECTED_FAILURE_PERCENTAGE)).isEqualTo(1);
    }

    @Test
    void aHostThatIsGoneIsNoLongerCounted() {
        var detector = detector(new OutlierConfig().consecutive5xx(1).maxPercent(50), 2);
        OutlierMonitor gone = hosts.getFirst();
        say(gone, "500");
        detector.remove(gone);
        detector.remove(gone);
        assertThat(stats.get(OutlierStat.EJECTIONS_ACTIVE)).isZero();
        say(gone, "500 500");
        assertThat(stats.get(OutlierStat.DETECTED_CONSECUTIVE_5XX)).isEqualTo(1);
        say(hosts.getLast(), "500"); // 1 of 1 is more than half
        assertThat(hosts.getLast().ejected()).isFalse();
    }

    @Test
    void aCheckThatSucceedsEndsAnEjection() {
        var detector = detector(new OutlierConfig().consecutive5xx(1), 1);
        say(hosts.getFirst(), "500");
        detector.checkSucceeded(hosts.getFirst());
        assertThat(ejected()).isEqualTo(".");
        assertThat(changes).isEqualTo(2);
    }

    @Test
    void aCheckThatSucceedsDoesNotWhereThatIsNotWanted() {
        var detector = detector(new OutlierConfig().consecutive5xx(1).checkDoesNotEnd(), 1);
        say(hosts.getFirst(), "500");
        detector.checkSucceeded(hosts.getFirst());
        assertThat(ejected()).isEqualTo("x");
    }
}
