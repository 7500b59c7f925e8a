package dev.fairlead.agent.control.pods;

import dev.fairlead.agent.model.workload.LocalPod;
import dev.fairlead.wire.pods.PodSocketProtocol.Answer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/**
 * The single steps of a pod's way in and out, each done with its waiting. Which is next, {@link
 * PodLife} knows; all methods run on its thread.
 */
final class PodSteps {

    private static final Duration POLL = Duration.ofMillis(50);

    private final EnrolmentSettings settings;
    private final EnrolmentParts parts;
    private final PodStore store;
    private final PodReports reports;
    private final RuleKeeper rules;
    private final Patience patience;

    PodSteps(
            EnrolmentSettings settings,
            EnrolmentParts parts,
            PodStore store,
            PodReports reports,
            RuleKeeper rules,
            Patience patience) {
        this.settings = settings;
        this.parts = parts;
        this.store = store;
        this.reports = reports;
        this.rules = rules;
        this.patience = patience;
    }

    /** Certificate and listeners. */
    Answer open(LocalPod pod, Duration bound) throws InterruptedException {
        var certificate = parts.identities().acquire(pod.identity());
        var listeners = parts.dataPlane().open(pod);
        return switch (patience.await(CompletableFuture.allOf(listeners, certificate), bound)) {
            case Patience.Cut() -> Answer.failed("removed meanwhile", false);
            case Patience.Failed(var reason) -> Answer.failed(reason, true);
            case Patience.Late() ->
                    Answer.failed(
                            (listeners.isDone() ? "no certificate" : "no listeners")
                                    + " within "
                                    + bound,
                            true);
            case Patience.Done() -> Answer.done();
        };
    }

    /** Rules, and a connection that proves them. */
    Answer capture(LocalPod pod) throws InterruptedException {
        var trouble = rules.capture(pod);
        if (trouble != null) {
            return Answer.failed(trouble, true);
        }
        var proof = parts.dataPlane().proveCapture(pod.uid());
        return switch (patience.await(proof, settings.patience())) {
            case Patience.Cut() -> Answer.failed("removed meanwhile", false);
            case Patience.Failed(var reason) -> Answer.failed(reason, true);
            case Patience.Late() -> Answer.failed("capture was not proved", true);
            case Patience.Done() -> Answer.done();
        };
    }

    /** Not waited for: the pod's address may be published only after the add is answered. */
    void mark(LocalPod pod) {
        var _ = reports.say(pod, true, Duration.ZERO);
    }

    /**
     * Says that the pod is not captured, waits until that is known, and takes no connection more.
     *
     * @param hurry the pod's namespace is gone
     */
    CompletableFuture<Boolean> unmark(LocalPod pod, BooleanSupplier hurry)
            throws InterruptedException {
        store.put(pod, true);
        var unmarked = reports.say(pod, false, settings.agentsBound());
        patience.await(unmarked, settings.agentsBound().plusSeconds(1));
        rules.drain(pod);
        // One that is just being made has its first packet taken and is not accepted yet.
        var settled = System.nanoTime() + settings.settle().toNanos();
        while (!hurry.getAsBoolean() && System.nanoTime() < settled) {
            patience.pause(POLL);
        }
        return unmarked;
    }

    /** Listeners, connections and certificate. */
    void release(LocalPod pod) throws InterruptedException {
        parts.dataPlane().stopAccepting(pod.uid());
        Patience.whole(parts.dataPlane().close(pod.uid()), settings.patience());
        parts.identities().release(pod.identity());
    }

    /** Its namespace is gone, and the rules with it. */
    void forget(LocalPod pod) {
        reports.forget(pod.uid());
        store.remove(pod.uid());
    }

    /** The last rules; once the report was taken nothing more is left to do after a restart. */
    void clean(LocalPod pod, CompletableFuture<Boolean> unmarked) {
        rules.clean(pod);
        unmarked.thenAccept(taken -> {
            if (taken) {
                store.removeLeaving(pod.uid());
            }
        });
    }
}
