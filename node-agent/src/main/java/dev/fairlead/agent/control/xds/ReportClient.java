package dev.fairlead.agent.control.xds;

import dev.fairlead.wire.v1.report.AgentReportsGrpc;
import dev.fairlead.wire.v1.report.AgentReportsGrpc.AgentReportsBlockingStub;
import dev.fairlead.wire.v1.report.PodCapture;
import dev.fairlead.wire.v1.report.ReportPodsRequest;
import io.grpc.CallCredentials;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the control plane which pods are captured, again and again until it has stored it. Pods do
 * not wait for each other; of one pod the last state wins.
 *
 * <p>Thread: any. Owner of a pod's reports: one virtual thread, for as long as there are any.
 */
public final class ReportClient implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ReportClient.class);
    private static final Duration DEADLINE = Duration.ofSeconds(10);

    /**
     * A pod's state.
     *
     * @param waitForAgents answer only when all agents have the configuration that follows, or when
     *     this time is over; zero: when it is stored
     */
    public record PodReport(
            String uid, String namespace, String name, boolean captured, Duration waitForAgents) {}

    /** What is still to be said of one pod. Guarded by the client. */
    private static final class Line {
        @Nullable PodReport newest;
        CompletableFuture<Boolean> stored = new CompletableFuture<>();
        @Nullable Thread thread;
    }

    private final AgentReportsBlockingStub stub;
    private final BackOff backOff;
    private final RandomGenerator random;
    private final Map<String, Line> lines = new HashMap<>();
    private boolean closed;

    /**
     * @param channel the caller's to shut down
     * @param token null: none
     */
    public ReportClient(
            Channel channel,
            @Nullable CallCredentials token,
            BackOff backOff,
            RandomGenerator random) {
        var plain = AgentReportsGrpc.newBlockingStub(channel);
        stub = token == null ? plain : plain.withCallCredentials(token);
        this.backOff = backOff;
        this.random = random;
    }

    /**
     * Reports a pod's state. Completes when it, or a later one of the same pod, is stored: with
     * false where waitForAgents ran out first.
     */
    public synchronized CompletableFuture<Boolean> report(PodReport report) {
        if (closed) {
            return CompletableFuture.failedFuture(new CancellationException("closed"));
        }
        Line line = lines.computeIfAbsent(report.uid(), uid -> new Line());
        line.newest = report; // one that was still waiting is overtaken: same future
        if (line.thread == null) {
            line.thread =
                    Thread.ofVirtual()
                            .name("report-" + report.uid())
                            .start(() -> run(report.uid(), line));
        }
        notifyAll();
        return line.stored.copy();
    }

    /** Gives up what is not stored yet. */
    @Override
    public synchronized void close() {
        closed = true;
        for (Line line : lines.values()) {
            line.stored.completeExceptionally(new CancellationException("closed"));
            if (line.thread != null) {
                line.thread.interrupt();
            }
        }
        lines.clear();
    }

    private void run(String uid, Line line) {
        try {
            for (var work = next(uid, line); work != null; work = next(uid, line)) {
                tell(work, line);
            }
        } catch (InterruptedException e) {
            log.debug("reports of pod {} given up", uid);
        }
    }

    private record Work(PodReport report, CompletableFuture<Boolean> stored) {}

    /** The newest state that is not stored; null, and the line is gone, where there is none. */
    private synchronized @Nullable Work next(String uid, Line line) {
        PodReport report = line.newest;
        if (report == null) {
            lines.remove(uid, line);
            return null;
        }
        Work work = new Work(report, line.stored);
        line.newest = null;
        line.stored = new CompletableFuture<>();
        return work;
    }

    private void tell(Work work, Line line) throws InterruptedException {
        try {
            insist(work, line);
        } catch (InterruptedException e) {
            work.stored.completeExceptionally(new CancellationException("closed"));
            throw e;
        }
    }

    private void insist(Work work, Line line) throws InterruptedException {
        for (int failures = 1; ; failures++) {
            try {
                work.stored.complete(call(work.report));
                return;
            } catch (StatusRuntimeException e) {
                Duration wait = backOff.after(failures, random);
                String reason = BackOff.reason(e.getStatus());
                if (failures == 1 && !Thread.currentThread().isInterrupted()) {
                    log.warn("report not stored pod={} reason=\"{}\"", name(work.report), reason);
                }
                if (overtaken(work, line, wait)) {
                    return;
                }
            }
        }
    }

    private boolean call(PodReport report) {
        var request =
                ReportPodsRequest.newBuilder()
                        .addPods(
                                PodCapture.newBuilder()
                                        .setUid(report.uid())
                                        .setNamespace(report.namespace())
                                        .setName(report.name())
                                        .setCaptured(report.captured()));
        Duration wait = report.waitForAgents();
        if (wait.isPositive()) {
            request.getWaitForAgentsBuilder()
                    .setSeconds(wait.toSeconds())
                    .setNanos(wait.toNanosPart());
        }
        long deadline = DEADLINE.plus(wait).toMillis();
        return stub.withDeadlineAfter(deadline, TimeUnit.MILLISECONDS)
                .reportPods(request.build())
                .getAcknowledged();
    }

    /** Waits before the next try, unless a later state makes it pointless. */
    private synchronized boolean overtaken(Work work, Line line, Duration patience)
            throws InterruptedException {
        long until = System.nanoTime() + patience.toNanos();
        for (long left = patience.toNanos();
                line.newest == null && left > 0;
                left = until - System.nanoTime()) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        if (line.newest == null) {
            return false;
        }
        line.stored.whenComplete((acknowledged, failed) -> {
            if (failed == null) {
                work.stored.complete(acknowledged);
            } else {
                work.stored.completeExceptionally(failed);
            }
        });
        return true;
    }

    private static String name(PodReport report) {
        return report.namespace() + "/" + report.name();
    }
}
