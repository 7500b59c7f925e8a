package dev.fairlead.agent.control.pods;

import dev.fairlead.agent.model.workload.LocalPod;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says the latest of each pod until it is taken. A newer word about a pod ends the older one, and
 * goes out only when the older attempt is over, so that they cannot overtake each other.
 *
 * <p>Thread: any; each word is carried by a virtual thread of its own.
 */
final class PodReports {

    private static final Logger log = LoggerFactory.getLogger(PodReports.class);
    private static final Duration ATTEMPT = Duration.ofSeconds(10);

    private final CaptureReports reports;
    private final Duration retryInterval;
    private final ConcurrentHashMap<String, Word> latest = new ConcurrentHashMap<>();

    PodReports(CaptureReports reports, Duration retryInterval) {
        this.reports = reports;
        this.retryInterval = retryInterval;
    }

    /** One word: whether it was taken, and when its thread is done with it. */
    private record Word(
            LocalPod pod,
            boolean captured,
            Duration waitForAgents,
            CompletableFuture<Boolean> taken,
            CompletableFuture<Void> over) {}

    /**
     * Completes with true when the control plane has stored it (and all agents follow it, as far as
     * {@code waitForAgents} allowed), with false when a newer word took its place.
     */
    CompletableFuture<Boolean> say(LocalPod pod, boolean captured, Duration waitForAgents) {
        var word =
                new Word(
                        pod,
                        captured,
                        waitForAgents,
                        new CompletableFuture<>(),
                        new CompletableFuture<>());
        var older = latest.put(pod.uid(), word);
        Thread.startVirtualThread(() -> carry(word, older == null ? null : older.over()));
        return word.taken();
    }

    /** Nothing more is to be said of a pod that is gone. */
    void forget(String uid) {
        latest.remove(uid);
    }

    private void carry(
            Word word, @org.jspecify.annotations.Nullable CompletableFuture<Void> older) {
        try {
            if (older != null) {
                older.join();
            }
            while (isLatest(word)) {
                if (attempt(word)) {
                    latest.remove(word.pod().uid(), word);
                    word.taken().complete(true);
                    return;
                }
                Thread.sleep(retryInterval);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            word.over().complete(null);
            word.taken().complete(false);
        }
    }

    @SuppressWarnings("ReferenceEquality") // this word, not one that says the same
    private boolean isLatest(Word word) {
        return latest.get(word.pod().uid()) == word;
    }

    private boolean attempt(Word word) throws InterruptedException {
        var bound = ATTEMPT.plus(word.waitForAgents());
        try {
            boolean followed =
                    reports.report(word.pod(), word.captured(), word.waitForAgents())
                            .get(bound.toMillis(), TimeUnit.MILLISECONDS);
            log.debug(
                    "pod reported uid={} captured={} followed={}",
                    word.pod().uid(),
                    word.captured(),
                    followed);
            return true;
        } catch (ExecutionException | TimeoutException e) {
            log.debug(
                    "pod not reported uid={} captured={} error=\"{}\"",
                    word.pod().uid(),
                    word.captured(),
                    e.toString());
            return false;
        }
    }
}
