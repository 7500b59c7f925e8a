package dev.fairlead.lab.pods;

import dev.fairlead.lab.cluster.ContainerLaunch;
import dev.fairlead.lab.cluster.PodLaunch;
import dev.fairlead.lab.cluster.PodLaunch.RestartPolicy;
import dev.fairlead.lab.cluster.PodState.ContainerState;
import dev.fairlead.lab.host.NetworkNamespace;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one container running: starts it, probes it, starts it again when it ends.
 *
 * <p>{@link #run} is called once, on a thread of its own, and returns when the container is not to
 * run again; {@link #stop} may be called by another. The state is a value that either may read.
 */
final class ContainerRunner {

    private static final Logger log = LoggerFactory.getLogger(ContainerRunner.class);

    /** Mounts take milliseconds; far beyond that the container's log says what is wrong. */
    private static final Duration START_LIMIT = Duration.ofSeconds(30);

    private final PodHost host;
    private final PodLaunch pod;
    private final ContainerLaunch container;
    private final PodFolder folder;
    private final NetworkNamespace namespace;
    private final ContainerScript script;

    private volatile ContainerState state;
    private volatile boolean stopping;
    private volatile @Nullable Process process;
    private volatile long firstPid;

    ContainerRunner(
            PodHost host,
            PodLaunch pod,
            ContainerLaunch container,
            PodFolder folder,
            NetworkNamespace namespace) {
        this.host = host;
        this.pod = pod;
        this.container = container;
        this.folder = folder;
        this.namespace = namespace;
        this.script =
                new ContainerScript(
                        pod, container, folder.root(), host.surroundings(pod.namespace()));
        this.state =
                new ContainerState(container.name(), false, false, 0, "ContainerCreating", null);
    }

    ContainerState state() {
        return state;
    }

    /** Script inside the lab that runs its arguments in this container, while it runs. */
    Path entry() {
        return folder.file("enter." + container.name());
    }

    Path logFile() {
        return host.logFolder()
                .resolve(pod.namespace() + "_" + pod.name() + "_" + container.name() + ".log");
    }

    /** Runs until the container has ended for good. Returns its last exit status. */
    int run(RestartPolicy policy) throws InterruptedException {
        Backoff backoff = Backoff.NONE;
        while (true) {
            long began = System.nanoTime();
            int status = runOnce();
            backoff = backoff.after(Duration.ofNanos(System.nanoTime() - began));
            boolean again =
                    !stopping
                            && (policy == RestartPolicy.ALWAYS
                                    || (policy == RestartPolicy.ON_FAILURE && status != 0));
            String word = status == 0 ? "Completed" : "Error";
            log.info(
                    "container ended pod={} container={} status={} again={}",
                    pod.key(),
                    container.name(),
                    status,
                    again);
            if (!again) {
                become(false, false, state.restarts(), word, status);
                return status;
            }
            if (!backoff.delay().isZero()) {
                word = "CrashLoopBackOff";
            }
            become(false, false, state.restarts() + 1, word, status);
            pause(backoff.delay());
            if (stopping) {
                return status;
            }
        }
    }

    private int runOnce() throws InterruptedException {
        Thread probing = null;
        try {
            Process started = start();
            process = started;
            if (stopping) {
                started.destroyForcibly();
            }
            if (settled(started)) {
                firstPid = firstChild(started.pid());
                folder.write(entry().getFileName().toString(), script.enter(firstPid));
                become(false, true, state.restarts(), "", state.lastExit());
                Prober prober = new Prober(host, pod, container, entry(), firstPid);
                probing =
                        Thread.ofVirtual()
                                .name("probe " + pod.key())
                                .start(() -> prober.run(this::probed, this::unwell));
            }
            return started.waitFor();
        } catch (IOException e) {
            log.warn("cannot start pod={} container={}", pod.key(), container.name(), e);
            return 125;
        } catch (InterruptedException e) {
            Process running = process;
            if (running != null) {
                running.destroyForcibly();
            }
            throw e;
        } finally {
            process = null;
            forgetEntry();
            if (probing != null) {
                probing.interrupt();
                probing.join();
            }
        }
    }

    private Process start() throws IOException {
        Files.deleteIfExists(folder.file(script.mark()));
        String name = "start." + container.name();
        folder.write(name, script.start());
        File output = logFile().toFile();
        return new ProcessBuilder(
                        List.of(
                                "nsenter",
                                "--mount=/proc/" + host.templatePid() + "/ns/mnt",
                                "--net=" + namespace.path(),
                                "unshare",
                                "--mount",
                                "--uts",
                                "--ipc",
                                "--pid",
                                "--fork",
                                "--kill-child",
                                "--propagation",
                                "private",
                                "sh",
                                "/.old" + folder.file(name)))
                .redirectInput(new File("/dev/null"))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output))
                .start();
    }

    private boolean settled(Process started) throws IOException, InterruptedException {
        Path mark = folder.file(script.mark());
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        while (started.isAlive() && System.nanoTime() < deadline) {
            if (Files.exists(mark) && Files.size(mark) > 0) {
                return true;
            }
            Thread.sleep(4);
        }
        return false;
    }

    /** Its process id may soon be another's. */
    private void forgetEntry() {
        try {
            Files.deleteIfExists(entry());
        } catch (IOException e) {
            log.debug("entry stays file={}", entry(), e);
        }
    }

    private static long firstChild(long pid) throws IOException {
        String children = Files.readString(Path.of("/proc/" + pid + "/task/" + pid + "/children"));
        if (children.isBlank()) {
            throw new IOException("process " + pid + " has no child");
        }
        return Long.parseLong(children.strip().split(" ", -1)[0]);
    }

    private void probed(boolean ready) {
        if (state.running() && state.ready() != ready) {
            become(ready, true, state.restarts(), "", state.lastExit());
        }
    }

    private void unwell(String reason) {
        log.warn("liveness pod={} container={} reason={}", pod.key(), container.name(), reason);
        Process running = process;
        if (running != null) {
            terminate(running, pod.terminationGracePeriod());
        }
    }

    /** Ends it: SIGTERM, then SIGKILL after {@code grace}. Returns when it is gone. */
    void stop(Duration grace) {
        stopping = true;
        synchronized (this) {
            notifyAll();
        }
        Process running = process;
        if (running != null) {
            terminate(running, grace);
        }
    }

    private void terminate(Process running, Duration grace) {
        try {
            long pid = firstPid;
            if (pid > 0 && !grace.isZero()) {
                ProcessHandle.of(pid).ifPresent(ProcessHandle::destroy);
                if (running.waitFor(grace.toMillis(), TimeUnit.MILLISECONDS)) {
                    return;
                }
            }
            running.destroyForcibly().waitFor();
        } catch (InterruptedException e) {
            running.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void pause(Duration delay) throws InterruptedException {
        long deadline = System.nanoTime() + delay.toNanos();
        long left = delay.toMillis();
        while (!stopping && left > 0) {
            wait(left);
            left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        }
    }

    private void become(
            boolean ready, boolean running, int restarts, String status, @Nullable Integer exit) {
        state = new ContainerState(container.name(), ready, running, restarts, status, exit);
        host.changed();
    }
}
