package dev.fairlead.lab.pods;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.lab.cluster.Bytes;
import dev.fairlead.lab.cluster.EmptyDirMount;
import dev.fairlead.lab.cluster.FileMount;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ContainerScriptTest {

    @Test
    void mountsInOrderAndDropsRightsBeforeTheProgram() {
        String script =
                new SamplePod()
                        .app(Path.of("/src/samples/web"))
                        .files(new FileMount("/etc/words/a", Bytes.utf8("x"), 0644))
                        .volumes(new EmptyDirMount("scratch", "/data", "", false, false))
                        .script()
                        .start();
        List<String> lines = script.lines().toList();
        assertThat(lines.subList(0, lines.size() - 1))
                .containsExactly(
                        ". /.old/run/fairlead/container.sh",
                        "begin '/run/fairlead/pods/uid-1'",
                        "app '/src/samples/web'",
                        "folder 'volumes/scratch' '/data' rw",
                        "file 'files/c/0' '/etc/words/a'",
                        "file hosts /etc/hosts rw",
                        "file resolv.conf /etc/resolv.conf",
                        "file hostname /etc/hostname",
                        "hostname 'web-1'",
                        "settle 'started.c'");
        assertThat(lines.getLast())
                .startsWith("exec /usr/bin/env -i -C '/opt/app' ")
                .contains("setpriv --no-new-privs", "--bounding-set=-all,+chown")
                .doesNotContain("sys_admin", "net_admin", "sys_ptrace")
                .endsWith(" init 'serve'");
    }

    @Test
    void quotesWhatUsersWrite() {
        String script =
                new SamplePod()
                        .argv("sh", "-c", "echo 'it''s'; $(reboot)")
                        .env(Map.of("WORD", "a'b $HOME"))
                        .script()
                        .start();
        assertThat(script)
                .contains("'WORD=a'\\''b $HOME'")
                .endsWith(" 'sh' '-c' 'echo '\\''it'\\'''\\''s'\\''; $(reboot)'\n");
    }

    @Test
    void programsOfTheImageComeFirst() {
        assertThat(new SamplePod().app(Path.of("/x")).script().start())
                .contains("'PATH=/opt/app/bin:/usr/local/sbin:");
        assertThat(new SamplePod().script().start()).contains("'PATH=/usr/local/sbin:");
        assertThat(new SamplePod().app(Path.of("/x")).env(Map.of("PATH", "/mine")).script().start())
                .contains("'PATH=/opt/app/bin:/mine'");
    }

    @Test
    void furtherCommandsHaveTheSameRightsAndEnvironment() {
        String enter = new SamplePod().env(Map.of("A", "b")).script().enter(42);
        assertThat(enter)
                .startsWith("[ -e /proc/42/ns/mnt ] || exit 125\n")
                .contains("nsenter --target 42 --mount --uts --ipc --net --pid -- ")
                .contains("'A=b'", "'JAVA_HOME=/jdk'", "--no-new-privs", "--bounding-set=-all,")
                .endsWith(" --pdeathsig KILL \"$@\"\n");
    }
}
