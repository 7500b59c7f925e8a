package dev.fairlead.lab.pods;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.lab.cluster.Probe;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class ProbeCheckTest {

    private static final Probe.Timing SOON =
            new Probe.Timing(Duration.ZERO, Duration.ofSeconds(1), Duration.ofSeconds(2), 1, 1);

    @AutoClose private final ExecutorService threads = Executors.newCachedThreadPool();
    private final ProbeCheck check = new ProbeCheck(threads, "127.0.0.1", Path.of("/none"));

    @Test
    void requestNamesItselfAndLetsTheUserOverride() {
        Probe.Http http = new Probe.Http("", 80, "/well", Map.of("X", "y"), "HTTP");
        assertThat(ProbeCheck.request(http, "10.0.0.1"))
                .isEqualTo(
                        String.join(
                                "\r\n",
                                "GET /well HTTP/1.1",
                                "Host: 10.0.0.1:80",
                                "User-Agent: kube-probe/fairlead-lab",
                                "X: y",
                                "Accept: */*",
                                "Connection: close",
                                "",
                                ""));
        Probe.Http named = new Probe.Http("", 80, "/", Map.of("host", "web"), "HTTP");
        assertThat(ProbeCheck.request(named, "10.0.0.1"))
                .contains("host: web")
                .doesNotContain("Host:");
    }

    @Test
    void statusDecides() throws Exception {
        assertThat(answering("HTTP/1.1 200 OK\r\n\r\n")).isTrue();
        assertThat(answering("HTTP/1.0 302 Found\r\n\r\n")).isTrue();
        assertThat(answering("HTTP/1.1 404 Not Found\r\n\r\n")).isFalse();
        assertThat(answering("garbage\r\n")).isFalse();
        assertThat(answering("")).isFalse();
    }

    private boolean answering(String answer) throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> answerOnce(server, answer));
            var http = new Probe.Http("", server.getLocalPort(), "/", Map.of(), "HTTP");
            return check.ok(new Probe(http, SOON));
        }
    }

    private static void answerOnce(ServerSocket server, String answer) {
        try (var connection = server.accept()) {
            int _ = connection.getInputStream().read(new byte[4096]);
            connection.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            // the probe closed first
        }
    }

    @Test
    void healthOfAGrpcServerDecides() throws Exception {
        try (HealthServer server = new HealthServer()) {
            assertThat(healthy(server, "")).as("without a service").isFalse();
            server.statuses.put("", HealthServer.SERVING);
            server.statuses.put("shop", HealthServer.NOT_SERVING);
            assertThat(healthy(server, "")).isTrue();
            assertThat(healthy(server, "shop")).isFalse();
            server.statuses.put("shop", HealthServer.SERVING);
            assertThat(healthy(server, "shop")).isTrue();
            assertThat(healthy(server, "unknown")).isFalse();
            server.statuses.put("", HealthServer.SILENT);
            assertThat(healthy(server, "")).as("no answer in time").isFalse();
        }
    }

    private boolean healthy(HealthServer server, String service) throws InterruptedException {
        return check.ok(new Probe(new Probe.Grpc(server.port(), service), SOON));
    }

    @Test
    void whatIsNoGrpcServerIsNotHealthy() throws Exception {
        for (String answer : new String[] {"", "HTTP/1.1 200 OK\r\n\r\n", "\0\0\0"}) {
            try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                Thread.ofVirtual().start(() -> answerOnce(server, answer));
                var grpc = new Probe.Grpc(server.getLocalPort(), "");
                assertThat(check.ok(new Probe(grpc, SOON))).as("%s", answer).isFalse();
            }
        }
    }

    @Test
    void aPortThatNobodyListensOnIsNotWell() throws Exception {
        int port;
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = server.getLocalPort();
            assertThat(check.ok(new Probe(new Probe.Tcp("", port), SOON))).isTrue();
        }
        assertThat(check.ok(new Probe(new Probe.Tcp("", port), SOON))).isFalse();
    }
}
