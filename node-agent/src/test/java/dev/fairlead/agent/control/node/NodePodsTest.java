package dev.fairlead.agent.control.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.control.pods.EnrolmentSettings;
import dev.fairlead.agent.control.pods.FakeNode;
import dev.fairlead.agent.control.pods.PodEnrolment;
import dev.fairlead.agent.model.workload.WorkloadIndex;
import dev.fairlead.wire.pods.PodSocketProtocol.Add;
import dev.fairlead.wire.pods.PodSocketProtocol.Answer;
import dev.fairlead.wire.pods.PodSocketProtocol.PodState;
import dev.fairlead.wire.pods.PodSocketProtocol.Remove;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@link NodePods} and {@link CniGate} on one fake node. */
class NodePodsTest {

    private static final String UID = "a-1";
    private static final Path NETNS = Path.of("/run/netns/1");
    private static final Path LATER = Path.of("/run/netns/2");
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofMillis(20);

    @TempDir Path folder;
    private final FakeNode node = new FakeNode();
    private final FakeSandboxes sandboxes = new FakeSandboxes();
    private final KnownWorkloads workloads = new KnownWorkloads();
    private final AtomicReference<Collection<InetAddress>> covered =
            new AtomicReference<>(List.of());
    private final AtomicBoolean connected = new AtomicBoolean(true);
    private PodEnrolment enrolment =
            new PodEnrolment(
                    "cluster.local", Path.of("."), EnrolmentSettings.DEFAULTS, node.parts());
    private NodePods pods =
            new NodePods(
                    NodePods.Pace.DEFAULT,
                    sandboxes,
                    workloads,
                    enrolment,
                    node.namespaces::get,
                    _ -> {},
                    Path.of("."));

    /** What runs, as a test says. */
    private static final class FakeSandboxes implements Sandboxes {
        volatile List<Sandbox> running = List.of();
        volatile boolean broken;
        volatile int lists;

        @Override
        public List<Sandbox> list() throws IOException {
            lists = lists + 1;
            if (broken) {
                throw new IOException("no such socket");
            }
            return running;
        }

        @Override
        public void close() {}
    }

    @BeforeEach
    void start() {
        node.namespaces.put(NETNS, 7L);
        node.namespaces.put(LATER, 8L);
        restart();
    }

    private void restart() {
        stop();
        enrolment =
                new PodEnrolment(
                        "cluster.local",
                        folder,
                        new EnrolmentSettings(LONG, SHORT, SHORT, LONG, SHORT, SHORT),
                        node.parts());
        pods =
                new NodePods(
                        new NodePods.Pace(SHORT, SHORT),
                        sandboxes,
                        workloads,
                        enrolment,
                        node.namespaces::get,
                        pods -> covered.set(pods.get()),
                        folder);
        var _ = enrolment.restore();
        var _ = pods.start();
    }

    @AfterEach
    void stop() {
        pods.close();
        enrolment.close();
    }

    private static Sandbox sandbox(Path netns) {
        return new Sandbox(UID, netns, List.of(InetAddress.ofLiteral("198.18.1.9")));
    }

    private void says(boolean enrolled) {
        workloads.update(NodeFixture.index(NodeFixture.workload(UID, enrolled)));
    }

    private void awaitCaptured() {
        NodeFixture.await(() -> enrolment.pods().stream().anyMatch(PodState::captured));
    }

    private void awaitNone() {
        NodeFixture.await(() -> enrolment.pods().isEmpty());
    }

    /** Until what runs has been looked at twice more. */
    private void awaitLooks() {
        int before = sandboxes.lists;
        NodeFixture.await(() -> sandboxes.lists > before + 2);
    }

    private Path enrolledNetns() {
        return Objects.requireNonNull(enrolment.held().get(UID)).pod().netns();
    }

    @Test
    void aRunningPodIsCapturedWhenItsNamespaceAsksAndLetGoWhenNoMore() {
        sandboxes.running = List.of(sandbox(NETNS));
        says(false);
        awaitLooks();
        assertThat(enrolment.pods()).isEmpty();

        says(true);
        awaitCaptured();
        NodeFixture.await(() -> covered.get().equals(sandbox(NETNS).addresses()));
        says(false);
        awaitNone();
        NodeFixture.await(() -> covered.get().isEmpty());
        assertThat(node.did).contains("turn away", "clean");
    }

    @Test
    void nothingIsDoneBeforeAControlPlaneSaysWhatItWants() {
        sandboxes.running = List.of(sandbox(NETNS));
        workloads.update(new WorkloadIndex(List.of(NodeFixture.workload(UID, true))));
        says(true);
        awaitCaptured();
        // as after a change back to a control plane that does not know of enrolment
        workloads.update(new WorkloadIndex(List.of(NodeFixture.workload(UID, false))));

        assertThat(enrolment.pods()).isNotEmpty();
    }

    @Test
    void aPodIsCapturedToItsEndThoughTheControlPlaneForgetsIt() {
        sandboxes.running = List.of(sandbox(NETNS));
        says(true);
        awaitCaptured();
        workloads.update(NodeFixture.index());
        awaitLooks();
        assertThat(enrolment.pods()).isNotEmpty();

        sandboxes.running = List.of();
        awaitLooks();
        assertThat(enrolment.pods()).isNotEmpty();
        node.namespaces.remove(NETNS);
        awaitNone();
    }

