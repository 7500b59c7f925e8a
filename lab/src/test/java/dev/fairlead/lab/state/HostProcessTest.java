package dev.fairlead.lab.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostProcessTest {

    @TempDir Path folder;

    @Test
    void survivesItsFile() throws IOException {
        HostProcess self = HostProcess.running(ProcessHandle.current().pid()).orElseThrow();
        self.write(folder.resolve("p"));
        assertThat(HostProcess.read(folder.resolve("p"))).contains(self);
        assertThat(self.alive()).isTrue();
        assertThat(HostProcess.read(folder.resolve("none"))).isEmpty();
    }

    @Test
    void anotherProcessWithTheSameIdIsAnother() {
        HostProcess self = HostProcess.running(ProcessHandle.current().pid()).orElseThrow();
        HostProcess earlier = new HostProcess(self.pid(), self.startTicks() - 1);
        assertThat(earlier.alive()).isFalse();
        earlier.kill();
        assertThat(self.alive()).isTrue();
    }

    @Test
    void endedIsNotAlive() throws Exception {
        Process process = new ProcessBuilder("sleep", "60").start();
        HostProcess known = HostProcess.running(process.pid()).orElseThrow();
        known.kill();
        assertThat(process.waitFor()).isNotZero();
        assertThat(known.alive()).isFalse();
    }
}
