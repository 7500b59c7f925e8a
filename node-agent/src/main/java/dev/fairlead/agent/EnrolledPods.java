package dev.fairlead.agent;

import dev.fairlead.agent.control.pods.PodDataPlane;
import dev.fairlead.agent.data.proxy.DataPlane;
import dev.fairlead.agent.model.workload.LocalPod;
import dev.fairlead.agent.ops.admin.WorkloadSource;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Joins the enrolment of pods with the data plane that carries them, and tells admin of both.
 *
 * <p>Thread: any.
 */
final class EnrolledPods implements PodDataPlane, WorkloadSource {

    private final DataPlane dataPlane;
    private final Clock clock;
    private final Map<String, Instant> capturedSince = new ConcurrentHashMap<>();

    EnrolledPods(DataPlane dataPlane, Clock clock) {
        this.dataPlane = dataPlane;
        this.clock = clock;
    }

    @Override
    public CompletableFuture<?> open(LocalPod pod) {
        return dataPlane.open(pod);
    }

    @Override
    public CompletableFuture<?> proveCapture(String uid) {
        return dataPlane
                .proveCapture(uid)
                .thenRun(() -> capturedSince.putIfAbsent(uid, clock.instant()));
    }

    @Override
    public int connections(String uid) {
        return dataPlane.connections(uid);
    }

    @Override
    public void turnAway(String uid) {
        capturedSince.remove(uid);
        dataPlane.turnAway(uid);
    }

    @Override
    public void stopAccepting(String uid) {
        capturedSince.remove(uid);
        dataPlane.stopAccepting(uid);
        dataPlane.drain(uid);
    }

    @Override
    public CompletableFuture<?> close(String uid) {
        capturedSince.remove(uid);
        return dataPlane.close(uid);
    }

    @Override
    public List<EnrolledPod> pods() {
        return dataPlane.placements().entrySet().stream()
                .map(entry -> shown(entry.getKey(), entry.getValue()))
                .toList();
    }

    private EnrolledPod shown(LocalPod pod, int worker) {
        Instant since = capturedSince.get(pod.uid());
        return new EnrolledPod(pod, worker, since, since == null ? "not captured" : "captured");
    }
}
