package dev.fairlead.agent.control.pods;

import dev.fairlead.agent.model.workload.LocalPod;
import dev.fairlead.iptables.RuleOutcome;
import dev.fairlead.wire.identity.SpiffeId;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A node on which everything works at once, and that writes down what is asked of it. Tests put a
 * misbehaving part in the place of a good one.
 */
public final class FakeNode {

    public final List<String> did = new CopyOnWriteArrayList<>();
    final AtomicInteger connections = new AtomicInteger();
    public final Map<Path, Object> namespaces = new ConcurrentHashMap<>();

    private volatile boolean rulesRefused;

    Identities identities = new IdentitiesAtOnce();
    PodDataPlane dataPlane = new GoodDataPlane();
    CaptureRules rules = new GoodRules();
    CaptureReports reports = new ReportsTaken();

    public EnrolmentParts parts() {
        return new EnrolmentParts(
                identities, dataPlane, rules, reports, namespaces::get, () -> did.add("released"));
    }

    /** From now on the kernel takes no rules, or takes them again. */
    public void refuseRules(boolean refuse) {
        rulesRefused = refuse;
    }

    class IdentitiesAtOnce implements Identities {
        @Override
        public CompletableFuture<?> acquire(SpiffeId identity) {
            did.add("acquire");
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void release(SpiffeId identity) {
            did.add("release");
        }
    }

    /** Until {@link #answer}. */
    final class IdentitiesThatNeverAnswer extends IdentitiesAtOnce {
        private final CompletableFuture<Void> certificate = new CompletableFuture<>();

        @Override
        public CompletableFuture<?> acquire(SpiffeId identity) {
            super.acquire(identity);
            return certificate;
        }

        void answer() {
            certificate.complete(null);
        }
    }

    class GoodDataPlane implements PodDataPlane {
        @Override
        public CompletableFuture<?> open(LocalPod pod) {
            did.add("open");
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletableFuture<?> proveCapture(String uid) {
            did.add("prove");
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public int connections(String uid) {
            return connections.get();
        }

        @Override
        public void turnAway(String uid) {
            did.add("turn away");
        }

        @Override
        public void stopAccepting(String uid) {
            did.add("stop accepting");
        }

        @Override
        public CompletableFuture<?> close(String uid) {
            did.add("close");
            connections.set(0);
            return CompletableFuture.completedFuture(null);
        }
    }

    final class DataPlaneWhosePortsAreTaken extends GoodDataPlane {
        @Override
        public CompletableFuture<?> open(LocalPod pod) {
            return CompletableFuture.failedFuture(new IOException("Address already in use"));
        }
    }

    final class DataPlaneThatSeesNoCapture extends GoodDataPlane {
        @Override
        public CompletableFuture<?> proveCapture(String uid) {
            return CompletableFuture.failedFuture(new IOException("not captured"));
        }
    }

    class GoodRules implements CaptureRules {
        @Override
        public RuleOutcome capture(LocalPod pod) {
            did.add("rules");
            return rulesRefused
                    ? new RuleOutcome.Failed("Permission denied")
                    : new RuleOutcome.Whole();
        }

        @Override
        public RuleOutcome drain(LocalPod pod) {
            did.add("drain");
            return new RuleOutcome.Whole();
        }

        @Override
        public RuleOutcome clean(LocalPod pod) {
            did.add("clean");
            return new RuleOutcome.Whole();
        }
    }

    final class RulesThatAreRefused extends GoodRules {
        @Override
        public RuleOutcome capture(LocalPod pod) {
            return new RuleOutcome.Failed("Permission denied");
        }
    }

    /** Each time somebody has damaged them again. */
    final class RulesThatNeverStay extends GoodRules {
        @Override
        public RuleOutcome capture(LocalPod pod) {
            return new RuleOutcome.Changed(List.of());
        }
    }

    class ReportsTaken implements CaptureReports {
        @Override
        public CompletableFuture<Boolean> report(
                LocalPod pod, boolean captured, Duration waitForAgents) {
            did.add("report " + captured);
            return CompletableFuture.completedFuture(true);
        }
    }

    /** The first {@code refusals} times. */
    final class ReportsRefused extends ReportsTaken {
        private final AtomicInteger refusals;

        ReportsRefused(int refusals) {
            this.refusals = new AtomicInteger(refusals);
        }

        @Override
        public CompletableFuture<Boolean> report(
                LocalPod pod, boolean captured, Duration waitForAgents) {
            if (refusals.getAndDecrement() > 0) {
                did.add("report refused");
                return CompletableFuture.failedFuture(new IOException("pilot-lite is away"));
            }
            return super.report(pod, captured, waitForAgents);
        }
    }

    /** Neither taken nor refused. */
    final class ReportsThatHang extends ReportsTaken {
        @Override
        public CompletableFuture<Boolean> report(
                LocalPod pod, boolean captured, Duration waitForAgents) {
            return new CompletableFuture<>();
        }
    }
}
