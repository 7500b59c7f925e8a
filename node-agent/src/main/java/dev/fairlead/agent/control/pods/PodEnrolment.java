package dev.fairlead.agent.control.pods;

import dev.fairlead.agent.model.workload.CaptureExclusions;
import dev.fairlead.agent.model.workload.LocalPod;
import dev.fairlead.wire.identity.SpiffeId;
import dev.fairlead.wire.pods.PodSocketProtocol.Add;
import dev.fairlead.wire.pods.PodSocketProtocol.Answer;
import dev.fairlead.wire.pods.PodSocketProtocol.ListPods;
import dev.fairlead.wire.pods.PodSocketProtocol.PodState;
import dev.fairlead.wire.pods.PodSocketProtocol.Release;
import dev.fairlead.wire.pods.PodSocketProtocol.Remove;
import dev.fairlead.wire.pods.PodSocketProtocol.Request;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The pods of this node. Each has a life of its own ({@link PodLife}); changes of one pod happen in
 * the order in which they are asked, those of several at once.
 *
 * <p>Thread: any. What is asked is answered when it is done; every request may be repeated.
 */
public final class PodEnrolment implements AutoCloseable {

    private final String trustDomain;
    private final EnrolmentSettings settings;
    private final EnrolmentParts parts;
    private final PodStore store;
    private final PodReports reports;
    private final PodRelease release;
    private final EnrolmentCounters counters = new EnrolmentCounters();

    /** A pod's life and the thread that lives it. Both are there while there is anything to do. */
    private record Living(PodLife life, Thread thread) {}

    private final ConcurrentHashMap<String, Living> living = new ConcurrentHashMap<>();

    /** Left by the last process and not settled yet, by UID: their rules may be in place. */
    private final ConcurrentHashMap<String, LocalPod> restoring = new ConcurrentHashMap<>();

    /**
     * @param stateDir where {@code pods.json} is kept
     */
    public PodEnrolment(
            String trustDomain, Path stateDir, EnrolmentSettings settings, EnrolmentParts parts) {
        this.trustDomain = trustDomain;
        this.settings = settings;
        this.parts = parts;
        this.store = new PodStore(stateDir);
        this.release = new PodRelease(this, parts.dataPlane(), parts.onReleased());
        this.reports = new PodReports(parts.reports(), settings.retryInterval());
    }

    /**
     * Takes up the pods that the last process left. Completes when each is served again, or is
     * given up because its namespace is gone; until then the agent is not ready.
     */
    public CompletableFuture<Void> restore() {
        var settled = new ArrayList<CompletableFuture<Void>>();
        for (var entry : store.load()) {
            var one = new CompletableFuture<Void>();
            settled.add(one);
            restoring.put(entry.pod().uid(), entry.pod());
            var _ = one.thenRun(() -> restoring.remove(entry.pod().uid()));
            tell(entry.pod().uid(), new PodMail.Restore(entry, one));
        }
        return CompletableFuture.allOf(settled.toArray(CompletableFuture[]::new));
    }

    public CompletableFuture<Answer> handle(Request request) {
        var answer = new CompletableFuture<Answer>();
        switch (request) {
            case Add add -> add(add, answer);
            case Remove(var uid, var gone, var netns) -> {
                var pod = netns == null ? null : held().get(uid);
                if (pod != null && !pod.pod().netns().toString().equals(netns)) {
                    answer.complete(Answer.done()); // of a sandbox before its present one
                } else {
                    tell(uid, new PodMail.Remove(gone, answer));
                }
            }
            case Release() -> {
                return release.begin(settings.toDrain());
            }
            case ListPods() -> answer.complete(new Answer(true, null, false, pods()));
        }
        return answer;
    }

