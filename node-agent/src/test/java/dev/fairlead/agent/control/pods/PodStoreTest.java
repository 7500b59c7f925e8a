package dev.fairlead.agent.control.pods;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.model.workload.CaptureExclusions;
import dev.fairlead.agent.model.workload.LocalPod;
import dev.fairlead.wire.identity.SpiffeId;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PodStoreTest {

    private static final LocalPod POD =
            new LocalPod(
                    "u",
                    "default",
                    "p",
                    new SpiffeId("cluster.local", "default", "account"),
                    Path.of("/proc/12/ns/net"),
                    List.of(InetAddress.ofLiteral("198.18.1.9")),
                    CaptureExclusions.NONE);

    @TempDir Path folder;

    @Test
    void podsAreTakenUpByTheNextProcess() {
        new PodStore(folder, "boot-1").put(POD, true);

        assertThat(new PodStore(folder, "boot-1").load())
                .containsExactly(new PodStore.Entry(POD, true));
    }

    @Test
    void podsOfAStartOfTheMachineBeforeAreForgotten() {
        new PodStore(folder, "boot-1").put(POD, false);

        assertThat(new PodStore(folder, "boot-2").load()).isEmpty();
    }

    @Test
    void aFileThatNamesNoStartIsOfThisOne() throws Exception {
        new PodStore(folder, "boot-1").put(POD, false);
        Path file = folder.resolve("pods.json");
        Files.writeString(file, Files.readString(file).replaceFirst(",\"boot\":\"boot-1\"", ""));

        assertThat(new PodStore(folder, "boot-2").load()).hasSize(1);
    }
}
