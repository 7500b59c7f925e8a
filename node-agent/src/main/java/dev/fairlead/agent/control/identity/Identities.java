package dev.fairlead.agent.control.identity;

import dev.fairlead.agent.control.identity.IdentityState.Asking;
import dev.fairlead.agent.control.identity.IdentityState.Overdue;
import dev.fairlead.agent.control.identity.IdentityState.Renewing;
import dev.fairlead.agent.control.identity.IdentityState.Valid;
import dev.fairlead.agent.control.identity.IdentityState.Waiting;
import dev.fairlead.agent.model.identity.CertificateStatus;
import dev.fairlead.agent.model.identity.Svid;
import dev.fairlead.wire.identity.SpiffeId;
import dev.fairlead.wire.svid.CertificateClient.Answer;
import dev.fairlead.wire.svid.CertificateClient.Denied;
import dev.fairlead.wire.svid.CertificateClient.Issued;
import dev.fairlead.wire.svid.CertificateClient.Retry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The wanted identities of this node, each with its SVID.
 *
 * <p>Owner: one virtual thread, which alone changes them; others put messages into its queue.
 * Requests to ca run on virtual threads of their own and answer by message. An SVID in use is
 * served until it expires, whatever ca does.
 */
public final class Identities implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Identities.class);

    private static final int REQUESTS_AT_ONCE = 8; // a node's pods at start, within ca's limits
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30); // clocks can be set

    private final CertificateSource source;
    private final IdentityListener listener;
    private final Clock clock;
    private final RetryDelays delays;
    private final IdentityCounters counters = new IdentityCounters();
    private final LinkedBlockingQueue<Runnable> queue = new LinkedBlockingQueue<>();
    private final Semaphore requests = new Semaphore(REQUESTS_AT_ONCE);
    private final Map<SpiffeId, Entry> entries = new HashMap<>();
    private final Map<SpiffeId, CertificateStatus> published =
            new ConcurrentSkipListMap<>(java.util.Comparator.comparing(SpiffeId::uri));
    private final Thread owner;
    private volatile boolean closed;

    /** One wanted identity. Belongs to the owner. */
    private static final class Entry {
        final SpiffeId id;
        final List<CompletableFuture<Outcome>> waiting = new ArrayList<>();
        int references;
        IdentityState state = new Asking(0);

        Entry(SpiffeId id) {
            this.id = id;
        }
    }

    public Identities(
            CertificateSource source,
            IdentityListener listener,
            Clock clock,
            RandomGenerator random) {
        this.source = source;
        this.listener = listener;
        this.clock = clock;
        delays = new RetryDelays(random);
        owner = Thread.ofVirtual().name("identities").start(this::run);
    }

    /**
     * Adds a reference to {@code id}. The future ends when there is an SVID, when ca refuses one,
     * or when the last reference is released; never by time.
     */
    public CompletableFuture<Outcome> want(SpiffeId id) {
        CompletableFuture<Outcome> outcome = new CompletableFuture<>();
        if (closed) {
            outcome.complete(new Outcome.Released());
        } else {
            queue.add(() -> onWant(id, outcome));
            if (closed) { // meanwhile: the owner may have looked for the last time
                outcome.complete(new Outcome.Released());
            }
        }
        return outcome;
    }

    /** Takes back one reference. After the last, the SVID is dropped. */
    public void release(SpiffeId id) {
        queue.add(() -> onRelease(id));
    }

    /** All wanted identities by name, as of now. Thread: any. */
    public List<CertificateStatus> list() {
        return List.copyOf(published.values());
    }

    public IdentityCounters counters() {
        return counters;
    }

    /** Makes the owner look at the clock; for tests that turn it. */
    void look() {
        queue.add(() -> {});
    }

    private void run() {
        try {
            while (!closed) {
                Runnable message = queue.poll(nanosUntilDue(), TimeUnit.NANOSECONDS);
                while (message != null) {
                    handle(message);
                    message = queue.poll();
                }
                onTime();
            }
        } catch (InterruptedException e) {
            log.debug("identities stop");
        }
        Runnable late = queue.poll();
        while (late != null) { // put in before close: its future is waited for as well
            handle(late);
            late = queue.poll();
        }
        for (Entry entry : entries.values()) {
            complete(entry, new Outcome.Released());
        }
    }

    private void handle(Runnable message) {
        try {
            message.run();
        } catch (RuntimeException e) {
            log.error("identities: a message failed", e); // a bug; the others go on
        }
    }

    private long nanosUntilDue() {
        Instant next = clock.instant().plus(LONGEST_WAIT);
        for (Entry entry : entries.values()) {
            Instant due = entry.state.due();
            Svid svid = entry.state.current();
            if (due != null && due.isBefore(next)) {
                next = due;
            }
            if (svid != null && svid.notAfter().isBefore(next)) {
                next = svid.notAfter();
            }
        }
        return Math.max(0, Duration.between(clock.instant(), next).toNanos());
    }

    private void onTime() {
        Instant now = clock.instant();
        for (Entry entry : entries.values()) {
            Svid svid = entry.state.current();
            if (svid != null && !now.isBefore(svid.notAfter())) {
                onExpired(entry);
            }
            Instant due = entry.state.due();
            if (due != null && !now.isBefore(due)) {
                ask(entry);
            }
        }
    }

    private void onWant(SpiffeId id, CompletableFuture<Outcome> outcome) {
        if (closed) {
            outcome.complete(new Outcome.Released());
            return;
        }
        Entry entry = entries.get(id);
        if (entry == null) {
            entry = new Entry(id);
            entries.put(id, entry);
            ask(entry);
        }
        entry.references++;
        Svid svid = entry.state.current();
        if (svid != null) {
            outcome.complete(new Outcome.Ready(svid));
        } else {
            entry.waiting.add(outcome);
        }
        publish(entry);
    }

    private void onRelease(SpiffeId id) {
        Entry entry = entries.get(id);
        if (entry == null) {
            log.warn("released more often than wanted identity={}", id);
            return;
        }
        if (--entry.references > 0) {
            publish(entry);
            return;
        }
        entries.remove(id);
        published.remove(id);
        complete(entry, new Outcome.Released());
        if (entry.state.current() != null) {
            listener.onGone(id);
        }
        log.debug("identity released identity={}", id);
    }

    private void ask(Entry entry) {
        int failures = entry.state.failures();
        Svid svid = entry.state.current();
        become(entry, svid == null ? new Asking(failures) : new Renewing(svid, failures), "ask");
        Thread.ofVirtual().name("certificate-request").start(() -> request(entry));
    }

    /** Runs on a thread of its own. */
    private void request(Entry entry) {
        Answer answer;
        try {
            requests.acquire();
            try {
                answer = source.request(entry.id);
            } finally {
                requests.release();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        } catch (RuntimeException e) {
            log.error("certificate request identity={}", entry.id, e);
            answer = new Retry(e.toString());
        }
        Answer result = answer;
        queue.add(() -> onAnswer(entry, result));
    }

    private void onAnswer(Entry entry, Answer answer) {
        if (entries.get(entry.id) != entry) {
            return; // released meanwhile
        }
        switch (answer) {
            case Issued issued -> onIssued(entry, issued);
            case Retry(String reason) -> {
                counters.failed.increment();
                onFailure(entry, reason, delays.afterFailure(entry.state.failures() + 1));
            }
            case Denied(String reason) -> {
                counters.refused.increment();
                onFailure(entry, reason, delays.afterRefusal(entry.state.failures() + 1));
                if (entry.state.current() == null) {
                    complete(entry, new Outcome.Refused(reason));
                }
            }
        }
    }

    private void onIssued(Entry entry, Issued issued) {
        Svid svid = new Svid(entry.id, issued.key(), issued.chain(), issued.bundle());
        boolean first = entry.state.current() == null;
        counters.issued.increment();
        Instant renewAt = delays.renewal(clock.instant(), svid.notAfter());
        become(entry, new Valid(svid, renewAt), first ? "issued" : "renewed");
        listener.onSvid(svid);
        complete(entry, new Outcome.Ready(svid));
        log.info(
                "certificate {} identity={} serial={} not_after={} renew_at={}",
                first ? "issued" : "renewed",
                entry.id,
                svid.serial(),
                svid.notAfter(),
                renewAt);
    }

    private void onFailure(Entry entry, String problem, Duration delay) {
        int failures = entry.state.failures() + 1;
        Instant retryAt = clock.instant().plus(delay);
        Svid svid = entry.state.current();
        become(
                entry,
                svid == null
                        ? new Waiting(failures, retryAt, problem)
                        : new Overdue(svid, failures, retryAt, problem),
                problem);
        if (Integer.bitCount(failures) == 1) { // 1st, 2nd, 4th, 8th …: said, not repeated
            log.warn(
                    "no certificate identity={} failures={} in_use={} retry_in_ms={} reason=\"{}\"",
                    entry.id,
                    failures,
                    svid == null ? "none" : svid.serial(),
                    delay.toMillis(),
                    problem);
        }
    }

    private void onExpired(Entry entry) {
        counters.expired.increment();
        log.warn("certificate expired, none to replace it identity={}", entry.id);
        int failures = entry.state.failures();
        String problem = entry.state.problem();
        Instant now = clock.instant();
        become(
                entry,
                entry.state instanceof Renewing
                        ? new Asking(failures)
                        : new Waiting(failures, now, problem == null ? "expired" : problem),
                "expired");
        listener.onGone(entry.id);
    }

    private void become(Entry entry, IdentityState next, String reason) {
        log.debug(
                "identity={} from={} to={} reason=\"{}\"",
                entry.id,
                entry.state.getClass().getSimpleName(),
                next.getClass().getSimpleName(),
                reason);
        counters.transitions.increment();
        entry.state = next;
        publish(entry);
    }

    private void publish(Entry entry) {
        Svid svid = entry.state.current();
        published.put(
                entry.id,
                new CertificateStatus(
                        entry.id,
                        entry.state.getClass().getSimpleName(),
                        entry.references,
                        svid == null ? List.of() : svid.chain(),
                        svid == null ? List.of() : svid.bundle(),
                        entry.state.due(),
                        entry.state.problem()));
    }

    private static void complete(Entry entry, Outcome outcome) {
        for (CompletableFuture<Outcome> future : entry.waiting) {
            future.complete(outcome);
        }
        entry.waiting.clear();
    }

    /** Stops asking and ends all futures. SVIDs stay where the listener has put them. */
    @Override
    public void close() {
        closed = true;
        owner.interrupt();
    }
}
