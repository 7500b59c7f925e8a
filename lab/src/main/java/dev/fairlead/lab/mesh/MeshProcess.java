package dev.fairlead.lab.mesh;

import dev.fairlead.lab.state.LabSettings;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one process of the mesh running; a virtual thread waits for its end and starts the next
 * after a pause that grows.
 */
final class MeshProcess {

    private static final Logger log = LoggerFactory.getLogger(MeshProcess.class);

    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
    private static final Duration GOOD_RUN = Duration.ofSeconds(30);

    private final LabSettings settings;
    private final MeshProgram program;
    private final Path logs;
    private final BooleanSupplier ready;
    private final Step startedAgain;

    private volatile @Nullable Process process;
    private final AtomicInteger starts = new AtomicInteger();
    private volatile int settledStart;
    private volatile boolean ending;
    private volatile boolean held; // ended on request, not to be started before the next

    /** Something that takes its time. */
    @FunctionalInterface
    interface Step {
        void run() throws InterruptedException;
    }

    /**
     * @param ready whether it answers
     * @param startedAgain called when a successor answers; returns when it knows all it must
     */
    MeshProcess(
            LabSettings settings,
            MeshProgram program,
            Path logs,
            BooleanSupplier ready,
            Step startedAgain) {
        this.settings = settings;
        this.program = program;
        this.logs = logs;
        this.ready = ready;
        this.startedAgain = startedAgain;
    }

    String name() {
        return program.name();
    }

    void start() {
        Thread.ofVirtual().name(program.name()).start(this::run);
    }

    private void run() {
        Duration pause = FIRST_PAUSE;
        try {
            while (!ending) {
                long began = System.nanoTime();
                int status = runOnce();
                if (ending) {
                    return;
                }
                if (held) {
                    awaitRelease();
                    pause = FIRST_PAUSE;
                    continue;
                }
                log.warn("process ended name={} status={}", program.name(), status);
                Duration ran = Duration.ofNanos(System.nanoTime() - began);
                pause = ran.compareTo(GOOD_RUN) >= 0 ? FIRST_PAUSE : pause;
                Thread.sleep(pause);
                Duration doubled = pause.multipliedBy(2);
                pause = doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
            }
        } catch (InterruptedException e) {
            log.debug("interrupted name={}", program.name());
        }
    }

    private void awaitRelease() throws InterruptedException {
        log.info("process held name={}", program.name());
        while (held && !ending) {
            Thread.sleep(20);
        }
    }

    private int runOnce() throws InterruptedException {
        try {
            File output = logs.resolve(program.name() + ".log").toFile();
            ProcessBuilder builder =
                    new ProcessBuilder(program.command(settings))
                            .redirectInput(new File("/dev/null"))
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.appendTo(output));
            Map<String, String> environment = builder.environment();
            environment.keySet().removeIf(name -> name.startsWith("FAIRLEAD_"));
            environment.put("MALLOC_ARENA_MAX", "2");
            environment.putAll(program.environment());
            Process started = builder.start();
            process = started;
            int start = starts.incrementAndGet();
            log.info("process started name={} pid={}", program.name(), started.pid());
            if (start > 1) {
                Thread.ofVirtual().start(() -> announce(start));
            }
            return started.waitFor();
        } catch (IOException e) {
            log.warn("cannot start name={}", program.name(), e);
            return 125;
        }
    }

    private void announce(int start) {
        try {
            while (starts.get() == start && !ready()) {
                Thread.sleep(20);
            }
            startedAgain.run();
            settledStart = start;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    boolean ready() {
        Process running = process;
        return running != null && running.isAlive() && ready.getAsBoolean();
    }

    /**
     * Waits until start number {@code start} or a later one answers and, where it is a successor,
     * knows all it must; false if that does not come.
     */
    boolean awaitReady(int start, Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (System.nanoTime() < deadline) {
            if (starts.get() >= start && ready() && (start == 1 || settledStart >= start)) {
                return true;
            }
            Thread.sleep(20);
        }
        return false;
    }

    /** Sends TERM or KILL to the process that runs now. Returns the number of its successor. */
    int signal(boolean kill) throws InterruptedException {
        Process running = process;
        int next = starts.get() + 1;
        if (running != null) {
            if (kill) {
                running.destroyForcibly();
            } else {
                running.destroy();
            }
            running.waitFor();
        }
        return next;
    }

    /** Ends it and starts no successor until {@link #release}. */
    void hold(boolean kill) throws InterruptedException {
        held = true;
        int _ = signal(kill);
    }

    /** Starts the successor of one that is held. Returns its number. */
    int release() {
        int next = held ? starts.get() + 1 : starts.get();
        held = false;
        return next;
    }

    /** Ends it for good. */
    void end() {
        ending = true;
        Process running = process;
        if (running != null) {
            running.destroy();
        }
    }
}