    private void add(Add add, CompletableFuture<Answer> answer) {
        if (release.begun()) {
            answer.complete(Answer.done()); // it runs without, as from now on all do
            return;
        }
        try {
            var pod = podOf(add, trustDomain);
            var _ = IptablesCaptureRules.rulesOf(pod); // or its exclusions make no rules
            tell(pod.uid(), new PodMail.Add(pod, answer));
        } catch (RuntimeException e) {
            answer.complete(Answer.failed("add: " + e.getMessage(), false));
        }
    }

    /** Whether the mesh is being removed from this node. */
    public boolean released() {
        return release.begun();
    }

    /** What {@code add} would enrol. IllegalArgumentException says which field is wrong. */
    public LocalPod podOf(Add add) {
        return podOf(add, trustDomain);
    }

    /** IllegalArgumentException, or NullPointerException, says which field is wrong. */
    static LocalPod podOf(Add add, String trustDomain) {
        var exclusions = add.exclusions();
        return new LocalPod(
                required("uid", add.uid()),
                required("namespace", add.namespace()),
                required("name", add.name()),
                new SpiffeId(
                        trustDomain,
                        add.namespace(),
                        required("serviceAccount", add.serviceAccount())),
                Path.of(required("netns", add.netns())),
                required("ips", add.ips()).stream().map(InetAddress::ofLiteral).toList(),
                exclusions == null
                        ? CaptureExclusions.NONE
                        : new CaptureExclusions(
                                exclusions.inboundPorts(),
                                exclusions.outboundPorts(),
                                exclusions.outboundCidrs()));
    }

    /** Jackson leaves null what a request does not have, whatever the type says. */
    private static <T> T required(String field, @org.jspecify.annotations.Nullable T value) {
        if (value == null) {
            throw new IllegalArgumentException(field + " is missing");
        }
        return value;
    }

    private void tell(String uid, PodMail.Event event) {
        living.compute(
                uid,
                (_, there) -> {
                    if (there != null) {
                        there.life().tell(event);
                        return there;
                    }
                    var life =
                            new PodLife(
                                    uid, settings, parts, store, reports, counters, this::retire);
                    life.tell(event);
                    return new Living(life, Thread.ofVirtual().name("pod-" + uid).start(life));
                });
    }

    /** True: it is over, and the next event begins a new life. */
    private boolean retire(PodLife life) {
        return living.computeIfPresent(life.uid(), (_, there) -> life.hasMail() ? there : null)
                == null;
    }

    /**
     * A pod that is enrolled or on its way.
     *
     * @param leaving on its way out, or ended but for connections that it holds
     */
    public record Held(LocalPod pod, boolean leaving) {}

    /** The pods that are enrolled, or on their way in or out, by UID. */
    public Map<String, Held> held() {
        var held = new HashMap<String, Held>();
        restoring.forEach((uid, pod) -> held.put(uid, new Held(pod, false)));
        living.forEach((uid, there) -> {
            var state = there.life().state();
            var pod = state.pod();
            if (pod != null) {
                boolean leaving =
                        state instanceof LifeState.Leaving || state instanceof LifeState.Draining;
                held.put(uid, new Held(pod, leaving));
            }
        });
        return held;
    }

    /** The pods that are enrolled or on the way, by name. */
    public List<PodState> pods() {
        var pods = new ArrayList<PodState>();
        living.forEach((uid, there) -> {
            var state = there.life().state();
            var pod = state.pod();
            if (pod != null) {
                pods.add(shown(pod, state instanceof LifeState.Captured));
            }
        });
        pods.sort(Comparator.comparing(PodState::namespace).thenComparing(PodState::name));
        return pods;
    }

    private static PodState shown(LocalPod pod, boolean captured) {
        return new PodState(pod.uid(), pod.namespace(), pod.name(), captured);
    }

    public EnrolmentCounters counters() {
        return counters;
    }

    /** The agent stops. The pods stay captured, for the next process to take up. */
    @Override
    public void close() {
        living.values().forEach(there -> there.thread().interrupt());
    }
}
