package dev.fairlead.lab.pods;

import dev.fairlead.lab.cluster.ContainerLaunch;
import dev.fairlead.lab.cluster.PodLaunch;
import dev.fairlead.lab.cluster.PodLaunch.RestartPolicy;
import dev.fairlead.lab.cluster.PodState;
import dev.fairlead.lab.cluster.PodState.ContainerState;
import dev.fairlead.lab.cluster.PodState.Phase;
import dev.fairlead.lab.host.Links;
import dev.fairlead.lab.host.NetworkNamespace;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One pod from its namespace to its end. Its steps run on a virtual thread of its own; containers
 * have theirs. The engine calls {@link #start}, {@link #delete} and {@link #state}.
 */
public final class PodRunner {

    private static final Logger log = LoggerFactory.getLogger(PodRunner.class);

    private final PodHost host;
    private final Instant created;
    private final NetworkNamespace namespace;
    private final Thread thread;
    private final List<ContainerRunner> containers = new ArrayList<>();

    private volatile List<ContainerRunner> visible = List.of();
    private volatile PodLaunch pod;
    private volatile Phase phase = Phase.PENDING;
    private volatile String message = "";
    private volatile @Nullable Instant deleted;
    private volatile Duration grace = Duration.ZERO;
    private volatile boolean gone;

    public PodRunner(PodHost host, PodLaunch pod, Instant created) {
        this.host = host;
        this.pod = pod;
        this.created = created;
        this.namespace = new NetworkNamespace(namespaceName(pod));
        this.thread = Thread.ofVirtual().name("pod " + pod.key()).unstarted(this::run);
    }

    /** Also the name of the pod's link in the node: at most 15 characters. */
    static String namespaceName(PodLaunch pod) {
        return "p" + pod.ip().substring("198.18.".length()).replace('.', '-');
    }

    public PodLaunch launch() {
        return pod;
    }

    /** The same pod with other labels or annotations. */
    public void update(PodLaunch launch) {
        pod = launch;
    }

    public NetworkNamespace namespace() {
        return namespace;
    }

    public void start() {
        thread.start();
    }

    private void run() {
        try {
            PodFolder folder = PodFolder.create(host.podsFolder(), pod);
            Links.createPod(namespace, pod.node(), pod.ip(), host.nodeAddress(pod.node()));
            runUntilDeleted(folder);
            stopAll();
            host.dismiss(pod);
            Links.deletePod(namespace, pod.node());
            folder.delete();
        } catch (IOException e) {
            fail(e);
        } catch (InterruptedException e) {
            log.warn("pod interrupted twice pod={}", pod.key());
        } finally {
            gone = true;
            host.changed();
        }
    }

    private void runUntilDeleted(PodFolder folder) {
        try {
            host.admit(pod, namespace);
            runContainers(folder);
        } catch (IOException e) {
            fail(e);
        } catch (InterruptedException e) {
            log.debug("deletion asked for pod={}", pod.key());
        }
    }

    private void fail(IOException e) {
        log.warn("pod failed pod={}", pod.key(), e);
        message = String.valueOf(e.getMessage());
        become(Phase.FAILED);
        awaitDeletion();
    }

    private void runContainers(PodFolder folder) throws InterruptedException {
        RestartPolicy initPolicy =
                pod.restartPolicy() == RestartPolicy.NEVER
                        ? RestartPolicy.NEVER
                        : RestartPolicy.ON_FAILURE;
        for (ContainerLaunch init : pod.initContainers()) {
            ContainerRunner runner = add(folder, init);
            int status = runner.run(initPolicy);
            remove(runner);
            if (status != 0) {
                message = "init container " + init.name() + " ended with " + status;
                end(Phase.FAILED);
                return;
            }
        }
        List<ContainerRunner> runners =
                pod.containers().stream().map(container -> add(folder, container)).toList();
        become(Phase.RUNNING);
        List<Thread> running =
                runners.stream()
                        .map(runner -> Thread.ofVirtual().start(() -> runQuietly(runner)))
                        .toList();
        for (Thread each : running) {
            each.join();
        }
        boolean well =
                runners.stream()
                        .allMatch(runner -> Integer.valueOf(0).equals(runner.state().lastExit()));
        end(well ? Phase.SUCCEEDED : Phase.FAILED);
    }

    private void runQuietly(ContainerRunner runner) {
        try {
            runner.run(pod.restartPolicy());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private ContainerRunner add(PodFolder folder, ContainerLaunch container) {
        var runner = new ContainerRunner(host, pod, container, folder, namespace);
        synchronized (containers) {
            containers.add(runner);
            visible = List.copyOf(containers);
        }
        return runner;
    }

    private void remove(ContainerRunner runner) {
        synchronized (containers) {
            containers.remove(runner);
            visible = List.copyOf(containers);
        }
    }

    private void end(Phase last) throws InterruptedException {
        if (deleted == null) {
            become(last);
            host.dismiss(pod);
        }
        awaitDeletion();
    }

    private synchronized void awaitDeletion() {
        try {
            while (deleted == null) {
                wait();
            }
        } catch (InterruptedException e) {
            // the same
        }
    }

    private void stopAll() {
        List<Thread> stopping =
                visible.stream()
                        .map(runner -> Thread.ofVirtual().start(() -> runner.stop(grace)))
                        .toList();
        for (Thread each : stopping) {
            boolean joined = false;
            while (!joined) {
                try {
                    each.join();
                    joined = true;
                } catch (InterruptedException e) {
                    log.debug("deletion repeated pod={}", pod.key());
                }
            }
        }
    }

    /** Asks for its end; returns at once. {@link #gone} says when it is over. */
    public void delete(Duration gracePeriod) {
        synchronized (this) {
            if (deleted != null) {
                return;
            }
            grace = gracePeriod;
            deleted = Instant.now();
            notifyAll();
        }
        host.changed();
        thread.interrupt();
    }

    public boolean gone() {
        return gone;
    }

    /** What is known of it now. */
    public PodState state() {
        List<ContainerState> states = visible.stream().map(ContainerRunner::state).toList();
        boolean ready =
                phase == Phase.RUNNING
                        && deleted == null
                        && states.size() == pod.containers().size()
                        && states.stream().allMatch(ContainerState::ready);
        return new PodState(pod, phase, ready, created, deleted, states, message);
    }

    /** How a command gets into a running container. */
    public record Entry(String container, boolean running, Path script, Path log) {}

    /** All containers that were started, in the order of the pod. */
    public List<Entry> entries() {
        return visible.stream()
                .map(runner ->
                        new Entry(
                                runner.state().name(),
                                runner.state().running(),
                                runner.entry(),
                                runner.logFile()))
                .toList();
    }

    private void become(Phase next) {
        phase = next;
        host.changed();
    }
}
