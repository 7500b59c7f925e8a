package dev.fairlead.agent.control.pods;

import dev.fairlead.agent.model.workload.LocalPod;
import dev.fairlead.wire.pods.PodSocketProtocol.Answer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One pod's way in and out, by its {@link PodSteps}. In: certificate and listeners, then rules,
 * then a connection that proves them, then the report. Out, in reverse: the report and a wait for
 * the agents that follow it, then no new connections, which is answered; the rest goes when the
 * last held one ends.
 *
 * <p>Owner: this virtual thread, which takes events one by one; {@link #tell} may be called from
 * anywhere. Between two events the state is Absent, Captured or Draining.
 */
final class PodLife implements Runnable {

    private static final Logger log = LoggerFactory.getLogger(PodLife.class);
    private static final Duration POLL = Duration.ofMillis(50);
    private static final Duration FOREVER = Duration.ofDays(10_000);

    private final String uid;
    private final EnrolmentSettings settings;
    private final EnrolmentParts parts;
    private final PodStore store;
    private final RuleKeeper rules;
    private final PodSteps steps;
    private final EnrolmentCounters counters;
    private final Predicate<PodLife> retire;
    private final PodMail mail = new PodMail();
    private volatile LifeState state = new LifeState.Absent();
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
        this.counters = counters;
        this.rules = new RuleKeeper(parts.rules(), counters);
        this.steps = new PodSteps(settings, parts, store, reports, rules, mail.patience());
        this.retire = retire;
    }

    String uid() {
        return uid;
    }

    LifeState state() {
        return state;
    }

    boolean hasMail() {
        return !mail.isEmpty();
    }

    void tell(PodMail.Event event) {
        mail.put(event);
    }

    @Override
    public void run() {
        try {
            do {
                var event = mail.take(pause());
                if (event == null) {
                    look();
                } else {
                    handle(event);
                }
            } while (!(state instanceof LifeState.Absent && retire.test(this)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the agent stops; the pod stays captured
        }
    }

    private Duration pause() {
        return state instanceof LifeState.Draining ? POLL : settings.verifyInterval();
    }

    /** Nothing was asked for a while. */
    private void look() throws InterruptedException {
        switch (state) {
            case LifeState.Captured(var pod, var namespace) -> verify(pod, namespace);
            case LifeState.Draining draining -> endIfDrained(draining);
            case LifeState.Absent(), LifeState.Joining(_, _), LifeState.Leaving(_) -> {}
        }
    }

    private void handle(PodMail.Event event) throws InterruptedException {
        try {
            switch (event) {
                case PodMail.Add(var pod, var answer) -> answer.complete(add(pod));
                case PodMail.Restore(var entry, var settled) -> restore(entry, settled);
                case PodMail.Remove(_, var answer) -> answer.complete(remove());
            }
        } catch (RuntimeException bug) {
            log.error("pod's change failed uid={} state={}", uid, state, bug);
            if (!(state instanceof LifeState.Captured || state instanceof LifeState.Draining)) {
                become(new LifeState.Absent(), "failed");
            }
            var answer = Answer.failed(bug.toString(), true);
            switch (event) {
                case PodMail.Add add -> add.answer().complete(answer);
                case PodMail.Restore restore -> restore.settled().complete(null);
                case PodMail.Remove remove -> remove.answer().complete(answer);
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
            case LifeState.Draining draining -> takeBack(draining, pod);
            case LifeState.Joining(_, _), LifeState.Leaving(_) ->
                    throw new IllegalStateException("pod " + uid + " is " + state);
        };
    }

    /** It left and comes again while connections of before are held: they go on. */
    private Answer takeBack(LifeState.Draining draining, LocalPod pod) throws InterruptedException {
        if (!draining.namespace().equals(parts.namespaces().identityOf(pod.netns()))) {
            end(draining, true);
            return add(pod);
        }
        store.put(pod, false);
        var answer = capture(pod, draining.namespace());
        if (!answer.ok()) {
            counters.refused.incrementAndGet();
            store.put(pod, true);
            rules.drain(pod);
        }
        return answer;
    }

    private Answer addAgain(LocalPod known, Object namespace, LocalPod pod)
            throws InterruptedException {
        if (!namespace.equals(parts.namespaces().identityOf(pod.netns()))) {
            leave(known, namespace, true); // the old sandbox is no more
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
        var opened = steps.open(pod, bound);
        return opened.ok() ? capture(pod, namespace) : opened;
    }

    private Answer capture(LocalPod pod, Object namespace) throws InterruptedException {
        var proved = steps.capture(pod);
        if (proved.ok()) {
            become(new LifeState.Captured(pod, namespace), "proved");
            counters.enrolled.incrementAndGet();
            log.info("pod captured uid={} pod={}", uid, pod.display());
            steps.mark(pod);
        }
        return proved;
    }

    /** As if it had never been added. */
    private void undo(LocalPod pod) throws InterruptedException {
        if (state instanceof LifeState.Joining(_, var namespace)) {
            if (namespace.equals(parts.namespaces().identityOf(pod.netns()))) {
                rules.clean(pod);
            }
            steps.release(pod);
        }
        store.remove(uid);
        become(new LifeState.Absent(), "undone");
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
                leave(pod);
                return;
            }
            while (!mail.asksToLeave()) {
                if (parts.namespaces().identityOf(pod.netns()) == null) {
                    log.info(
                            "pod dropped uid={} pod={} reason=\"its network namespace is gone\"",
                            uid,
                            pod.display());
                    leave(pod);
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
                steps.release(pod);
                become(new LifeState.Absent(), "to be tried again");
                mail.patience().pause(settings.retryInterval());
            }
            mail.leavesAlready();
            leave(pod);
        } finally {
            settled.complete(null);
        }
    }

    private Answer remove() throws InterruptedException {
        mail.removalTaken();
        switch (state) {
            case LifeState.Absent() -> {}
            case LifeState.Captured(var pod, var namespace) ->
                    leave(pod, namespace, mail.saysGone());
            case LifeState.Draining draining -> {
                if (mail.saysGone()) {
                    end(draining, true);
                }
            }
            case LifeState.Joining(_, _), LifeState.Leaving(_) ->
                    throw new IllegalStateException("pod " + uid + " is " + state);
        }
        mail.forgetGone();
        return Answer.done();
    }

    /**
     * One that was not taken up again after a restart: nothing is open, only rules may be there.
     */
    private void leave(LocalPod pod) throws InterruptedException {
        var namespace = parts.namespaces().identityOf(pod.netns());
        leave(pod, namespace == null ? "none" : namespace, mail.saysGone() || namespace == null);
    }

    private void leave(LocalPod pod, Object namespace, boolean namespaceGone)
            throws InterruptedException {
        boolean open = !(state instanceof LifeState.Absent);
        become(new LifeState.Leaving(pod), namespaceGone ? "gone" : "removed");
        if (open) {
            parts.dataPlane().turnAway(uid);
        }
        var unmarked =
                namespaceGone
                        ? CompletableFuture.completedFuture(true)
                        : steps.unmark(pod, mail::saysGone);
        var draining = new LifeState.Draining(pod, namespace, unmarked);
        if (namespaceGone || mail.saysGone() || parts.dataPlane().connections(uid) == 0) {
            end(draining, namespaceGone || mail.saysGone(), open);
        } else {
            become(draining, "connections are held");
        }
    }

    private void endIfDrained(LifeState.Draining draining) throws InterruptedException {
        var pod = draining.pod();
        if (!draining.namespace().equals(parts.namespaces().identityOf(pod.netns()))) {
            end(draining, true);
        } else if (parts.dataPlane().connections(uid) == 0) {
            end(draining, false);
        }
    }

    private void end(LifeState.Draining draining, boolean namespaceGone)
            throws InterruptedException {
        end(draining, namespaceGone, true);
    }

    private void end(LifeState.Draining draining, boolean namespaceGone, boolean open)
            throws InterruptedException {
        var pod = draining.pod();
        if (open) {
            steps.release(pod);
        }
        if (namespaceGone) {
            steps.forget(pod);
        } else {
            steps.clean(pod, draining.unmarked());
        }
        counters.left.incrementAndGet();
        log.info("pod left uid={} pod={} gone={}", uid, pod.display(), namespaceGone);
        become(new LifeState.Absent(), "left");
    }

    private void verify(LocalPod pod, Object namespace) throws InterruptedException {
        if (!namespace.equals(parts.namespaces().identityOf(pod.netns()))) {
            log.info(
                    "pod dropped uid={} pod={} reason=\"its network namespace is gone\"",
                    uid,
                    pod.display());
            leave(pod, namespace, true);
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
