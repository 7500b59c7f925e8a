package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.data.capture.AcceptedConnections;
import dev.fairlead.agent.data.capture.AddressPolicy;
import dev.fairlead.agent.data.capture.CapturedPod;
import dev.fairlead.agent.data.capture.PodBounds;
import dev.fairlead.agent.data.capture.PodSockets;
import dev.fairlead.agent.data.capture.RefusalReason;
import dev.fairlead.agent.data.health.NodeChecks;
import dev.fairlead.agent.data.stats.WorkerStats;
import dev.fairlead.agent.data.tls.TlsStore;
import dev.fairlead.agent.data.upstream.NodeLimits;
import dev.fairlead.agent.data.upstream.PodContext;
import dev.fairlead.agent.model.snapshot.Snapshot;
import dev.fairlead.agent.model.workload.LocalPod;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.util.concurrent.EventExecutor;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;

/**
 * All workers: where pods are put, and where snapshots are installed.
 *
 * <p>Thread: any; each pod and each snapshot is handed to the loops by message.
 */
public final class DataPlane {

    private static final Duration POLL = Duration.ofMillis(20);

    private final List<Worker> workers = new ArrayList<>();
    private final LocalPods localPods;
    private final AddressPolicy addressPolicy;
    private final TlsStore tls;
    private final PodBounds bounds;
    private final NodeLimits nodeLimits = new NodeLimits();
    private final NodeChecks nodeChecks = new NodeChecks();
    private final Map<String, Placed> pods = new ConcurrentHashMap<>();
    private volatile Snapshot installed = Snapshot.EMPTY;

    /** A pod, the loop that it lives on, and its listeners. */
    private record Placed(Worker worker, CapturedPod captured) {}

    /** One worker for each of {@code loops}. */
    public DataPlane(Iterable<EventExecutor> loops, PodBounds bounds, TlsStore tls) {
        this.bounds = bounds;
        this.tls = tls;
        this.localPods = new LocalPods(tls);
        this.addressPolicy = new AddressPolicy(localPods::has);
        for (EventExecutor loop : loops) {
            workers.add(new Worker((EventLoop) loop));
        }
    }

    /** Completes when every worker has the snapshot in force. */
    public CompletableFuture<Void> install(Snapshot snapshot) {
        return CompletableFuture.allOf(
                        workers.stream()
                                .map(worker ->
                                        CompletableFuture.runAsync(
                                                () -> worker.install(snapshot), worker.loop()))
                                .toArray(CompletableFuture[]::new))
                .thenRun(() -> installed = snapshot);
    }

    /** Has all pods look at their connections anew: certificates have been revoked. */
    public void reconsider() {
        for (Worker worker : workers) {
            worker.loop().execute(() -> worker.install(worker.snapshot()));
        }
    }

    /** Opens a pod's listeners, on the loop with the fewest pods. */
    public CompletableFuture<CapturedPod> open(LocalPod pod) {
        Placed already = pods.get(pod.uid());
        if (already != null) {
            return CompletableFuture.completedFuture(already.captured);
        }
        Worker worker =
                workers.stream().min(Comparator.comparingInt(w -> w.pods().size())).orElseThrow();
        return CapturedPod.open(
                        pod,
                        worker.loop(),
                        addressPolicy,
                        bounds,
                        new SplittableRandom(),
                        (_, _, sockets) -> connectionsOf(pod, worker, sockets))
                .whenComplete((captured, failure) -> {
                    if (failure == null) {
                        localPods.add(pod);
                        pods.put(pod.uid(), new Placed(worker, captured));
                    } else {
                        worker.loop().execute(() -> worker.remove(pod.uid()));
                    }
                });
    }

