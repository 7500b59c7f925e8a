package dev.fairlead.agent.control.pods;

import dev.fairlead.agent.model.workload.LocalPod;
import dev.fairlead.wire.pods.PodSocketProtocol.Answer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One pod's way in and out. In: certificate and listeners, then rules, then a connection that
 * proves them, then the report. Out, in reverse: the report and a wait for the agents that follow
 * it, no new connections, the end of the held ones, then the rest.
 *
 * <p>Owner: this virtual thread, which takes events one by one; {@link #tell} may be called from
 * anywhere. Between two events the state is Absent or Captured.
 */
final class PodLife implements Runnable {

    private static final Logger log = LoggerFactory.getLogger(PodLife.class);
    private static final Duration POLL = Duration.ofMillis(50);
    private static final Duration FOREVER = Duration.ofDays(10_000);

    /** What happens to a pod. */
    sealed interface Event {}

    record Add(LocalPod pod, CompletableFuture<Answer> answer) implements Event {}

    /** Left by the last process. {@code settled}: served again, or given up. */
    record Restore(PodStore.Entry entry, CompletableFuture<Void> settled) implements Event {}

    record Remove(boolean gone, CompletableFuture<Answer> answer) implements Event {}

    private final String uid;
    private final EnrolmentSettings settings;
    private final EnrolmentParts parts;
    private final PodStore store;
    private final PodReports reports;
    private final RuleKeeper rules;
    private final EnrolmentCounters counters;
    private final Predicate<PodLife> retire;
    private final LinkedBlockingQueue<Event> mailbox = new LinkedBlockingQueue<>();
    private final Patience patience = new Patience();
    private volatile LifeState state = new LifeState.Absent();
    private volatile boolean gone;
    private long since = System.nanoTime();

    /**
     * @param retire asked when nothing is left to do; true: this life is over, false: there is mail
     */
    PodLife(
            String uid,
            EnrolmentSettings settings,
            EnrolmentParts parts,
            PodStore store,
            PodReports reports,
            EnrolmentCounters counters,
            Predicate<PodLife> retire) {
        this.uid = uid;
        this.settings = settings;
        this.parts = parts;
        this.store = store;
        this.reports = reports;
        this.counters = counters;
        this.rules = new RuleKeeper(parts.rules(), counters);
        this.retire = retire;
    }

    String uid() {
        return uid;
    }

    LifeState state() {
        return state;
    }

    boolean hasMail() {
        return !mailbox.isEmpty();
    }

    void tell(Event event) {
        mailbox.add(event);
        if (event instanceof Remove remove) {
            gone |= remove.gone();
            patience.cutShort();
        }
    }

    @Override
    public void run() {
        try {
            do {
                var event =
                        mailbox.poll(settings.verifyInterval().toMillis(), TimeUnit.MILLISECONDS);
                if (event == null) {
                    verify();
                } else {
                    handle(event);
                }
            } while (!(state instanceof LifeState.Absent && retire.test(this)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the agent stops; the pod stays captured
        }
    }

    private void handle(Event event) throws InterruptedException {
        try {
            switch (event) {
                case Add(var pod, var answer) -> answer.complete(add(pod));
                case Restore(var entry, var settled) -> restore(entry, settled);
                case Remove(_, var answer) -> answer.complete(remove());
            }
        } catch (RuntimeException bug) {
            log.error("pod's change failed uid={} state={}", uid, state, bug);
            if (!(state instanceof LifeState.Captured)) {
                become(new LifeState.Absent(), "failed");
            }
            var answer = Answer.failed(bug.toString(), true);
            switch (event) {
                case Add add -> add.answer().complete(answer);
                case Restore restore -> restore.settled().complete(null);
                case Remove remove -> remove.answer().complete(answer);
            }
        }
    }

    private Answer add(LocalPod pod) throws InterruptedException {
        return switch (state) {
            case LifeState.Captured(var known, var namespace) -> addAgain(known, namespace, pod);
            case LifeState.Absent() -> {
                var answer = join(pod, settings.patience());
                if (!answer.ok()) {
                    counters.refused.incrementAndGet();
                    undo(pod);
                }
                yield answer;
            }
            case LifeState.Joining(_, _), LifeState.Leaving(_) ->
                    throw new IllegalStateException("pod " + uid + " is " + state);
        };
    }

    private Answer addAgain(LocalPod known, Object namespace, LocalPod pod)
            throws InterruptedException {
        if (!namespace.equals(parts.namespaces().identityOf(pod.netns()))) {
            leave(known, true); // the old sandbox is no more
            return add(pod);
        }
        if (!known.equals(pod)) {
            var trouble = rules.capture(pod);
            if (trouble != null) {
                return Answer.failed(trouble, true);
            }
            store.put(pod, false);
            become(new LifeState.Captured(pod, namespace), "changed");
        }
        return Answer.done();
    }

    /** Leaves the state at Joining where it fails. */
    private Answer join(LocalPod pod, Duration bound) throws InterruptedException {
        var namespace = parts.namespaces().identityOf(pod.netns());
        if (namespace == null) {
            return Answer.failed("no network namespace at " + pod.netns(), true);
        }
        become(new LifeState.Joining(pod, namespace), "added");
        store.put(pod, false);
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
            case Patience.Done() -> capture(pod, namespace);
        };
    }

    private Answer capture(LocalPod pod, Object namespace) throws InterruptedException {
        var trouble = rules.capture(pod);
        if (trouble != null) {
            return Answer.failed(trouble, true);
        }
        var proof = parts.dataPlane().proveCapture(uid);
        return switch (patience.await(proof, settings.patience())) {
            case Patience.Cut() -> Answer.failed("removed meanwhile", false);
            case Patience.Failed(var reason) -> Answer.failed(reason, true);
            case Patience.Late() -> Answer.failed("capture was not proved", true);
            case Patience.Done() -> {
                become(new LifeState.Captured(pod, namespace), "proved");
                counters.enrolled.incrementAndGet();
                log.info("pod captured uid={} pod={}", uid, pod.display());
                // not waited for: the pod's address may be published only after this answer
                var _ = reports.say(pod, true, Duration.ZERO);
                yield Answer.done();
            }
        };
    }

    /** As if it had never been added. */
    private void undo(LocalPod pod) throws InterruptedException {
        if (state instanceof LifeState.Joining(_, var namespace)) {
            if (namespace.equals(parts.namespaces().identityOf(pod.netns()))) {
                rules.clean(pod);
            }
            release(pod);
        }
        store.remove(uid);
        become(new LifeState.Absent(), "undone");
    }

    private void release(LocalPod pod) throws InterruptedException {
        parts.dataPlane().stopAccepting(uid);
        Patience.whole(parts.dataPlane().close(uid), settings.patience());
        parts.identities().release(pod.identity());
    }

    /**
     * The pod's rules may still be in place, so its traffic waits for us: no bound, and no undoing,
     * which would let it pass uncaptured.
     */
    private void restore(PodStore.Entry entry, CompletableFuture<Void> settled)
            throws InterruptedException {
        var pod = entry.pod();
        try {
            if (entry.leaving()) {
                leave(pod, parts.namespaces().identityOf(pod.netns()) == null);
                return;
            }
            while (!isAskedToLeave()) {
                if (parts.namespaces().identityOf(pod.netns()) == null) {
                    log.info(
                            "pod dropped uid={} pod={} reason=\"its network namespace is gone\"",
                            uid,
                            pod.display());
                    leave(pod, true);
                    return;
                }
                var answer = join(pod, FOREVER);
                if (answer.ok()) {
                    return;
                }
                log.warn(
                        "pod not restored uid={} pod={} error=\"{}\"",
                        uid,
                        pod.display(),
                        answer.error());
                release(pod);
                become(new LifeState.Absent(), "to be tried again");
                patience.pause(settings.retryInterval());
            }
            patience.renew();
            leave(pod, gone);
        } finally {
            settled.complete(null);
        }
    }

    private boolean isAskedToLeave() {
        return mailbox.stream().anyMatch(Remove.class::isInstance);
    }

    private Answer remove() throws InterruptedException {
        if (!isAskedToLeave()) {
            patience.renew();
        }
        switch (state) {
            case LifeState.Absent() -> {}
            case LifeState.Captured(var pod, _) -> leave(pod, gone);
            case LifeState.Joining(_, _), LifeState.Leaving(_) ->
                    throw new IllegalStateException("pod " + uid + " is " + state);
        }
        gone = false;
        return Answer.done();
    }

    private void leave(LocalPod pod, boolean namespaceGone) throws InterruptedException {
        boolean held = !(state instanceof LifeState.Absent);
        become(new LifeState.Leaving(pod), namespaceGone ? "gone" : "removed");
        if (namespaceGone) {
            reports.forget(uid);
            store.remove(uid);
        } else {
            drain(pod);
        }
        if (held) {
            release(pod);
        }
        if (!namespaceGone) {
            rules.clean(pod);
        }
        counters.left.incrementAndGet();
        log.info("pod left uid={} pod={} gone={}", uid, pod.display(), namespaceGone);
        become(new LifeState.Absent(), "left");
    }

    private void drain(LocalPod pod) throws InterruptedException {
        store.put(pod, true);
        var unmarked = reports.say(pod, false, settings.agentsBound());
        unmarked.thenAccept(taken -> {
            if (taken) {
                store.removeLeaving(uid);
            }
        });
        patience.await(unmarked, settings.agentsBound().plusSeconds(1));
        rules.drain(pod);
        // One that is just being made has its first packet taken and is not accepted yet.
        var settled = System.nanoTime() + settings.settle().toNanos();
        var bound = System.nanoTime() + settings.drainBound().toNanos();
        while (!gone
                && System.nanoTime() < bound
                && (System.nanoTime() < settled || parts.dataPlane().connections(uid) > 0)) {
            patience.pause(POLL);
        }
    }

    private void verify() throws InterruptedException {
        if (!(state instanceof LifeState.Captured(var pod, var namespace))) {
            return;
        }
        if (!namespace.equals(parts.namespaces().identityOf(pod.netns()))) {
            log.info(
                    "pod dropped uid={} pod={} reason=\"its network namespace is gone\"",
                    uid,
                    pod.display());
            leave(pod, true);
            return;
        }
        rules.repair(pod);
    }

    private void become(LifeState next, String reason) {
        long now = System.nanoTime();
        log.debug(
                "pod state uid={} from={} to={} reason=\"{}\" millis={}",
                uid,
                state.getClass().getSimpleName(),
                next.getClass().getSimpleName(),
                reason,
                (now - since) / 1_000_000);
        state = next;
        since = now;
    }
}
