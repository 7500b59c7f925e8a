package dev.fairlead.agent.control.node;

import dev.fairlead.agent.control.pods.Namespaces;
import dev.fairlead.agent.control.pods.PodEnrolment;
import dev.fairlead.agent.control.pods.PodEnrolment.Held;
import dev.fairlead.agent.model.workload.WorkloadIndex;
import dev.fairlead.wire.pods.PodSocketProtocol.Add;
import dev.fairlead.wire.pods.PodSocketProtocol.Answer;
import dev.fairlead.wire.pods.PodSocketProtocol.Remove;
import dev.fairlead.wire.pods.PodSocketProtocol.Request;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the enrolled pods those that run here and that the control plane wants captured. Looks
 * again about every second, and at once when the control plane says something new.
 *
 * <p>Owner: its virtual thread. Pods are told apart by UID; one that was enrolled otherwise (by a
 * CNI plugin, by the process before) is kept for as long as its namespace is there.
 */
public final class NodePods implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(NodePods.class);

    /**
     * @param interval between two looks; default 1 s
     * @param retry after a failure, doubled with each further one up to 30 times; default 1 s
     */
    public record Pace(Duration interval, Duration retry) {
        public static final Pace DEFAULT = new Pace(Duration.ofSeconds(1), Duration.ofSeconds(1));
    }

    private static final int LONGEST_RETRY = 30;

    private final Pace pace;
    private final Sandboxes sandboxes;
    private final KnownWorkloads workloads;
    private final PodEnrolment enrolment;
    private final Namespaces namespaces;
    private final Consumer<Supplier<Collection<InetAddress>>> coverProbes;
    private final EnrolledFile enrolledFile;
    private final Semaphore wake = new Semaphore(0);
    private final CompletableFuture<Void> looked = new CompletableFuture<>();
    private final Map<String, Asked> asked = new HashMap<>();
    private final Thread thread = Thread.ofVirtual().name("node-pods").unstarted(this::run);
    private String trouble = "";

    /** What was last asked for a pod. */
    private record Asked(
            Request request, CompletableFuture<Answer> answer, long sinceNanos, int failures) {}

    /**
     * @param coverProbes lets the kubelet's probes pass to these addresses
     * @param stateDir what the CNI plugin reads
     */
    public NodePods(
            Pace pace,
            Sandboxes sandboxes,
            KnownWorkloads workloads,
            PodEnrolment enrolment,
            Namespaces namespaces,
            Consumer<Supplier<Collection<InetAddress>>> coverProbes,
            Path stateDir) {
        this.pace = pace;
        this.sandboxes = sandboxes;
        this.workloads = workloads;
        this.enrolment = enrolment;
        this.namespaces = namespaces;
        this.coverProbes = coverProbes;
        this.enrolledFile = new EnrolledFile(stateDir);
    }

    /** Completes when the pods that run have been seen once. */
    public CompletableFuture<Void> start() {
        workloads.onChange(wake::release);
        thread.start();
        return looked;
    }

    private void run() {
        try {
            while (true) {
                look();
                if (wake.tryAcquire(pace.interval.toMillis(), TimeUnit.MILLISECONDS)) {
                    wake.drainPermits();
                }
            }
        } catch (InterruptedException e) {
            log.debug("node's pods are not looked at any more");
        }
    }

    private void look() throws InterruptedException {
        if (enrolment.released()) {
            return;
        }
        WorkloadIndex index = workloads.now();
        Set<String> enrolled = index.enrolledNamespaces();
        if (enrolled == null) {
            return; // a control plane that does not say what it wants captured
        }
        enrolledFile.write(enrolled);
        try {
            Map<String, Sandbox> running = new HashMap<>();
            sandboxes.list().forEach(sandbox -> running.put(sandbox.uid(), sandbox));
            tell("");
            join(running, index);
            looked.complete(null);
        } catch (IOException e) {
            tell(String.valueOf(e.getMessage()));
        } catch (RuntimeException bug) {
            log.error("node's pods could not be joined", bug);
        }
    }

    private void tell(String next) {
        if (!next.equals(trouble)) {
            if (next.isEmpty()) {
                log.info("node's pods can be seen again");
            } else {
                log.warn("node's pods cannot be seen reason=\"{}\"", next);
            }
            trouble = next;
        }
    }

    private void join(Map<String, Sandbox> running, WorkloadIndex index) {
        Map<String, Held> held = enrolment.held();
        Set<String> uids = new HashSet<>(running.keySet());
        uids.addAll(held.keySet());
        asked.keySet().retainAll(uids);
        List<Runnable> steps = new ArrayList<>();
        List<InetAddress> coming = new ArrayList<>();
        for (String uid : uids) {
            Held pod = held.get(uid);
            switch (Wish.of(running.get(uid), index.withUid(uid), standing(pod))) {
                case Wish.Capture(Add add) -> {
                    if (pod == null || pod.leaving() || !pod.pod().equals(enrolment.podOf(add))) {
                        coming.addAll(enrolment.podOf(add).addresses());
                        steps.add(() -> ask(uid, add));
                    }
                }
                case Wish.Release() -> {
                    if (pod != null && !pod.leaving()) {
                        steps.add(() -> ask(uid, new Remove(uid, false)));
                    }
                }
                case Wish.Forget() -> steps.add(() -> ask(uid, new Remove(uid, true)));
                case Wish.Leave() -> {}
            }
        }
        cover(coming); // first: a probe that is captured may be refused
        steps.forEach(Runnable::run);
    }

    /** Has the probes of all enrolled pods pass, and of those that come. Thread: any. */
    private void cover(List<InetAddress> coming) {
        coverProbes.accept(() -> {
            List<InetAddress> all = new ArrayList<>(coming);
            enrolment.held().values().forEach(held -> all.addAll(held.pod().addresses()));
            return all;
        });
    }

    /** A pod was enrolled by others. Thread: any; returns when its probes pass. */
    public void enrolled() {
        cover(List.of());
    }

    private Wish.Standing standing(@Nullable Held pod) {
        if (pod == null) {
            return Wish.Standing.ABSENT;
        }
        return namespaces.identityOf(pod.pod().netns()) == null
                ? Wish.Standing.GONE
                : Wish.Standing.HELD;
    }

    private void ask(String uid, Request request) {
        Asked before = asked.get(uid);
        int failures = 0;
        if (before != null && before.request.equals(request)) {
            if (!before.answer.isDone()) {
                return;
            }
            if (!before.answer.join().ok()) {
                failures = before.failures + 1;
                int factor = Math.min(LONGEST_RETRY, 1 << Math.min(failures - 1, 8));
                long due = before.sinceNanos + pace.retry.multipliedBy(factor).toNanos();
                if (System.nanoTime() - due < 0) {
                    return;
                }
            }
        }
        var answer = enrolment.handle(request);
        asked.put(uid, new Asked(request, answer, System.nanoTime(), failures));
        answer.thenAccept(given -> {
            if (!given.ok()) {
                log.warn("pod not as wanted uid={} error=\"{}\"", uid, given.error());
            }
        });
    }

    @Override
    public void close() {
        thread.interrupt();
        sandboxes.close();
    }
}