    private AcceptedConnections connectionsOf(LocalPod pod, Worker worker, PodSockets sockets) {
        RandomGenerator random = new SplittableRandom();
        PodRuntime runtime =
                new PodRuntime(
                        new PodContext(
                                pod,
                                worker.loop(),
                                worker,
                                tls,
                                localPods.forWorker(worker),
                                addressPolicy,
                                worker.stats(),
                                worker::snapshot,
                                random,
                                nodeLimits,
                                nodeChecks,
                                System::nanoTime),
                        bounds);
        worker.add(runtime, sockets);
        return new AcceptedConnections() {
            @Override
            public void outbound(EpollSocketChannel downstream, InetSocketAddress destination) {
                runtime.acceptOutbound(downstream, destination);
            }

            @Override
            public void inbound(EpollSocketChannel downstream, InetSocketAddress destination) {
                runtime.acceptInbound(downstream, destination);
            }

            @Override
            public void refused(boolean inbound, RefusalReason reason) {
                (inbound ? runtime.inboundStats() : runtime.outboundStats()).inc(reason.stat());
            }
        };
    }

    /** Completes when a connection of the pod was seen to be captured; fails with the reason. */
    public CompletableFuture<Void> proveCapture(String uid) {
        Placed placed = pods.get(uid);
        return placed == null
                ? CompletableFuture.failedFuture(new IllegalStateException("pod is not open"))
                : placed.captured
                        .proveCapture()
                        .thenRun(() -> localPods.add(placed.captured.pod()));
    }

    /** Pods of this node no longer reach it the short way; all that is open stays open. */
    public void turnAway(String uid) {
        Placed placed = pods.get(uid);
        if (placed != null) {
            localPods.remove(placed.captured.pod());
        }
    }

    /** No new connections; those held go on. */
    public CompletableFuture<Void> stopAccepting(String uid) {
        Placed placed = pods.get(uid);
        return placed == null
                ? CompletableFuture.completedFuture(null)
                : placed.captured.stopAccepting();
    }

    /** Connections of a pod that are open: captured, and those that took the short way into it. */
    public int connections(String uid) {
        Placed placed = pods.get(uid);
        return placed == null ? 0 : placed.captured.connections() + localPods.enteredCount(uid);
    }

    /**
     * Lets HTTP connections of all pods end with the requests that they have: HTTP/1 responses say
     * {@code Connection: close}, HTTP/2 clients get GOAWAY. New connections are still served.
     *
     * @param bound how long to wait for requests that are under way
     */
    public void drain(Duration bound) throws InterruptedException {
        workers.forEach(worker -> worker.loop().execute(worker::drain));
        long end = System.nanoTime() + bound.toNanos();
        while (workers.stream().mapToLong(Worker::activeRequests).sum() > 0
                && System.nanoTime() < end) {
            Thread.sleep(POLL);
        }
    }

    /** Likewise those of one pod. */
    public void drain(String uid) {
        Placed placed = pods.get(uid);
        if (placed != null) {
            placed.worker
                    .loop()
                    .execute(() -> {
                        PodRuntime pod = placed.worker.pod(uid);
                        if (pod != null) {
                            pod.drain();
                        }
                    });
        }
    }

    /** Ends the pod's connections, listeners and pools, and forgets it on every loop. */
    public CompletableFuture<Void> close(String uid) {
        Placed placed = pods.remove(uid);
        if (placed == null) {
            return CompletableFuture.completedFuture(null);
        }
        localPods.remove(placed.captured.pod());
        CompletableFuture<?>[] forgotten =
                workers.stream()
                        .map(worker ->
                                CompletableFuture.runAsync(
                                        () -> letGo(worker, placed, uid), worker.loop()))
                        .toArray(CompletableFuture[]::new);
        return CompletableFuture.allOf(forgotten).thenCompose(_ -> placed.captured.close());
    }

    private static void letGo(Worker worker, Placed placed, String uid) {
        if (worker == placed.worker) {
            worker.remove(uid);
        } else {
            worker.forget(uid);
        }
    }

    /** The snapshot that all workers have in force. */
    public Snapshot snapshot() {
        return installed;
    }

    public List<WorkerStats> stats() {
        return workers.stream().map(Worker::stats).toList();
    }

    /** Pods of this node that are open, each with the number of its worker. */
    public Map<LocalPod, Integer> placements() {
        Map<LocalPod, Integer> placements = new HashMap<>();
        pods.values()
                .forEach(placed ->
                        placements.put(placed.captured.pod(), workers.indexOf(placed.worker)));
        return placements;
    }
}
