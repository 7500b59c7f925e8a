package dev.fairlead.agent.control.pods;

import dev.fairlead.wire.pods.PodSocketProtocol.Answer;
import dev.fairlead.wire.pods.PodSocketProtocol.Remove;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of the mesh on this node: every pod runs on without it. Connections that a pod holds may
 * end by themselves for a while; then they are cut, since nobody will carry them any more.
 *
 * <p>Thread: one virtual thread, once.
 */
final class PodRelease {

    private static final Logger log = LoggerFactory.getLogger(PodRelease.class);
    private static final Duration POLL = Duration.ofMillis(50);
    private static final Duration TO_CLOSE = Duration.ofSeconds(10);

    private final PodEnrolment enrolment;
    private final PodDataPlane dataPlane;
    private final Runnable last;
    private final AtomicBoolean begun = new AtomicBoolean();
    private final CompletableFuture<Answer> answer = new CompletableFuture<>();

    /**
     * @param last what is done when no pod is left
     */
    PodRelease(PodEnrolment enrolment, PodDataPlane dataPlane, Runnable last) {
        this.enrolment = enrolment;
        this.dataPlane = dataPlane;
        this.last = last;
    }

    boolean begun() {
        return begun.get();
    }

    /**
     * @param toDrain how long held connections may go on
     */
    CompletableFuture<Answer> begin(Duration toDrain) {
        if (begun.compareAndSet(false, true)) {
            Thread.ofVirtual().name("release").start(() -> run(toDrain));
        }
        return answer;
    }

    private void run(Duration toDrain) {
        try {
            log.info("all pods are let go pods={}", enrolment.held().size());
            enrolment.held().keySet().forEach(uid -> enrolment.handle(new Remove(uid, false)));
            awaitNone(toDrain);
            enrolment
                    .held()
                    .keySet()
                    .forEach(uid -> {
                        var _ = dataPlane.close(uid);
                    });
            awaitNone(TO_CLOSE);
            last.run();
            int left = enrolment.held().size();
            answer.complete(
                    left == 0 ? Answer.done() : Answer.failed(left + " pods are not let go", true));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            answer.complete(Answer.failed("the agent stops", true));
        }
    }

    private void awaitNone(Duration bound) throws InterruptedException {
        long end = System.nanoTime() + bound.toNanos();
        while (!enrolment.held().isEmpty() && System.nanoTime() < end) {
            Thread.sleep(POLL);
        }
    }
}
