package dev.fairlead.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.e2e.Launcher.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A lab comes up, ends without a trace, and keeps to itself. */
@Tag("lab")
class LabLifecycleTest {

    private static final String SLEEP =
            """
            apiVersion: v1
            kind: Pod
            metadata: {name: sleep}
            spec:
              terminationGracePeriodSeconds: 2
              containers: [{name: c, image: none, command: [sleep, "3600"]}]
            """;

    @TempDir Path state;

    @Test
    void downLeavesNoProcessAndNoFile() throws IOException {
        try (Lab lab = Lab.up("--plain", "-f", manifest(SLEEP))) {
            assertThat(lab.processes()).isNotEmpty();
            assertThat(lab.run("down").ok()).contains("is down");
            assertThat(lab.processes()).isEmpty();
            assertThat(lab.folder()).doesNotExist();
            assertThat(lab.exec("sleep", "true").status()).isEqualTo(125);
        }
    }

    @Test
    void downAlsoWorksAfterTheDaemonWasKilled() throws IOException {
        try (Lab lab = Lab.up("--plain", "-f", manifest(SLEEP))) {
            String daemon =
                    lab.node(
                                    "node-1",
                                    "sh",
                                    "-c",
                                    "for p in /proc/[0-9]*; do if tr '\\0' ' ' <$p/cmdline |"
                                            + " grep -q 'dev.fairlead.lab.LabDaemon *$'; then"
                                            + " echo ${p#/proc/}; fi; done")
                            .ok();
            // the first process has the same words in its script; the daemon is a child of it
            List<String> candidates = daemon.lines().toList();
            String pid = candidates.get(candidates.size() - 1);
            lab.node("node-1", "kill", "-9", pid);
            Lab.await("all processes end", () -> lab.processes().isEmpty());
            assertThat(lab.run("get", "pods").status()).isEqualTo(1);
            assertThat(lab.run("down").ok()).contains("is down");
            assertThat(lab.folder()).doesNotExist();
        }
    }

    @Test
    void everythingEndsWithItsOuterProcess() throws IOException {
        try (Lab lab = Lab.up("--plain", "-f", manifest(SLEEP))) {
            ProcessHandle.of(outerProcess(lab)).orElseThrow().destroyForcibly();
            Lab.await("all processes end", () -> lab.processes().isEmpty());
            assertThat(lab.tryUp("--plain").status()).isZero();
        }
    }

    @Test
    void secondUpOfANameIsAnError() throws IOException {
        try (Lab lab = Lab.up("--plain", "--nodes", "1", "-f", manifest(SLEEP))) {
            Result second = lab.tryUp("--plain");
            assertThat(second.status()).isEqualTo(1);
            assertThat(second.err()).contains("is already up");
            assertThat(lab.exec("sleep", "echo", "still").ok()).isEqualTo("still");
        }
    }

    @Test
    void twoLabsDoNotCollide() throws IOException {
        String manifest = manifest(SLEEP);
        try (Lab one = Lab.up("--plain", "--nodes", "1", "-f", manifest);
                Lab two = Lab.up("--plain", "--nodes", "1", "-f", manifest)) {
            one.sh("sleep", "echo one >/tmp/who").ok();
            two.sh("sleep", "echo two >/tmp/who").ok();
            assertThat(one.sh("sleep", "cat /tmp/who").ok()).isEqualTo("one");
            one.run("down").ok();
            assertThat(two.sh("sleep", "cat /tmp/who").ok()).isEqualTo("two");
        }
    }

    @Test
    void execHasTheCommandsOwnStatusAndStreams() throws IOException {
        try (Lab lab = Lab.up("--plain", "--nodes", "1", "-f", manifest(SLEEP))) {
            Result result =
                    lab.runWithInput(
                            "in", "exec", "sle", "--", "sh", "-c", "cat; echo err >&2; exit 7");
            assertThat(result.status()).isEqualTo(7);
            assertThat(result.out()).isEqualTo("in");
            assertThat(result.err()).isEqualTo("err\n");
            assertThat(lab.exec("sleep", "nosuchcommand").status()).isEqualTo(127);
            assertThat(lab.exec("nosuchpod", "true").status()).isEqualTo(125);
            assertThat(lab.run("exec", "sleep").status()).isEqualTo(2);
        }
    }

    private static long outerProcess(Lab lab) throws IOException {
        String[] words = Files.readString(lab.folder().resolve("process")).split(" ", -1);
        return Long.parseLong(words[0]);
    }

    private String manifest(String text) throws IOException {
        return Files.writeString(state.resolve("manifest.yaml"), text).toString();
    }
}
