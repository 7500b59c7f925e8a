package dev.fairlead.agent.control.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProcSandboxesTest {

    private static final String UID = "0f0b1a52-7d31-4d4d-9a0c-1f0f8a4c2b11";

    @TempDir Path proc;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "4:memory:/kubepods/besteffort/pod" + UID + "/ab12",
                "0::/kubepods/burstable/pod" + UID + "/ab12",
                "0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod0f0b1a52_7d31_4d4d_9a0c_1f0f8a4c2b11.slice/cri-containerd-ab12.scope",
                "1:name=systemd:/kubepods.slice/kubepods-pod0f0b1a52_7d31_4d4d_9a0c_1f0f8a4c2b11.slice/crio-ab12.scope",
                "0::/../../kubepods/pod" + UID + "/ab12",
            })
    void aCgroupNamesItsPod(String line) {
        assertThat(ProcSandboxes.podUid("12:cpuset:/\n" + line + "\n")).isEqualTo(UID);
    }

    @ParameterizedTest
    @CsvSource({"0::/", "0::/system.slice/containerd.service", "0::/podman/pod-1", "''"})
    void othersNameNone(String line) {
        assertThat(ProcSandboxes.podUid(line)).isNull();
    }

    private void process(int pid, String cgroup, long startTicks, String namespace)
            throws Exception {
        Path folder = Files.createDirectories(proc.resolve(Integer.toString(pid)));
        Files.writeString(folder.resolve("cgroup"), "0::" + cgroup + "\n");
        Files.writeString(
                folder.resolve("stat"),
                pid + " (a) b c) S 1 1 1 0 -1 1 0 0 0 0 0 0 0 0 20 0 1 0 " + startTicks + " 0 0\n");
        Files.createSymbolicLink(
                Files.createDirectories(folder.resolve("ns")).resolve("net"), Path.of(namespace));
    }

    @Test
    void aPodsOldestProcessStandsForIt() throws Exception {
        process(70, "/kubepods/pod" + UID + "/app", 500, "net:[77]");
        process(300, "/kubepods/pod" + UID + "/pause", 400, "net:[77]");
        process(12, "/system.slice/sshd.service", 10, "net:[1]");
        Files.createDirectories(proc.resolve("self"));

        assertThat(new ProcSandboxes(proc).list())
                .containsExactly(new Sandbox(UID, proc.resolve("300/ns/net"), List.of()));
    }

    @Test
    void aPodOnTheNodesNetworkIsNone() throws Exception {
        String own = Files.readSymbolicLink(Path.of("/proc/self/ns/net")).toString();
        process(70, "/kubepods/pod" + UID + "/app", 500, own);

        assertThat(new ProcSandboxes(proc).list()).isEmpty();
    }

    @Test
    void aProcessThatEndsMeanwhileIsNone() throws Exception {
        Files.createDirectories(proc.resolve("99"));

        assertThat(new ProcSandboxes(proc).list()).isEmpty();
    }
}
