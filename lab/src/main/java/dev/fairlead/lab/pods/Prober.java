package dev.fairlead.lab.pods;

import dev.fairlead.lab.cluster.ContainerLaunch;
import dev.fairlead.lab.cluster.PodLaunch;
import dev.fairlead.lab.cluster.Probe;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Asks one running container how it is, in Kubernetes' order: startup first, then readiness and
 * liveness side by side. One instance per run of the container; {@link #run} owns its thread and
 * ends by interrupt.
 *
 * <p>Until the first success a probe is repeated faster than its period, so that a lab is up in
 * seconds. A container without a readiness probe is ready when its declared TCP ports listen.
 */
final class Prober {

    private static final Duration EAGER = Duration.ofMillis(200);

    /** A declared port that nobody listens on: after this the container counts as ready anyway. */
    private static final Duration LISTEN_LIMIT = Duration.ofSeconds(20);

    private final ContainerLaunch container;
    private final ProbeCheck checks;
    private final long pid;

    Prober(PodHost host, PodLaunch pod, ContainerLaunch container, Path entry, long pid) {
        this.container = container;
        this.checks = new ProbeCheck(host.nodeThreads(pod.node()), pod.ip(), entry);
        this.pid = pid;
    }

    void run(Consumer<Boolean> ready, Consumer<String> unwell) {
        try {
            if (container.startup() != null && !started(container.startup(), unwell)) {
                return;
            }
            Thread liveness = null;
            if (container.liveness() != null) {
                Probe probe = container.liveness();
                liveness = Thread.ofVirtual().start(() -> watchLiveness(probe, unwell));
            }
            try {
                if (container.readiness() != null) {
                    watchReadiness(container.readiness(), ready);
                } else {
                    awaitListeners();
                    ready.accept(true);
                }
                if (liveness != null) {
                    liveness.join();
                }
            } finally {
                if (liveness != null) {
                    liveness.interrupt();
                }
            }
        } catch (InterruptedException e) {
            // the container ended: so does the thread
        }
    }

    private boolean started(Probe probe, Consumer<String> unwell) throws InterruptedException {
        Thread.sleep(probe.timing().initialDelay());
        long allowed =
                probe.timing().period().toNanos() * Math.max(1, probe.timing().failureThreshold());
        long deadline = System.nanoTime() + allowed;
        while (!checks.ok(probe)) {
            if (System.nanoTime() > deadline) {
                unwell.accept("startup probe failed");
                return false;
            }
            Thread.sleep(eager(probe));
        }
        return true;
    }

    private void watchReadiness(Probe probe, Consumer<Boolean> ready) throws InterruptedException {
        Thread.sleep(probe.timing().initialDelay());
        int run = 0; // successes above zero, failures below
        boolean was = false;
        while (true) {
            boolean ok = checks.ok(probe);
            run = ok ? Math.max(run, 0) + 1 : Math.min(run, 0) - 1;
            if (!was && run >= probe.timing().successThreshold()) {
                was = true;
                ready.accept(true);
            } else if (was && -run >= probe.timing().failureThreshold()) {
                was = false;
                ready.accept(false);
            }
            Thread.sleep(was ? probe.timing().period() : eager(probe));
        }
    }

    private void watchLiveness(Probe probe, Consumer<String> unwell) {
        try {
            Thread.sleep(probe.timing().initialDelay());
            int failures = 0;
            while (true) {
                failures = checks.ok(probe) ? 0 : failures + 1;
                if (failures >= probe.timing().failureThreshold()) {
                    Thread.ofVirtual().start(() -> unwell.accept("liveness probe failed"));
                    return;
                }
                Thread.sleep(probe.timing().period());
            }
        } catch (InterruptedException e) {
            // the container ended
        }
    }

    private static Duration eager(Probe probe) {
        Duration period = probe.timing().period();
        return period.compareTo(EAGER) < 0 ? period : EAGER;
    }

    private void awaitListeners() throws InterruptedException {
        long deadline = System.nanoTime() + LISTEN_LIMIT.toNanos();
        while (System.nanoTime() < deadline) {
            try {
                if (ListeningPorts.of(pid)
                        .containsAll(
                                container.ports().stream()
                                        .filter(port -> port.protocol().equals("TCP"))
                                        .map(port -> port.port())
                                        .toList())) {
                    return;
                }
            } catch (IOException e) {
                return; // it has ended, and whoever waits for it will know
            }
            Thread.sleep(20);
        }
    }
}
