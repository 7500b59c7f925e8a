package dev.fairlead.agent.data.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The facts that {@link PodSocketsScenario} finds, in an unprivileged namespace. */
class PodSocketsTest {

    @Test
    void aVirtualThreadMayNotEnter() throws Exception {
        var thrown = new AtomicReference<Throwable>(new NoSuchFileException("nothing thrown"));
        try (var namespace = NetNamespace.open(Path.of("/proc/self/ns/net"))) {
            Thread.ofVirtual()
                    .uncaughtExceptionHandler((_, e) -> thrown.set(e))
                    .start(() -> namespace.enter(() -> 1))
                    .join();
        }
        assertThat(thrown.get()).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aClosedNamespaceIsNotEntered() throws Exception {
        var namespace = NetNamespace.open(Path.of("/proc/self/ns/net"));
        namespace.close();
        namespace.close();
        assertThatThrownBy(() -> namespace.enter(() -> 1))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void whereNoNamespaceIsThePathIsNamed() {
        assertThatThrownBy(() -> NetNamespace.open(Path.of("/run/netns/none")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("/run/netns/none")
                .hasMessageContaining("errno 2");
    }

    @Tag("netns")
    @TestFactory
    List<DynamicTest> scenario() throws Exception {
        requireNamespaces();
        var script = Objects.requireNonNull(getClass().getResource("/capture/topology.sh"));
        var java = ProcessHandle.current().info().command().orElse("java");
        var lines =
                run(
                        "unshare",
                        "-Urnm",
                        "--propagation",
                        "private",
                        "--kill-child",
                        java,
                        "-Xmx96m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        PodSocketsScenario.class.getName(),
                        Path.of(script.toURI()).toString());
        var tests = new ArrayList<DynamicTest>();
        for (var line : lines) {
            var parts = line.split("\t", -1);
            tests.add(
                    dynamicTest(
                            parts[0],
                            () -> {
                                assertThat(parts).as(line).hasSize(3);
                                assertThat(parts[2]).isEqualTo(parts[1]);
                            }));
        }
        tests.add(
                dynamicTest(
                        "to the end",
                        () -> assertThat(lines.getLast()).startsWith("went to the end\t")));
        return tests;
    }

    private static void requireNamespaces() throws Exception {
        var said = run("unshare", "-Urnm", "echo", "yes");
        if (!said.equals(List.of("yes"))) {
            System.err.println("SKIPPED, no socket in a pod's namespace was tested: " + said);
        }
        Assumptions.assumeTrue(
                said.equals(List.of("yes")), "user namespaces are forbidden here: " + said);
    }

    private static List<String> run(String... command) throws IOException, InterruptedException {
        var process =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try (var reader = process.inputReader(StandardCharsets.UTF_8)) {
            var lines = reader.lines().toList();
            process.waitFor();
            return lines;
        } finally {
            process.destroyForcibly();
        }
    }
}
