package dev.fairlead.lab.control;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Listens on the lab's socket; each request is handled on a virtual thread of its own. */
public final class ControlServer {

    private static final Logger log = LoggerFactory.getLogger(ControlServer.class);

    /** Carries a request out. */
    @FunctionalInterface
    public interface Handler {
        /** Returns the command's exit code. */
        int handle(ControlProtocol.Request request, Output output) throws Exception;
    }

    private final ServerSocketChannel socket;
    private final Handler handler;

    public ControlServer(Path path, Handler handler) throws IOException {
        Files.deleteIfExists(path);
        socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        socket.bind(UnixDomainSocketAddress.of(path));
        this.handler = handler;
    }

    /** Accepts until the process ends. */
    public void run() throws IOException {
        while (true) {
            SocketChannel connection = socket.accept();
            Thread.ofVirtual().name("control").start(() -> serve(connection));
        }
    }

    private void serve(SocketChannel connection) {
        try (connection) {
            var reader = new BufferedReader(Channels.newReader(connection, StandardCharsets.UTF_8));
            OutputStream stream = Channels.newOutputStream(connection);
            String line = reader.readLine();
            if (line == null) {
                return;
            }
            int exit = handle(line, new Lines(stream));
            write(stream, new ControlProtocol.Line(null, null, exit));
        } catch (IOException | UncheckedIOException e) {
            log.debug("command went away", e);
        }
    }

    private int handle(String line, Output output) {
        try {
            return handler.handle(ControlProtocol.readRequest(line), output);
        } catch (IllegalArgumentException e) {
            output.err("error: " + e.getMessage());
            return 1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            output.err("error: the lab is going down");
            return 1;
        } catch (Exception e) {
            log.warn(
                    "request failed request={}", line.substring(0, Math.min(80, line.length())), e);
            output.err("error: " + e);
            return 1;
        }
    }

    private record Lines(OutputStream stream) implements Output {
        @Override
        public void out(String line) {
            write(stream, new ControlProtocol.Line(line, null, null));
        }

        @Override
        public void err(String line) {
            write(stream, new ControlProtocol.Line(null, line, null));
        }
    }

    private static void write(OutputStream stream, ControlProtocol.Line line) {
        try {
            stream.write((ControlProtocol.write(line) + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
