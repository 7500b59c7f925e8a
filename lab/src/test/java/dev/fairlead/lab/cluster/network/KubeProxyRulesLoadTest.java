package dev.fairlead.lab.cluster.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.fairlead.lab.cluster.LabFixture;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The kernel takes the text, in a network namespace of its own, by both of iptables' back ends. */
@Tag("netns")
class KubeProxyRulesLoadTest {

    @TempDir private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"nft", "legacy"})
    void theTextLoadsAndASecondTimeChangesNothing(String backEnd) throws Exception {
        LabFixture lab = new LabFixture().apply(KubeProxyRulesTest.SERVICES).settle();
        KubeProxyRules first = KubeProxyRulesTest.render(lab, KubeProxyRules.NONE);
        KubeProxyRules second = KubeProxyRulesTest.render(lab, first);
        lab.remove("", "Service", "web").remove("", "Pod", "a").settle();
        KubeProxyRules third = KubeProxyRulesTest.render(lab, second);
        write("1", first);
        write("2", second);
        write("3", third);
        String script =
                """
                set -e
                cd "$1"; restore="iptables-$2-restore --noflush"; save="iptables-$2-save"
                mount -t tmpfs none /run
                $restore < 1; $save | grep -v '^[#:]' > saved1
                $restore < 2; $save | grep -v '^[#:]' > saved2
                $restore < 3; $save > saved3
                """;
        assumeTrue(run("true", "").status == 0, "no unprivileged namespaces here");
        Result result = run(script, backEnd);
        assertThat(result.status).as(result.output).isZero();
        assertThat(folder.resolve("saved2")).hasSameTextualContentAs(folder.resolve("saved1"));
        assertThat(Files.readString(folder.resolve("saved1")))
                .contains("-A PREROUTING -j KUBE-SERVICES", "--to-destination 198.18.2.10:8080");
        assertThat(Files.readString(folder.resolve("saved3")))
                .contains("-A PREROUTING -j KUBE-SERVICES")
                .doesNotContain("KUBE-EXT-", "198.18.1.10:8080");
    }

    private void write(String name, KubeProxyRules rules) throws IOException {
        Files.writeString(folder.resolve(name), rules.text());
    }

    private record Result(int status, String output) {}

    private Result run(String script, String backEnd) throws IOException, InterruptedException {
        List<String> command =
                List.of("unshare", "-Urnm", "sh", "-c", script, "sh", folder.toString(), backEnd);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Result(process.waitFor(), output);
    }
}
