package dev.fairlead.agent.control.pods;

import dev.fairlead.wire.pods.PodSocketProtocol;
import dev.fairlead.wire.pods.PodSocketProtocol.Answer;
import dev.fairlead.wire.pods.PodSocketProtocol.Request;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Unix socket on which whoever runs pods on this node tells the agent of them. Only the agent's
 * own user may connect. Requests of one connection are worked on at once and answered in order.
 *
 * <p>Thread: a virtual thread accepts, two serve each connection.
 */
public final class PodSocketServer implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(PodSocketServer.class);
    private static final int MAX_LINE_BYTES = 64 * 1024;
    private static final int MAX_IN_WORK = 1024;

    /** Comes after the last answer. */
    private static final CompletableFuture<Answer> END = new CompletableFuture<>();

    private final Path file;
    private final ServerSocketChannel listener;
    private final Function<Request, CompletableFuture<Answer>> handler;

    private PodSocketServer(
            Path file,
            ServerSocketChannel listener,
            Function<Request, CompletableFuture<Answer>> handler) {
        this.file = file;
        this.listener = listener;
        this.handler = handler;
    }

    /** Listens at {@code file}, in the place of a socket that is left there. */
    public static PodSocketServer listen(
            Path file, Function<Request, CompletableFuture<Answer>> handler) throws IOException {
        var listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            // Made aside and renamed: nobody can connect before it is ours alone.
            var fresh = file.resolveSibling(file.getFileName() + ".new");
            Files.deleteIfExists(fresh);
            listener.bind(UnixDomainSocketAddress.of(fresh));
            Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-------"));
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException | RuntimeException e) {
            listener.close();
            throw e;
        }
        var server = new PodSocketServer(file, listener, handler);
        Thread.ofVirtual().name("pod-socket").start(server::accept);
        log.info("listening pod_socket={}", file);
        return server;
    }

    private void accept() {
        try {
            while (true) {
                var connection = listener.accept();
                Thread.startVirtualThread(() -> serve(connection));
            }
        } catch (ClosedChannelException e) {
            log.debug("pod socket closed file={}", file);
        } catch (IOException e) {
            log.warn("pod socket failed file={} error=\"{}\"", file, e.toString());
        }
    }

    private void serve(SocketChannel connection) {
        var answers = new ArrayBlockingQueue<CompletableFuture<Answer>>(MAX_IN_WORK);
        var reader = Thread.currentThread();
        try (connection) {
            var writer =
                    Thread.startVirtualThread(() -> {
                        if (!write(connection, answers)) {
                            reader.interrupt(); // ends its read, or its wait for room
                        }
                    });
            read(connection, answers);
            answers.put(END);
            writer.join();
        } catch (IOException e) {
            log.debug("pod socket connection failed error=\"{}\"", e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void read(SocketChannel connection, BlockingQueue<CompletableFuture<Answer>> answers)
            throws IOException, InterruptedException {
        var in = new BufferedInputStream(Channels.newInputStream(connection));
        for (var line = line(in); line != null; line = line(in)) {
            answers.put(answer(line));
        }
    }

    private CompletableFuture<Answer> answer(String line) {
        try {
            var request = PodSocketProtocol.readRequest(line);
            return request == null ? refused("null") : handler.apply(request);
        } catch (IllegalArgumentException e) {
            return refused(e.getMessage());
        }
    }

    private static CompletableFuture<Answer> refused(@Nullable String reason) {
        return CompletableFuture.completedFuture(Answer.failed("not a request: " + reason, false));
    }

    /** The next line without its end; null: there is none. IOException: it is too long. */
    private static @Nullable String line(InputStream in) throws IOException {
        var bytes = new ByteArrayOutputStream();
        for (int next = in.read(); next >= 0; next = in.read()) {
            if (next == '\n') {
                return bytes.toString(StandardCharsets.UTF_8);
            }
            if (bytes.size() == MAX_LINE_BYTES) {
                throw new IOException("a line of more than " + MAX_LINE_BYTES + " bytes");
            }
            bytes.write(next);
        }
        return null;
    }

    /** False: the peer does not take answers. */
    @SuppressWarnings("ReferenceEquality") // END is itself only
    private static boolean write(
            SocketChannel connection, BlockingQueue<CompletableFuture<Answer>> answers) {
        var out = Channels.newOutputStream(connection);
        try {
            for (var answer = answers.take(); answer != END; answer = answers.take()) {
                var line = PodSocketProtocol.write(answer.join()) + "\n";
                out.write(line.getBytes(StandardCharsets.UTF_8));
            }
            return true;
        } catch (IOException e) {
            log.debug("pod socket answer lost error=\"{}\"", e.toString());
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        Files.deleteIfExists(file);
    }
}
