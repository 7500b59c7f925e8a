package dev.fairlead.agent.control.node;

import dev.fairlead.agent.model.workload.CaptureExclusions;
import dev.fairlead.agent.model.workload.Workload;
import dev.fairlead.agent.model.workload.WorkloadIndex;
import dev.fairlead.wire.identity.SpiffeId;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;

/** Workloads of namespace {@code default} on this node. */
final class NodeFixture {

    private NodeFixture() {}

    static Workload workload(String uid, boolean enrolled) {
        return new Workload(
                uid,
                "default",
                "pod-" + uid,
                new SpiffeId("cluster.local", "default", "account"),
                Map.of(),
                List.of(),
                "node-1",
                false,
                false,
                "pod",
                List.of(),
                new Workload.Membership(enrolled, "", CaptureExclusions.NONE));
    }

    /** The namespace {@code default} asks for capture. */
    static WorkloadIndex index(Workload... workloads) {
        return new WorkloadIndex(List.of(workloads), Set.of("default"));
    }

    static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + 20_000_000_000L;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("it did not come to that");
            }
            java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
        }
    }
}
