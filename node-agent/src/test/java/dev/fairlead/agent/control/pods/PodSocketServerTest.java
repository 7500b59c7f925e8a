package dev.fairlead.agent.control.pods;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.wire.pods.PodSocketProtocol;
import dev.fairlead.wire.pods.PodSocketProtocol.Answer;
import dev.fairlead.wire.pods.PodSocketProtocol.Remove;
import dev.fairlead.wire.pods.PodSocketProtocol.Request;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class PodSocketServerTest {

    /** A request and who waits for its answer. */
    private record Asked(Request request, CompletableFuture<Answer> answer) {}

    @TempDir Path folder;
    private final LinkedBlockingQueue<Asked> asked = new LinkedBlockingQueue<>();
    private PodSocketServer server;

    @BeforeEach
    void listen() throws IOException {
        Files.writeString(folder.resolve("pods.sock"), "left by the last process");
        server = PodSocketServer.listen(folder.resolve("pods.sock"), this::handle);
    }

    @AfterEach
    void close() throws IOException {
        server.close();
        assertThat(folder).isEmptyDirectory();
    }

    private CompletableFuture<Answer> handle(Request request) {
        var answer = new CompletableFuture<Answer>();
        asked.add(new Asked(request, answer));
        return answer;
    }

    private SocketChannel connect() throws IOException {
        return SocketChannel.open(UnixDomainSocketAddress.of(folder.resolve("pods.sock")));
    }

    private static void send(SocketChannel connection, String text) throws IOException {
        var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            connection.write(bytes);
        }
    }

    private static BufferedReader lines(SocketChannel connection) {
        return new BufferedReader(Channels.newReader(connection, StandardCharsets.UTF_8));
    }

    @Test
    void onlyTheAgentsUserMayConnect() throws Exception {
        assertThat(Files.getPosixFilePermissions(folder.resolve("pods.sock")))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void requestsAreWorkedOnAtOnceAndAnsweredInOrder() throws Exception {
        try (var connection = connect()) {
            send(
                    connection,
                    PodSocketProtocol.write(new Remove("a", false))
                            + "\n"
                            + PodSocketProtocol.write(new Remove("b", true))
                            + "\n");
            var first = asked.take();
            var second = asked.take();
            assertThat(List.of(first.request(), second.request()))
                    .containsExactly(new Remove("a", false), new Remove("b", true));
            second.answer().complete(Answer.failed("second", true));
            first.answer().complete(Answer.done());
            var lines = lines(connection);
            assertThat(PodSocketProtocol.readAnswer(lines.readLine())).isEqualTo(Answer.done());
            assertThat(PodSocketProtocol.readAnswer(lines.readLine()))
                    .isEqualTo(Answer.failed("second", true));
        }
    }

    @Test
    void aClientThatHalfClosesStillGetsItsAnswer() throws Exception {
        try (var connection = connect()) {
            send(connection, "{\"op\":\"list\"}\n");
            connection.shutdownOutput();
            asked.take().answer().complete(Answer.done());
            assertThat(lines(connection).lines())
                    .containsExactly(PodSocketProtocol.write(Answer.done()));
        }
    }

    @Test
    void whatIsNoRequestIsAnsweredAndTheNextIsTaken() throws Exception {
        try (var connection = connect()) {
            send(connection, "hello\n{\"op\":\"fly\"}\n{}\nnull\n[]\n{\"op\":\"list\"}\n");
            var lines = lines(connection);
            for (int i = 0; i < 5; i++) {
                var answer = PodSocketProtocol.readAnswer(lines.readLine());
                assertThat(answer.ok()).isFalse();
                assertThat(answer.retry()).isFalse();
            }
            asked.take().answer().complete(Answer.done());
            assertThat(lines.readLine()).contains("true");
        }
    }

    @Test
    void aLineWithoutEndIsNotReadForEver() throws Exception {
        try (var connection = connect()) {
            send(connection, "x".repeat(64 * 1024 + 1));
            assertThat(lines(connection).readLine()).isNull();
        }
    }

    @Test
    void aClientThatGoesAwayHarmsNobody() throws Exception {
        try (var connection = connect()) {
            send(connection, "{\"op\":\"list\"}\n");
        }
        asked.take().answer().complete(Answer.done());
        try (var connection = connect()) {
            send(connection, "{\"op\":\"list\"}\n");
            asked.take().answer().complete(Answer.done());
            assertThat(lines(connection).readLine()).contains("true");
        }
    }
}
