package dev.fairlead.agent.ops.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The server over real sockets. */
class AdminServerTest {

    private static final int TIMEOUT_MILLIS = 20_000;

    private final AdminFixture agent = new AdminFixture();
    private Path folder;
    private AdminServer server;

    @BeforeEach
    void start(@TempDir Path folder) throws IOException {
        this.folder = folder;
        server = new AdminServer(config(), agent.sources());
        server.start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private AdminConfig config() {
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        return new AdminConfig(folder.resolve("admin.sock"), 0, List.of(any), List.of(any));
    }

    @Test
    void answersOnTcpWithSafeHeaders() throws IOException {
        assertThat(tcp("GET /listeners HTTP/1.1\r\nHost: localhost:15000\r\n\r\n"))
                .startsWith("HTTP/1.1 200 OK\r\n")
                .contains("\r\ncontent-type: text/plain; charset=UTF-8\r\n")
                .contains("\r\ncache-control: no-cache, max-age=0\r\n")
                .contains("\r\nx-content-type-options: nosniff\r\n")
                .contains("\r\ncontent-length: 65\r\n")
                .endsWith("outbound|default::0.0.0.0:15001\n");
    }

    @ParameterizedTest
    @CsvSource({
        "evil.example, 403",
        "evil.example:15000, 403",
        "198.18.1.1:15000, 403",
        "127.0.0.1.evil.example, 403",
        "127.0.0.1:15000, 200",
        "localhost, 200",
        "[::1]:15000, 200",
    })
    void hostMustBeThisMachine(String host, int status) throws IOException {
        assertThat(tcp("GET /help HTTP/1.1\r\nHost: " + host + "\r\n\r\n"))
                .startsWith("HTTP/1.1 " + status);
    }

    @Test
    void aRequestWithoutHostOrWithTwoIsRefused() throws IOException {
        assertThat(tcp("GET /help HTTP/1.0\r\n\r\n")).startsWith("HTTP/1.1 403");
        assertThat(tcp("GET /help HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n"))
                .doesNotContain(" 200 ");
    }

    @Test
    void aPageOfAnotherOriginCannotPost() throws IOException {
        String post = "POST /logging?level=info HTTP/1.1\r\nHost: localhost\r\n";
        assertThat(tcp(post + "Origin: https://evil.example\r\n\r\n")).startsWith("HTTP/1.1 403");
        assertThat(tcp(post + "Origin: null\r\n\r\n")).startsWith("HTTP/1.1 403");
        assertThat(tcp(post + "Content-Length: 0\r\n\r\n")).startsWith("HTTP/1.1 200");
    }

    @Test
    void changesAreMadeByPostOnly() throws IOException {
        assertThat(tcp("POST /stats HTTP/1.1\r\nHost: localhost\r\n\r\n"))
                .startsWith("HTTP/1.1 405")
                .contains("\r\nallow: GET, HEAD\r\n");
        assertThat(tcp("DELETE /logging HTTP/1.1\r\nHost: localhost\r\n\r\n"))
                .startsWith("HTTP/1.1 405");
    }

    @Test
    void headHasTheLengthAndNoBody() throws IOException {
        assertThat(tcp("HEAD /listeners HTTP/1.1\r\nHost: localhost\r\n\r\n"))
                .startsWith("HTTP/1.1 200")
                .contains("\r\ncontent-length: 65\r\n")
                .endsWith("\r\n\r\n");
    }

    @Test
    void whatIsNoRequestIsRefused() throws IOException {
        assertThat(tcp("GET /stats?filter=%zz HTTP/1.1\r\nHost: localhost\r\n\r\n"))
                .startsWith("HTTP/1.1 400");
        assertThat(tcp("nonsense\r\n\r\n")).startsWith("HTTP/1.1 400");
        assertThat(
                        tcp(
                                "POST /logging HTTP/1.1\r\nHost: localhost\r\nContent-Length:"
                                        + " 10000000\r\n\r\n"))
                .startsWith("HTTP/1.1 413");
        assertThat(tcp("GET /" + "x".repeat(20_000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n"))
                .doesNotContain(" 200 ");
    }

    @Test
    void aPlusInAFilterStandsForItself() throws IOException {
        assertThat(tcp("GET /stats?filter=rq_pending_t.+l HTTP/1.1\r\nHost: localhost\r\n\r\n"))
                .contains(AdminFixture.HTTPBIN + ".upstream_rq_pending_total: 1\n");
    }

    @Test
    void theUnixSocketIsTheOwnersAndTakesAnyHost() throws IOException {
        Path socket = folder.resolve("admin.sock");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
                .isEqualTo("rw-------");
        assertThat(unix(socket, "GET /ready HTTP/1.1\r\nHost: agent\r\n\r\n"))
                .startsWith("HTTP/1.1 503");
        agent.readiness.met("xds");
        assertThat(unix(socket, "GET /ready HTTP/1.1\r\nHost: agent\r\n\r\n"))
                .endsWith("\r\n\r\nLIVE\n");
    }

    @Test
    void theSocketOfAnAgentThatWasKilledIsReplaced() throws IOException {
        try (AdminServer second = new AdminServer(config(), agent.sources())) {
            second.start();
            assertThat(unix(folder.resolve("admin.sock"), "GET /help HTTP/1.0\r\n\r\n"))
                    .startsWith("HTTP/1.1 200");
            assertThat(folder.resolve("admin.sock.new")).doesNotExist();
        }
        assertThat(folder.resolve("admin.sock")).doesNotExist();
    }

    @Test
    void metricsPortHasMetricsOnly() throws IOException {
        InetSocketAddress metrics = server.metricsAddresses().getFirst();
        assertThat(ask(metrics, "GET /metrics HTTP/1.1\r\nHost: 198.18.1.1:15020\r\n\r\n"))
                .startsWith("HTTP/1.1 200")
                .contains("\r\ncontent-type: text/plain; version=0.0.4; charset=utf-8\r\n")
                .contains("envoy_cluster_upstream_rq_pending_total{");
        assertThat(ask(metrics, "GET /config_dump HTTP/1.1\r\nHost: x\r\n\r\n"))
                .startsWith("HTTP/1.1 404")
                .endsWith("no such page: there is /metrics, /stats/prometheus\n");
    }

    @Test
    void readinessPortSaysWhatIsMissing() throws IOException {
        agent.readiness.missing("certificates", "waiting for certificate of spiffe://x/ns/a/sa/b");
        InetSocketAddress port = server.readinessAddresses().getFirst();
        String probe = "GET /healthz/ready HTTP/1.1\r\nHost: 198.18.1.1:15021\r\n\r\n";
        assertThat(ask(port, probe))
                .startsWith("HTTP/1.1 503")
                .endsWith("INITIALIZING\nwaiting for certificate of spiffe://x/ns/a/sa/b\n");
        agent.readiness.met("certificates");
        assertThat(ask(port, probe)).startsWith("HTTP/1.1 200").endsWith("\r\n\r\nLIVE\n");
        assertThat(ask(port, "GET /stats HTTP/1.1\r\nHost: x\r\n\r\n")).startsWith("HTTP/1.1 404");
    }

    private String tcp(String request) throws IOException {
        return ask(server.adminAddress(), request);
    }

    private static String ask(InetSocketAddress address, String request) throws IOException {
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.connect(address, TIMEOUT_MILLIS);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String unix(Path path, String request) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(path));
            channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            ByteBuffer buffer = ByteBuffer.allocate(8192);
            while (channel.read(buffer) >= 0) {
                answer.write(buffer.array(), 0, buffer.position());
                buffer.clear();
            }
            return answer.toString(StandardCharsets.UTF_8);
        }
    }
}