    @Test
    void aNewSandboxOfTheSamePodIsCapturedInItsTurn() {
        sandboxes.running = List.of(sandbox(NETNS));
        says(true);
        awaitCaptured();

        node.namespaces.remove(NETNS);
        sandboxes.running = List.of(sandbox(LATER));
        NodeFixture.await(() -> enrolment.held().containsKey(UID) && enrolledNetns().equals(LATER));
        awaitCaptured();
    }

    @Test
    void anAgentThatStartsTakesUpThePodsThatRun() {
        sandboxes.running = List.of(sandbox(NETNS));
        says(true);
        awaitCaptured();
        NodeFixture.await(() -> !covered.get().isEmpty());
        node.refuseRules(true); // it takes its time
        restart();
        awaitLooks();
        assertThat(covered.get()).as("probes pass meanwhile").isNotEmpty();
        node.refuseRules(false);
        awaitCaptured();
        assertThat(enrolledNetns()).isEqualTo(NETNS);
    }

    @Test
    void afterTheNodeHasRestartedThePodIsCapturedInItsNewSandbox() {
        sandboxes.running = List.of(sandbox(NETNS));
        says(true);
        awaitCaptured();
        stop();
        node.namespaces.remove(NETNS);
        sandboxes.running = List.of();
        restart();
        awaitNone();

        sandboxes.running = List.of(sandbox(LATER));
        awaitCaptured();
        assertThat(enrolledNetns()).isEqualTo(LATER);
    }

    @Test
    void aPodThatCannotBeCapturedIsTriedAgain() {
        sandboxes.running = List.of(sandbox(NETNS));
        node.refuseRules(true);
        says(true);
        NodeFixture.await(() -> enrolment.counters().refused() > 1);
        node.refuseRules(false);
        awaitCaptured();
    }

    @Test
    void aRuntimeThatDoesNotAnswerChangesNothing() {
        sandboxes.running = List.of(sandbox(NETNS));
        says(true);
        awaitCaptured();
        sandboxes.broken = true;
        says(false);
        awaitLooks();
        assertThat(enrolment.pods()).isNotEmpty();
        sandboxes.broken = false;
        awaitNone();
    }

    @Test
    void thePluginReadsWhichNamespacesAsk() {
        says(true);
        Path file = folder.resolve("enrolled");
        NodeFixture.await(() -> read(file).equals("default\n"));
        workloads.update(new WorkloadIndex(List.of(), Set.of("b", "a")));
        NodeFixture.await(() -> read(file).equals("a\nb\n"));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return "";
        }
    }

    // ---- what the CNI plugin asks

    private CompletableFuture<Answer> plugin(Path netns, Duration patience) {
        var gate = new CniGate(patience, workloads, connected::get, enrolment, pods::enrolled);
        return gate.handle(
                new Add(
                        UID,
                        "default",
                        "pod-a",
                        "",
                        netns.toString(),
                        List.of("198.18.1.9"),
                        null,
                        true,
                        null));
    }

    private static Answer get(CompletableFuture<Answer> answer) throws Exception {
        return answer.get(20, TimeUnit.SECONDS);
    }

    @Test
    void thePluginWaitsForWordOfThePod() throws Exception {
        workloads.update(NodeFixture.index());
        var answer = plugin(NETNS, LONG);
        awaitLooks();
        assertThat(answer).isNotDone();
        says(true);
        assertThat(get(answer)).isEqualTo(Answer.done());
        assertThat(enrolment.pods()).singleElement().matches(PodState::captured);
        assertThat(covered.get()).as("its probes pass").isEqualTo(sandbox(NETNS).addresses());
    }

    @Test
    void aPodThatIsNotWantedPassesAtOnce() throws Exception {
        says(false);
        assertThat(get(plugin(NETNS, LONG))).isEqualTo(Answer.done());
        assertThat(enrolment.pods()).isEmpty();
    }

    @Test
    void aPodThatNobodyKnowsInTimeIsToBeTriedAgain() throws Exception {
        workloads.update(NodeFixture.index());
        Answer answer = get(plugin(NETNS, SHORT));
        assertThat(answer.ok()).isFalse();
        assertThat(answer.retry()).isTrue();
        assertThat(answer.error()).contains("pod default/pod-a is not known to pilot-lite");
    }

    @Test
    void aPodOfANamespaceThatTheMeshDoesNotLookAtIsNotHeld() throws Exception {
        workloads.update(new WorkloadIndex(List.of(), Set.of("other")));
        assertThat(get(plugin(NETNS, SHORT))).isEqualTo(Answer.done());
        assertThat(enrolment.pods()).isEmpty();
    }

    @Test
    void withoutAControlPlaneOthersNamespacesPass() throws Exception {
        connected.set(false);
        workloads.update(new WorkloadIndex(List.of(), Set.of("other")));
        assertThat(get(plugin(NETNS, LONG))).isEqualTo(Answer.done());
        workloads.update(NodeFixture.index());
        assertThat(get(plugin(NETNS, SHORT)).ok()).isFalse();
    }

    @Test
    void theEndOfAnOldSandboxDoesNotTakeTheNewOne() throws Exception {
        says(true);
        get(plugin(LATER, LONG));
        get(enrolment.handle(new Remove(UID, true, NETNS.toString())));
        assertThat(enrolment.pods()).singleElement().matches(PodState::captured);
        get(enrolment.handle(new Remove(UID, true, LATER.toString())));
        awaitNone();
    }
}
