package dev.fairlead.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * grpc-java's interop server and client: whatever passes between two pods that nobody captures
 * passes through the agent of one node, and through those of two.
 */
@Tag("lab")
class GrpcInteropTest {

    @RegisterExtension static final SharedLab LAB = SharedLab.PEERS;

    private static final String INSIDE = "interop";
    private static final String OUTSIDE = "interop-direct";
    private static final String IMAGE = "peers/grpc-interop";
    private static final String SERVER = "io.grpc.testing.integration.TestServiceServer";

    /** The suite's core: without these the direct run is no measure. */
    private static final List<String> CORE =
            List.of(
                    "empty_unary",
                    "large_unary",
                    "client_streaming",
                    "server_streaming",
                    "ping_pong",
                    "empty_stream",
                    "client_compressed_unary_noprobe",
                    "server_compressed_unary",
                    "client_compressed_streaming_noprobe",
                    "server_compressed_streaming",
                    "custom_metadata",
                    "status_code_and_message",
                    "special_status_message",
                    "unimplemented_method",
                    "unimplemented_service",
                    "cancel_after_begin",
                    "cancel_after_first_response",
                    "timeout_on_sleeping_server",
                    "very_large_request",
                    "veryLargeResponse",
                    "serverStreamingShouldBeFlowControlled");

    private static Map<String, String> direct;

    @BeforeAll
    static void pods() {
        Peers.need("grpc-interop");
        LAB.lab().apply(namespace(INSIDE, true) + namespace(OUTSIDE, false));
        direct = verdicts(OUTSIDE, "client-1");
    }

    private static String namespace(String name, boolean enrolled) {
        return Echo.namespace(name, enrolled)
                + JavaPod.programs(name, "InteropClient.java")
                + JavaPod.service(name, "server", "[{name: grpc, port: 8080}]")
                + new JavaPod(name, "server", "node-2", IMAGE)
                        .server(8080, SERVER, "--port=8080", "--use_tls=false")
                + new JavaPod(name, "client-1", "node-1", IMAGE).idle()
                + new JavaPod(name, "client-2", "node-2", IMAGE).idle();
    }

    /** Of each case what the client said: {@code pass}, or {@code fail WHY}. */
    private static Map<String, String> verdicts(String namespace, String client) {
        List<String> command = new ArrayList<>(List.of("exec", "-n", namespace, client, "--"));
        command.addAll(List.of(JavaPod.command("InteropClient.java", "server", "8080")));
        Map<String, String> verdicts = new LinkedHashMap<>();
        LAB.lab()
                .run(command.toArray(String[]::new))
                .ok()
                .lines()
                .map(line -> line.split(" ", 2))
                .forEach(words -> verdicts.put(words[0], words[1]));
        return verdicts;
    }

    @Test
    void theCorePassesWithoutAgents() {
        assertThat(direct).containsKeys(CORE.toArray(String[]::new));
        assertThat(CORE).allSatisfy(name -> assertThat(direct.get(name)).isEqualTo("pass"));
    }

    @ParameterizedTest(name = "from {0}, through {1}")
    @CsvSource({"client-1, two agents with mutual TLS", "client-2, one agent"})
    void whatPassesWithoutAgentsPasses(String client, String through) {
        Map<String, String> verdicts = verdicts(INSIDE, client);
        Map<String, String> lost = new LinkedHashMap<>();
        direct.forEach((name, verdict) -> {
            String here = verdicts.getOrDefault(name, "not run");
            if (verdict.equals("pass") && !here.equals("pass")) {
                lost.put(name, here);
            }
        });
        assertThat(lost).as("cases that pass without %s", through).isEmpty();
    }
}
