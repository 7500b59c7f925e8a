package dev.fairlead.kubernetes;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfig;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElector;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaseLock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leadership by a Lease. It stands for election until it is closed: after a loss again.
 *
 * <p>Thread: any; the elector runs on virtual threads. Verbs: get, create, update of the Lease.
 */
public final class LeaseLeadership implements Leadership, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(LeaseLeadership.class);
    private static final Duration LEASE = Duration.ofSeconds(15); // as Kubernetes' own controllers
    private static final Duration RENEW_DEADLINE = Duration.ofSeconds(10);
    private static final Duration RETRY = Duration.ofSeconds(2);

    private final KubernetesClient client;
    private final String namespace;
    private final String name;
    private final String candidate;
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final ExecutorService teller = // one: listeners hear changes in their order
            Executors.newSingleThreadExecutor(Thread.ofVirtual().name("leadership").factory());
    private final List<Consumer<Boolean>> listeners = new ArrayList<>(); // guarded by this
    private @Nullable CompletableFuture<?> election; // guarded by this
    private boolean closed; // guarded by this
    private volatile boolean leads;

    /** {@code candidate} tells the replicas apart: the pod's name. Stands from now on. */
    public LeaseLeadership(
            KubernetesClient client, String namespace, String name, String candidate) {
        this.client = client;
        this.namespace = namespace;
        this.name = name;
        this.candidate = candidate;
        stand();
    }

    private synchronized void stand() {
        if (closed) {
            return;
        }
        var callbacks =
                new LeaderCallbacks(
                        () -> become(true),
                        () -> become(false),
                        leader -> log.info("leader lease={} candidate={}", name, leader));
        var config =
                new LeaderElectionConfig(
                        new LeaseLock(namespace, name, candidate),
                        LEASE,
                        RENEW_DEADLINE,
                        RETRY,
                        callbacks,
                        true,
                        name);
        election = new LeaderElector(client, config, executor).start();
        election.whenComplete((ended, failure) -> again());
    }

    private void again() {
        become(false);
        CompletableFuture.delayedExecutor(RETRY.toMillis(), TimeUnit.MILLISECONDS)
                .execute(this::stand);
    }

    private void become(boolean leader) {
        synchronized (this) {
            if (leads == leader || (closed && leader)) {
                return;
            }
            leads = leader;
            for (Consumer<Boolean> listener : listeners) {
                teller.execute(() -> listener.accept(leader)); // the elector goes on renewing
            }
        }
        log.info("leadership lease={} candidate={} leads={}", name, candidate, leader);
    }

    @Override
    public boolean leads() {
        return leads;
    }

    @Override
    public synchronized void onChange(Consumer<Boolean> listener) {
        listeners.add(listener);
        if (leads) {
            teller.execute(() -> listener.accept(true));
        }
    }

    /** Gives the Lease back, so that another need not wait for its end. */
    @Override
    public void close() {
        CompletableFuture<?> standing;
        synchronized (this) {
            closed = true;
            standing = election;
        }
        if (standing != null) {
            standing.cancel(true);
        }
        executor.shutdown();
        teller.shutdown();
        try {
            if (!executor.awaitTermination(RETRY.toMillis(), TimeUnit.MILLISECONDS)) {
                executor.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
