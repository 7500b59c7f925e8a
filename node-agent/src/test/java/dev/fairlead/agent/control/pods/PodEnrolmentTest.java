package dev.fairlead.agent.control.pods;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.wire.pods.PodSocketProtocol.Add;
import dev.fairlead.wire.pods.PodSocketProtocol.Answer;
import dev.fairlead.wire.pods.PodSocketProtocol.Exclusions;
import dev.fairlead.wire.pods.PodSocketProtocol.ListPods;
import dev.fairlead.wire.pods.PodSocketProtocol.PodState;
import dev.fairlead.wire.pods.PodSocketProtocol.Release;
import dev.fairlead.wire.pods.PodSocketProtocol.Remove;
import dev.fairlead.wire.pods.PodSocketProtocol.Request;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PodEnrolmentTest {

    private static final Path NETNS = Path.of("/run/netns/a");
    private static final Add ADD =
            new Add(
                    "uid-a",
                    "default",
                    "a",
                    "default",
                    NETNS.toString(),
                    List.of("198.18.1.2"),
                    null);
    private static final Remove REMOVE = new Remove("uid-a", false);
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofMillis(20);

    @TempDir Path state;
    private final FakeNode node = new FakeNode();
    private EnrolmentSettings settings =
            new EnrolmentSettings(LONG, SHORT, SHORT, LONG, SHORT, SHORT);
    private PodEnrolment enrolment =
            new PodEnrolment("cluster.local", Path.of("."), settings, node.parts());

    @BeforeEach
    void start() {
        node.namespaces.put(NETNS, 7L);
        restart();
    }

    @AfterEach
    void stop() {
        enrolment.close();
    }

    /** A new process on the same node and disk. */
    private void restart() {
        enrolment.close();
        enrolment = new PodEnrolment("cluster.local", state, settings, node.parts());
    }

    private Answer ask(Request request) throws Exception {
        return enrolment.handle(request).get(20, TimeUnit.SECONDS);
    }

    private static void eventually(BooleanSupplier condition) {
        long bound = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("still not so").isLessThan(bound);
            LockSupport.parkNanos(1_000_000);
        }
    }

    private String stored() throws Exception {
        return Files.readString(state.resolve("pods.json"));
    }

    @Test
    void addPutsEverythingInPlaceBeforeItAnswersAndThenReports() throws Exception {
        assertThat(ask(ADD)).isEqualTo(Answer.done());
        eventually(() -> node.did.size() == 5);
        assertThat(node.did).containsExactly("acquire", "open", "rules", "prove", "report true");
        assertThat(ask(new ListPods()).pods())
                .containsExactly(new PodState("uid-a", "default", "a", true));
        assertThat(stored()).contains("uid-a", "spiffe://cluster.local/ns/default/sa/default");
    }

    @Test
    void addAgainAnswersTheSameAndDoesNothing() throws Exception {
        ask(ADD);
        eventually(() -> node.did.contains("report true"));
        var before = List.copyOf(node.did);
        assertThat(ask(ADD)).isEqualTo(Answer.done());
        assertThat(node.did).isEqualTo(before);
    }

    @Test
    void addAgainWithOtherExclusionsChangesTheRulesOnly() throws Exception {
        ask(ADD);
        eventually(() -> node.did.contains("report true"));
        node.did.clear();
        var other =
                new Add(
                        "uid-a",
                        "default",
                        "a",
                        "default",
                        NETNS.toString(),
                        List.of("198.18.1.2"),
                        new Exclusions(List.of(22), List.of(), List.of()));
        assertThat(ask(other)).isEqualTo(Answer.done());
        assertThat(node.did).containsExactly("rules");
        assertThat(stored()).contains("22");
    }

    @Test
    void addOfANewSandboxStartsAnew() throws Exception {
        ask(ADD);
        eventually(() -> node.did.contains("report true"));
        node.did.clear();
        node.namespaces.put(NETNS, 8L);
        assertThat(ask(ADD)).isEqualTo(Answer.done());
        assertThat(node.did)
                .startsWith(
                        "turn away",
                        "stop accepting",
                        "close",
                        "release",
                        "acquire",
                        "open",
                        "rules",
                        "prove");
    }

    @Test
    void addDoesNotWaitForReportsThatHang() throws Exception {
        node.reports = node.new ReportsThatHang();
        restart();
        assertThat(ask(ADD).ok()).isTrue();
    }

    @Test
    void aRefusedReportIsSaidAgain() throws Exception {
        node.reports = node.new ReportsRefused(2);
        restart();
        ask(ADD);
        eventually(() -> node.did.contains("report true"));
        assertThat(node.did).endsWith("report refused", "report refused", "report true");
    }

    @Test
    void withoutACertificateNothingIsLeft() throws Exception {
        settings = new EnrolmentSettings(SHORT, SHORT, SHORT, LONG, SHORT, SHORT);
        node.identities = node.new IdentitiesThatNeverAnswer();
        restart();
        assertThat(ask(ADD)).isEqualTo(Answer.failed("no certificate within PT0.02S", true));
        assertUndone();
    }

    @Test
    void aRemoveCutsShortTheWaitForACertificate() throws Exception {
        node.identities = node.new IdentitiesThatNeverAnswer();
        restart();
        var added = enrolment.handle(ADD);
        eventually(() -> node.did.contains("acquire"));
        assertThat(ask(REMOVE)).isEqualTo(Answer.done());
        assertThat(added.get()).isEqualTo(Answer.failed("removed meanwhile", false));
        assertUndone();
    }

    @Test
    void wherePortsAreTakenNothingIsLeft() throws Exception {
        node.dataPlane = node.new DataPlaneWhosePortsAreTaken();
        restart();
        assertThat(ask(ADD)).isEqualTo(Answer.failed("Address already in use", true));
        assertUndone();
    }

    @Test
    void whereRulesAreRefusedNothingIsLeft() throws Exception {
        node.rules = node.new RulesThatAreRefused();
        restart();
        assertThat(ask(ADD).error()).contains("Permission denied");
        assertUndone();
    }

    @Test
    void aPodIsNotCapturedUntilAConnectionProvesIt() throws Exception {
        node.dataPlane = node.new DataPlaneThatSeesNoCapture();
        restart();
        assertThat(ask(ADD)).isEqualTo(Answer.failed("not captured", true));
        assertThat(node.did).doesNotContain("report true");
        assertUndone();
    }

    private void assertUndone() throws Exception {
        assertThat(node.did).endsWith("clean", "stop accepting", "close", "release");
        assertThat(stored()).doesNotContain("uid-a");
        assertThat(enrolment.pods()).isEmpty();
    }

    @Test
    void removeGoesTheOtherWay() throws Exception {
        ask(ADD);
        eventually(() -> node.did.contains("report true"));
        node.did.clear();
        assertThat(ask(REMOVE)).isEqualTo(Answer.done());
        assertThat(node.did)
                .containsExactly(
                        "turn away",
                        "report false",
                        "drain",
                        "stop accepting",
                        "close",
                        "release",
                        "clean");
        assertThat(stored()).doesNotContain("uid-a");
    }

    @Test
    void heldConnectionsOutliveTheRemove() throws Exception {
        ask(ADD);
        eventually(() -> node.did.contains("report true"));
        node.connections.set(1);
        assertThat(ask(REMOVE)).isEqualTo(Answer.done());
        assertThat(node.did).endsWith("turn away", "report false", "drain");
        node.connections.set(0);
        eventually(() -> enrolment.pods().isEmpty());
        assertThat(node.did).endsWith("drain", "stop accepting", "close", "release", "clean");
        assertThat(stored()).doesNotContain("uid-a");
    }

    @Test
    void aPodThatComesAgainKeepsTheConnectionsItHeld() throws Exception {
        ask(ADD);
        node.connections.set(1);
        for (int i = 0; i < 10; i++) {
            assertThat(ask(REMOVE)).isEqualTo(Answer.done());
            assertThat(enrolment.pods()).extracting(PodState::captured).containsExactly(false);
            assertThat(ask(ADD)).isEqualTo(Answer.done());
            assertThat(enrolment.pods()).extracting(PodState::captured).containsExactly(true);
        }
        assertThat(node.did).doesNotContain("stop accepting", "close", "release", "clean");
    }

    @Test
    void aPodThatEndsWhileConnectionsAreHeldIsForgotten() throws Exception {
        ask(ADD);
        node.connections.set(1);
        assertThat(ask(REMOVE)).isEqualTo(Answer.done());
        assertThat(ask(new Remove("uid-a", true))).isEqualTo(Answer.done());
        assertThat(node.did).endsWith("drain", "stop accepting", "close", "release");
        assertThat(enrolment.pods()).isEmpty();
    }

    @Test
    void removeGoesOnWhereReportsHang() throws Exception {
        node.reports = node.new ReportsThatHang();
        restart();
        ask(ADD);
        assertThat(ask(REMOVE)).isEqualTo(Answer.done());
        assertThat(stored()).contains("\"leaving\":true");
    }

    @Test
    void aPodThatIsGoneIsNeitherReportedNorDrained() throws Exception {
        ask(ADD);
        eventually(() -> node.did.contains("report true"));
        node.did.clear();
        node.connections.set(1);
        assertThat(ask(new Remove("uid-a", true))).isEqualTo(Answer.done());
        assertThat(node.did).containsExactly("turn away", "stop accepting", "close", "release");
    }

    @Test
    void removeOfAnUnknownPodIsDone() throws Exception {
        assertThat(ask(REMOVE)).isEqualTo(Answer.done());
        assertThat(node.did).isEmpty();
    }

    @Test
    void addAndRemoveTenTimes() throws Exception {
        for (int i = 0; i < 10; i++) {
            var added = enrolment.handle(ADD);
            var removed = i % 2 == 0 ? enrolment.handle(new Remove("uid-a", true)) : null;
            assertThat(added.get(20, TimeUnit.SECONDS)).isNotNull();
            assertThat(removed == null ? ask(REMOVE) : removed.get(20, TimeUnit.SECONDS))
                    .isEqualTo(Answer.done());
        }
        assertThat(enrolment.pods()).isEmpty();
        assertThat(node.did.stream().filter("acquire"::equals).count())
                .isEqualTo(node.did.stream().filter("release"::equals).count());
    }

    @Test
    void afterARestartPodsAreTakenUpAgain() throws Exception {
        ask(ADD);
        eventually(() -> node.did.contains("report true"));
        restart();
        node.did.clear();
        enrolment.restore().get(20, TimeUnit.SECONDS);
        eventually(() -> node.did.contains("report true"));
        assertThat(node.did).containsExactly("acquire", "open", "rules", "prove", "report true");
        assertThat(ask(ADD)).isEqualTo(Answer.done());
    }

    @Test
    void afterARestartWithoutCaThePodStaysCapturedAndUnready() throws Exception {
        ask(ADD);
        var ca = node.new IdentitiesThatNeverAnswer();
        node.identities = ca;
        restart();
        var restored = enrolment.restore();
        eventually(() -> node.did.stream().filter("acquire"::equals).count() == 2);
        assertThat(restored).isNotDone();
        assertThat(node.did).doesNotContain("clean");
        ca.answer();
        restored.get(20, TimeUnit.SECONDS);
        assertThat(enrolment.pods()).containsExactly(new PodState("uid-a", "default", "a", true));
    }

    @Test
    void aPodMayLeaveWhileItIsTakenUpAgain() throws Exception {
        ask(ADD);
        node.identities = node.new IdentitiesThatNeverAnswer();
        restart();
        var restored = enrolment.restore();
        assertThat(ask(REMOVE)).isEqualTo(Answer.done());
        restored.get(20, TimeUnit.SECONDS);
        assertThat(node.did).contains("report false").endsWith("clean");
        assertThat(stored()).doesNotContain("uid-a");
    }

    @Test
    void afterARestartAPodWithoutNamespaceIsDropped() throws Exception {
        ask(ADD);
        node.namespaces.clear();
        restart();
        node.did.clear();
        enrolment.restore().get(20, TimeUnit.SECONDS);
        eventually(() -> enrolment.pods().isEmpty());
        assertThat(node.did).isEmpty();
        assertThat(stored()).doesNotContain("uid-a");
    }

    @Test
    void afterARestartAnUnEnrolmentGoesOn() throws Exception {
        node.reports = node.new ReportsThatHang();
        restart();
        ask(ADD);
        ask(REMOVE);
        node.reports = node.new ReportsTaken();
        restart();
        enrolment.restore().get(20, TimeUnit.SECONDS);
        assertThat(node.did).contains("report false");
        eventually(() -> enrolment.pods().isEmpty());
        assertThat(stored()).doesNotContain("uid-a");
    }

    @Test
    void aDamagedFileIsNoPods() throws Exception {
        Files.writeString(state.resolve("pods.json"), "{\"pods\":[{\"uid\":");
        assertThat(enrolment.restore()).isDone();
        assertThat(ask(ADD)).isEqualTo(Answer.done());
    }

    @Test
    void damagedRulesAreRepairedAndCounted() throws Exception {
        settings = new EnrolmentSettings(LONG, SHORT, SHORT, SHORT, SHORT, SHORT);
        node.rules = node.new RulesThatNeverStay();
        restart();
        ask(ADD);
        eventually(() -> enrolment.counters().repaired() >= 2);
    }

    @Test
    void aPodWhoseNamespaceGoesIsDropped() throws Exception {
        settings = new EnrolmentSettings(LONG, SHORT, SHORT, SHORT, SHORT, SHORT);
        restart();
        ask(ADD);
        node.namespaces.clear();
        eventually(() -> enrolment.pods().isEmpty());
        assertThat(node.did).doesNotContain("report false", "clean");
    }

    @Test
    void addWithoutNamespaceMayBeRetried() throws Exception {
        node.namespaces.clear();
        assertThat(ask(ADD)).isEqualTo(Answer.failed("no network namespace at " + NETNS, true));
        assertThat(node.did).isEmpty();
    }

    @Test
    void whatIsNoPodIsRefusedForGood() throws Exception {
        var addresses = List.of("198.18.1.2");
        var ports = new Exclusions(List.of(), List.of(0), List.of());
        var cidrs = new Exclusions(List.of(), List.of(), List.of("10.0.0.0/8 -j ACCEPT"));
        for (var bad :
                List.of(
                        new Add("u", "n", "p", "a", "/x", List.of(), null),
                        new Add("u", "n", "p", "a", "/x", List.of("example.org"), null),
                        new Add("u", "n/x", "p", "a", "/x", addresses, null),
                        new Add("u", "n", "p", "", "/x", addresses, null),
                        new Add("", "n", "p", "a", "/x", addresses, null),
                        new Add("u", "n", "p", "a", "/x", addresses, ports),
                        new Add("u", "n", "p", "a", "/x", addresses, cidrs))) {
            var answer = ask(bad);
            assertThat(answer.ok()).as(bad.toString()).isFalse();
            assertThat(answer.retry()).as(bad.toString()).isFalse();
        }
        assertThat(node.did).isEmpty();
    }

    @Test
    void podsDoNotWaitForEachOther() throws Exception {
        var never = node.new IdentitiesThatNeverAnswer();
        node.identities = never;
        restart();
        var first = enrolment.handle(ADD);
        eventually(() -> node.did.contains("acquire"));
        node.namespaces.put(Path.of("/run/netns/b"), 9L);
        var second =
                enrolment.handle(
                        new Add(
                                "uid-b",
                                "default",
                                "b",
                                "default",
                                "/run/netns/b",
                                List.of("198.18.1.3"),
                                null));
        eventually(() -> node.did.stream().filter("acquire"::equals).count() == 2);
        never.answer();
        CompletableFuture.allOf(first, second).get(20, TimeUnit.SECONDS);
        assertThat(enrolment.pods()).hasSize(2);
    }

    @Test
    void whereTheMeshIsRemovedEveryPodIsLetGoAndNoneIsTaken() throws Exception {
        assertThat(ask(ADD)).isEqualTo(Answer.done());
        node.connections.set(1); // held for ever

        assertThat(ask(new Release())).isEqualTo(Answer.done());

        assertThat(enrolment.pods()).isEmpty();
        assertThat(node.did).endsWith("clean", "released");
        assertThat(ask(ADD)).isEqualTo(Answer.done());
        assertThat(enrolment.pods()).isEmpty();
    }
}
