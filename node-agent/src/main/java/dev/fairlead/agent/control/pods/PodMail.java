package dev.fairlead.agent.control.pods;

import dev.fairlead.agent.model.workload.LocalPod;
import dev.fairlead.wire.pods.PodSocketProtocol.Answer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What happened to one pod and is not handled yet. A removal also ends the wait that is going on.
 *
 * <p>Thread: anybody puts; the pod's own thread takes, and renews its patience.
 */
final class PodMail {

    /** What happens to a pod. */
    sealed interface Event {}

    record Add(LocalPod pod, CompletableFuture<Answer> answer) implements Event {}

    /** Left by the last process. {@code settled}: served again, or given up. */
    record Restore(PodStore.Entry entry, CompletableFuture<Void> settled) implements Event {}

    record Remove(boolean gone, CompletableFuture<Answer> answer) implements Event {}

    private final LinkedBlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final Patience patience = new Patience();
    private volatile boolean gone;

    /** Both under one lock, or the wait that is cut short may be one of the removal's own. */
    synchronized void put(Event event) {
        events.add(event);
        if (event instanceof Remove remove) {
            gone |= remove.gone();
            patience.cutShort();
        }
    }

    /** The next event; null: none came for {@code bound}. */
    @Nullable Event take(Duration bound) throws InterruptedException {
        return events.poll(bound.toMillis(), TimeUnit.MILLISECONDS);
    }

    boolean isEmpty() {
        return events.isEmpty();
    }

    boolean asksToLeave() {
        return events.stream().anyMatch(Remove.class::isInstance);
    }

    /** What the pod's thread waits with. */
    Patience patience() {
        return patience;
    }

    /** The removal that cut waits short is taken up; one that has not been is still urgent. */
    synchronized void removalTaken() {
        if (!asksToLeave()) {
            patience.renew();
        }
    }

    /** What is going on is itself a removal, though the one that asks is not taken yet. */
    synchronized void leavesAlready() {
        patience.renew();
    }

    /** Its processes have ended, and nothing of it needs care. */
    boolean saysGone() {
        return gone;
    }

    void forgetGone() {
        gone = false;
    }
}
