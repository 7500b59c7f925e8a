package dev.fairlead.e2e.kube;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fairlead.e2e.Launcher;
import dev.fairlead.e2e.Launcher.Result;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.junit.jupiter.api.Assumptions;

/** One test cluster of this run, and what is asked of it. */
final class Kube implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration LONG = Duration.ofSeconds(120);

    private final String name;

    private Kube(String name) {
        this.name = name;
    }

    /**
     * A fresh cluster; options as of {@code ./fairlead kube up}. Skips the test where none can be.
     */
    static Kube up(String name, String... options) {
        Assumptions.assumeTrue(
                System.getenv("FAIRLEAD_KUBE") != null,
                "SKIPPED: no Kubernetes here (./fairlead test kube)");
        Kube kube = new Kube(name);
        kube.kube("down", "wipe").ok();
        List<String> up = new ArrayList<>(List.of("up"));
        up.addAll(List.of(options));
        kube.kube(up.toArray(String[]::new)).ok();
        return kube;
    }

    String name() {
        return name;
    }

    /** Imports the images of the mesh and of the samples. */
    Kube withImages() {
        kube("image", "samples").ok();
        kube("image", "product").ok();
        return this;
    }

    /** {@code ./fairlead kube …}. */
    Result kube(String... arguments) {
        List<String> all = new ArrayList<>(List.of("kube", "--name", name));
        all.addAll(List.of(arguments));
        return Launcher.fairlead(Map.of(), "", all);
    }

    /** A line of a shell with kubectl and helm, at the checkout's root. */
    Result shell(String line) {
        return kube("exec", "--net", "control", "bash", "-c", line);
    }

    Result kubectl(String... arguments) {
        List<String> all = new ArrayList<>(List.of("kubectl"));
        all.addAll(List.of(arguments));
        return kube(all.toArray(String[]::new));
    }

    /** {@code kubectl apply} of this YAML. */
    Result apply(String yaml) {
        return Launcher.fairlead(
                Map.of(), yaml, List.of("kube", "--name", name, "kubectl", "apply", "-f", "-"));
    }

    JsonNode get(String... arguments) {
        List<String> all = new ArrayList<>(List.of("get", "-o", "json"));
        all.addAll(List.of(arguments));
        return json(kubectl(all.toArray(String[]::new)).ok());
    }

    /** A command on a node, with the node's own folders and processes. */
    Result node(String node, String... command) {
        List<String> all = new ArrayList<>(List.of("exec", node));
        all.addAll(List.of(command));
        return kube(all.toArray(String[]::new));
    }

    /** In a pod or {@code deploy/…} of a namespace. */
    Result in(String namespace, String pod, String... command) {
        List<String> all = new ArrayList<>(List.of("exec", "-n", namespace, pod, "--"));
        all.addAll(List.of(command));
        return kubectl(all.toArray(String[]::new));
    }

    /** The HTTP status of a GET from {@code deploy/sleep} of a namespace; 000 without one. */
    String status(String namespace, String url) {
        return in(
                        namespace,
                        "deploy/sleep",
                        "curl",
                        "-s",
                        "-m",
                        "10",
                        "-o",
                        "/dev/null",
                        "-w",
                        "%{http_code}",
                        url)
                .out();
    }

    List<String> nodes() {
        return kubectl("get", "nodes", "-o", "jsonpath={.items[*].metadata.name}")
                .ok()
                .lines()
                .flatMap(line -> List.of(line.split(" ")).stream())
                .toList();
    }

    static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError(text, e);
        }
    }

    static void await(String what, BooleanSupplier condition) {
        await(what, LONG, condition, () -> "");
    }

    /** Looks until it is so; AssertionError says what was seen last. */
    static void await(
            String what, Duration atMost, BooleanSupplier condition, Supplier<String> seen) {
        long end = System.nanoTime() + atMost.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not in " + atMost + ": " + what + " " + seen.get());
            }
            try {
                Thread.sleep(300); // between looks
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError(e);
            }
        }
    }

    @Override
    public void close() {
        kube("down", "wipe").ok();
    }
}
