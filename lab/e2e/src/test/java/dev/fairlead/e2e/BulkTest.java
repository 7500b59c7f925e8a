package dev.fairlead.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Many bytes each way through two agents, with checksums at both ends, and what the agents take for
 * it: 128 MiB, in the long form 1 GiB.
 */
@Tag("lab")
@Tag("long")
class BulkTest {

    @RegisterExtension static final SharedLab LAB = SharedLab.PEERS;

    private static final long BYTES = SteadyLoad.SOAK ? 1L << 30 : 128L << 20;

    /** An agent that held what it carries would take hundreds. */
    private static final long MAX_GROWTH_BYTES = 96L << 20;

    private static final List<String> NODES = List.of("node-1", "node-2");

    @BeforeAll
    static void pods() {
        Peers.need("grpc-interop");
        String ports =
                "[{name: http, port: 8081}, {name: http2, port: 8082}, {name: tcp, port: 9000}]";
        LAB.lab()
                .apply(
                        Echo.namespace("bulk", true)
                                + JavaPod.programs("bulk", "BulkServer.java")
                                + JavaPod.service("bulk", "server", ports)
                                + new JavaPod("bulk", "server", "node-2", "peers/grpc-interop")
                                        .server(9000, "BulkServer.java")
                                + new JavaPod("bulk", "client", "node-1", "peers/grpc-interop")
                                        .idle());
        sh("head -c " + BYTES + " /dev/urandom >/tmp/bytes");
    }

    private static String sh(String script) {
        return LAB.lab().run("exec", "-n", "bulk", "client", "--", "sh", "-c", script).ok();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "HTTP/1.1, 8081, --http1.1",
        "HTTP/2, 8082, --http2-prior-knowledge",
        "HTTP/2 to HTTP/1.1, 8081, --http2-prior-knowledge"
    })
    void arrivesWholeOverHttp(String protocol, int port, String option) {
        String curl = "curl -sSf --noproxy '*' %s http://server:%d".formatted(option, port);
        long[] before = residentBytes();
        String up = sh("sha256sum </tmp/bytes; " + curl + "/ -T /tmp/bytes");
        assertThat(up.lines().skip(1).findFirst()).contains(BYTES + " " + up.substring(0, 64));
        String down = sh(curl + "/" + BYTES + " | sha256sum; " + curl + "/sum");
        assertThat(down.lines().skip(1).findFirst()).contains(down.substring(0, 64));
        assertBounded(protocol, before);
    }

    /** Both ways at once. */
    @ParameterizedTest(name = "{0}")
    @CsvSource("TCP")
    void arrivesWholeOverTcp(String protocol) {
        long[] before = residentBytes();
        String sums =
                sh("sha256sum </tmp/bytes; python3 -c '" + Echo.resource("bulk_tcp.py") + "'");
        assertThat(sums.lines().skip(1).findFirst()).contains(BYTES + " " + sums.substring(0, 64));
        assertBounded(protocol, before);
    }

    private static long[] residentBytes() {
        return NODES.stream()
                .mapToLong(node -> AgentMemoryTest.residentBytes(LAB.lab(), node))
                .toArray();
    }

    private static void assertBounded(String protocol, long[] before) {
        long[] after = residentBytes();
        for (int i = 0; i < after.length; i++) {
            System.out.printf(
                    "bulk %s: %d MiB each way, agent of %s %d MiB before, %d MiB after%n",
                    protocol, BYTES >> 20, NODES.get(i), before[i] >> 20, after[i] >> 20);
            assertThat(after[i] - before[i]).isLessThan(MAX_GROWTH_BYTES);
        }
    }
}
