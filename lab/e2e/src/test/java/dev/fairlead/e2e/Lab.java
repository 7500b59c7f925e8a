package dev.fairlead.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.e2e.Launcher.Result;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/**
 * A lab of the test's own, with a name and a state folder that no other has. {@code close} ends it.
 * Started by {@link #up}; all other methods are the commands of the same names.
 */
final class Lab implements AutoCloseable {

    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final String name;
    private final Path state;
    private final Map<String, String> env;

    private Lab(String name, Path state) {
        this.name = name;
        this.state = state;
        this.env = Map.of("FAIRLEAD_STATE", state.toString(), "FAIRLEAD_LAB", name);
    }

    /** A lab that is not up yet. */
    static Lab named(Path state) {
        return new Lab("t" + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet(), state);
    }

    /** A lab that is up: {@code lab up} with {@code options}. */
    static Lab up(String... options) {
        try {
            Lab lab = named(Files.createTempDirectory("fairlead-e2e"));
            Result result = lab.tryUp(options);
            if (result.status() != 0) {
                String logs = lab.allLogs();
                lab.close();
                throw new AssertionError(result + "\n" + logs);
            }
            return lab;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Result tryUp(String... options) {
        List<String> arguments = new ArrayList<>(List.of("lab", "up"));
        arguments.addAll(List.of(options));
        return Launcher.fairlead(env, "", arguments);
    }

    String name() {
        return name;
    }

    Map<String, String> env() {
        return env;
    }

    /** The lab's own folder. */
    Path folder() {
        return state.resolve("labs").resolve(name);
    }

    /** {@code ./fairlead lab ARGUMENTS}. */
    Result run(String... arguments) {
        return runWithInput("", arguments);
    }

    Result runWithInput(String input, String... arguments) {
        List<String> all = new ArrayList<>(List.of("lab"));
        all.addAll(List.of(arguments));
        return Launcher.fairlead(env, input, all);
    }

    /** Applies a manifest given as text, waits, and returns what was said. */
    String apply(String manifest) {
        return runWithInput(manifest, "apply", "-f", "-", "--wait").ok();
    }

    Result tryApply(String manifest) {
        return runWithInput(manifest, "apply", "-f", "-");
    }

    String delete(String manifest) {
        return runWithInput(manifest, "delete", "-f", "-", "--wait").ok();
    }

    /** A command in a pod of namespace default. */
    Result exec(String pod, String... command) {
        List<String> all = new ArrayList<>(List.of("exec", pod, "--"));
        all.addAll(List.of(command));
        return run(all.toArray(String[]::new));
    }

    /** A script in a pod of namespace default. */
    Result sh(String pod, String script) {
        return exec(pod, "sh", "-c", script);
    }

    Result node(String node, String... command) {
        List<String> all = new ArrayList<>(List.of("node", node, "--"));
        all.addAll(List.of(command));
        return run(all.toArray(String[]::new));
    }

    /** The node of a deployment of namespace default that has one pod. */
    String nodeOf(String deployment) {
        for (JsonNode pod : Curl.json(run("get", "pods", "-o", "json").ok()).get("items")) {
            if (pod.at("/metadata/name").asText().startsWith(deployment + "-")) {
                return pod.at("/spec/nodeName").asText();
            }
        }
        throw new AssertionError("no pod of deployment " + deployment);
    }

    /** Requests that ended with {@code flag}, by whatever pod of the node sent them. */
    long ended(String node, String service, String flag) {
        String text =
                node(
                                node,
                                "curl",
                                "-s",
                                "localhost:15000/stats/prometheus?filter=istio_requests_total")
                        .ok();
        return text.lines()
                .filter(line -> line.contains("reporter=\"source\""))
                .filter(line ->
                        line.contains(
                                "destination_service=\""
                                        + service
                                        + ".default.svc.cluster.local\""))
                .filter(line -> line.contains("response_flags=\"" + flag + "\""))
                .mapToLong(line ->
                        Math.round(Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1))))
                .sum();
    }

    /** What curl prints as status code; 000 when there was no answer. */
    String statusOf(String pod, String url) {
        return exec(pod, "curl", "-s", "-m", "5", "-o", "/dev/null", "-w", "%{http_code}", url)
                .out();
    }

    /** All logs of the lab, for the message of a failed test. */
    String allLogs() {
        StringBuilder text = new StringBuilder();
        try (var files = Files.list(folder().resolve("logs"))) {
            for (Path file : files.sorted().toList()) {
                text.append("--- ").append(file.getFileName()).append('\n');
                text.append(Files.readString(file));
            }
        } catch (IOException e) {
            text.append("no logs: ").append(e.getMessage());
        }
        return text.toString();
    }

    /** Waits until {@code condition} holds; AssertionError naming {@code what} if it never does. */
    static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within " + LIMIT + ": " + what);
            }
            try {
                Thread.sleep(20);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError(e);
            }
        }
    }

    /** The processes of this machine whose command line or environment names this lab's folder. */
    List<String> processes() {
        return ProcessHandle.allProcesses()
                .map(process -> Path.of("/proc", Long.toString(process.pid()), "cmdline"))
                .map(Lab::text)
                .filter(text -> text.contains(folder().toString()))
                .toList();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1)
                    .replace('\0', ' ');
        } catch (IOException e) {
            return "";
        }
    }

    @Override
    public void close() {
        run("down");
        try (var files = Files.walk(state)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
