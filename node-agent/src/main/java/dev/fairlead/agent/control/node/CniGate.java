package dev.fairlead.agent.control.node;

import dev.fairlead.agent.control.pods.PodEnrolment;
import dev.fairlead.agent.model.workload.Workload;
import dev.fairlead.wire.pods.PodSocketProtocol.Add;
import dev.fairlead.wire.pods.PodSocketProtocol.Answer;
import dev.fairlead.wire.pods.PodSocketProtocol.Request;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Requests of the pod socket on a Kubernetes node. The CNI plugin asks for every pod before
 * anything of it runs: the control plane says whether the pod is to be captured, and the answer
 * waits for that, or the pod's first bytes would pass uncaptured. What others ask goes to the
 * enrolment as it is. There is no gate before the control plane has said, now or to the process
 * before, which namespaces ask for capture: until then the plugin decides by itself.
 *
 * <p>Thread: any; each request of the plugin has a virtual thread of its own.
 */
public final class CniGate {

    private static final Logger log = LoggerFactory.getLogger(CniGate.class);

    /** How long a pod is waited for that the control plane should soon know. */
    public static final Duration PATIENCE = Duration.ofSeconds(30);

    /**
     * The same for a pod that does not ask to be captured, as far as its runtime says: its own
     * annotation may ask all the same. One that is missed is captured while it runs.
     */
    private static final Duration MOMENT = Duration.ofSeconds(2);

    private final Duration patience;
    private final KnownWorkloads workloads;
    private final BooleanSupplier connected;
    private final PodEnrolment enrolment;
    private final Runnable taken;

    /**
     * @param connected whether the control plane can be heard now
     * @param taken run when a pod was enrolled, before that is answered
     */
    public CniGate(
            Duration patience,
            KnownWorkloads workloads,
            BooleanSupplier connected,
            PodEnrolment enrolment,
            Runnable taken) {
        this.patience = patience;
        this.workloads = workloads;
        this.connected = connected;
        this.enrolment = enrolment;
        this.taken = taken;
    }

    public CompletableFuture<Answer> handle(Request request) {
        if (!(request instanceof Add add && add.cni())) {
            return enrolment.handle(request);
        }
        var answer = new CompletableFuture<Answer>();
        Thread.ofVirtual().name("cni-" + add.uid()).start(() -> add(add, answer));
        return answer;
    }

    private void add(Add add, CompletableFuture<Answer> answer) {
        try {
            Verdict verdict = verdict(add);
            log.debug(
                    "cni add uid={} pod={}/{} verdict={}",
                    add.uid(),
                    add.namespace(),
                    add.name(),
                    verdict);
            switch (verdict) {
                case Verdict.Pass() -> answer.complete(Answer.done());
                case Verdict.Later(String reason) -> answer.complete(Answer.failed(reason, true));
                case Verdict.Enrol(Workload workload) ->
                        enrolment
                                .handle(request(add, workload))
                                .thenAccept(given -> {
                                    taken.run();
                                    answer.complete(given);
                                });
            }
        } catch (RuntimeException e) {
            answer.complete(Answer.failed("add: " + e.getMessage(), false));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            answer.complete(Answer.failed("the agent stops", true));
        }
    }

    private static Add request(Add asked, Workload workload) {
        var addresses = asked.ips().stream().map(InetAddress::ofLiteral).toList();
        return Wish.add(workload, Path.of(asked.netns()), addresses);
    }

    /** What is to be done about a pod that is about to start. */
    private sealed interface Verdict {
        record Pass() implements Verdict {}

        record Enrol(Workload workload) implements Verdict {}

        record Later(String reason) implements Verdict {}
    }

    private Verdict verdict(Add add) throws InterruptedException {
        if (isStatic(add.uid()) || enrolment.released() || !known(add)) {
            return new Verdict.Pass();
        }
        Workload workload = workloads.withUid(add.uid());
        if (workload == null) {
            if (!asks(add)) {
                return new Verdict.Pass(); // of a namespace that the mesh does not look at, too
            }
            return new Verdict.Later(
                    "pod %s/%s is not known to pilot-lite after %d s%s"
                            .formatted(
                                    add.namespace(),
                                    add.name(),
                                    patience.toSeconds(),
                                    connected.getAsBoolean() ? "" : ": it cannot be reached"));
        }
        return workload.membership().enrolled() ? new Verdict.Enrol(workload) : new Verdict.Pass();
    }

    /** A pod of the kubelet's own files, whose UID the API server does not know. */
    private static boolean isStatic(String uid) {
        return uid.indexOf('-') < 0;
    }

    /** Waits for word of the pod; false: none is needed to let it pass. */
    private boolean known(Add add) throws InterruptedException {
        boolean asks = asks(add);
        if (workloads.withUid(add.uid()) == null && !connected.getAsBoolean() && !asks) {
            return false;
        }
        Duration longest = asks || patience.compareTo(MOMENT) < 0 ? patience : MOMENT;
        workloads.await(index -> index.withUid(add.uid()) != null, longest);
        return true;
    }

    /** Whether the pod is to be captured as far as that can be told without the control plane. */
    private boolean asks(Add add) {
        @Nullable Set<String> enrolled = workloads.now().enrolledNamespaces();
        return "enabled".equals(add.mesh())
                || (enrolled != null && enrolled.contains(add.namespace()));
    }
}
