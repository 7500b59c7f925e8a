package dev.fairlead.agent.data.upstream;

import dev.fairlead.agent.data.capture.AddressPolicy;
import dev.fairlead.agent.data.stats.WorkerStats;
import dev.fairlead.agent.data.tls.TlsStore;
import dev.fairlead.agent.model.snapshot.Snapshot;
import dev.fairlead.agent.model.workload.LocalPod;
import io.netty.channel.EventLoop;
import java.time.Instant;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * What everything that works for one pod shares. All of it is used on {@code loop} only.
 *
 * @param nanos a clock that only goes forward
 * @param epochSeconds the time of day, which may be set
 */
public record PodContext(
        LocalPod pod,
        EventLoop loop,
        Sockets sockets,
        TlsStore tls,
        SameNode sameNode,
        AddressPolicy addressPolicy,
        WorkerStats stats,
        Supplier<Snapshot> snapshot,
        RandomGenerator random,
        NodeLimits nodeLimits,
        EndpointChecks checks,
        LongSupplier nanos,
        LongSupplier epochSeconds) {

    /** By this machine's calendar. */
    public PodContext(
            LocalPod pod,
            EventLoop loop,
            Sockets sockets,
            TlsStore tls,
            SameNode sameNode,
            AddressPolicy addressPolicy,
            WorkerStats stats,
            Supplier<Snapshot> snapshot,
            RandomGenerator random,
            NodeLimits nodeLimits,
            EndpointChecks checks,
            LongSupplier nanos) {
        this(
                pod,
                loop,
                sockets,
                tls,
                sameNode,
                addressPolicy,
                stats,
                snapshot,
                random,
                nodeLimits,
                checks,
                nanos,
                () -> Instant.now().getEpochSecond());
    }

    /** By the clock of this machine. */
    public PodContext(
            LocalPod pod,
            EventLoop loop,
            Sockets sockets,
            TlsStore tls,
            SameNode sameNode,
            AddressPolicy addressPolicy,
            WorkerStats stats,
            Supplier<Snapshot> snapshot,
            RandomGenerator random,
            NodeLimits nodeLimits) {
        this(
                pod,
                loop,
                sockets,
                tls,
                sameNode,
                addressPolicy,
                stats,
                snapshot,
                random,
                nodeLimits,
                EndpointChecks.NONE,
                System::nanoTime);
    }

    /** The same pod, for what is counted by itself and not checked. */
    public PodContext apart() {
        return new PodContext(
                pod,
                loop,
                sockets,
                tls,
                sameNode,
                addressPolicy,
                new WorkerStats(),
                snapshot,
                random,
                nodeLimits,
                EndpointChecks.NONE,
                nanos,
                epochSeconds);
    }

    /** The only pod of its node. */
    public PodContext(
            LocalPod pod,
            EventLoop loop,
            Sockets sockets,
            TlsStore tls,
            SameNode sameNode,
            AddressPolicy addressPolicy,
            WorkerStats stats,
            Supplier<Snapshot> snapshot,
            RandomGenerator random) {
        this(
                pod,
                loop,
                sockets,
                tls,
                sameNode,
                addressPolicy,
                stats,
                snapshot,
                random,
                new NodeLimits());
    }
}
