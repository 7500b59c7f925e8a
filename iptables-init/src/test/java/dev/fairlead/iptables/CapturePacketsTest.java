package dev.fairlead.iptables;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** The facts that {@link CaptureScenario} finds, in an unprivileged namespace, by back end. */
@Tag("netns")
class CapturePacketsTest {

    @TestFactory
    List<DynamicTest> nft() throws Exception {
        return facts("nft");
    }

    @TestFactory
    List<DynamicTest> legacy() throws Exception {
        return facts("legacy");
    }

    private static List<DynamicTest> facts(String backend) throws Exception {
        requireNamespaces();
        var folder = Path.of(resource("/netns"));
        var java = ProcessHandle.current().info().command().orElse("java");
        var lines =
                run(
                        "unshare",
                        "-Urnm",
                        "--propagation",
                        "private",
                        "--kill-child",
                        java,
                        "-Xmx64m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        CaptureScenario.class.getName(),
                        folder.toString(),
                        backend);
        var tests = new ArrayList<DynamicTest>();
        for (var line : lines) {
            var parts = line.split("\t", -1);
            tests.add(
                    dynamicTest(
                            backend + ": " + parts[0],
                            () -> {
                                assertThat(parts).as(line).hasSize(3);
                                assertThat(parts[2]).isEqualTo(parts[1]);
                            }));
        }
        tests.add(
                dynamicTest(
                        backend + ": went to the end",
                        () -> assertThat(lines.getLast()).startsWith("plain again\t")));
        return tests;
    }

    private static void requireNamespaces() throws Exception {
        var said = run("unshare", "-Urnm", "echo", "yes");
        if (!said.equals(List.of("yes"))) {
            System.err.println("SKIPPED, no packet of capture was tested: " + said);
        }
        Assumptions.assumeTrue(
                said.equals(List.of("yes")), "user namespaces are forbidden here: " + said);
    }

    private static java.net.URI resource(String name) throws Exception {
        return Objects.requireNonNull(CapturePacketsTest.class.getResource(name), name).toURI();
    }

    private static List<String> run(String... command) throws IOException, InterruptedException {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (var reader = process.inputReader(StandardCharsets.UTF_8)) {
            var lines = reader.lines().toList();
            process.waitFor();
            return lines;
        } finally {
            process.destroyForcibly();
        }
    }
}
