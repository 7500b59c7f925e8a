package dev.fairlead.lab.control;

import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Sends one request to a lab and passes on what it says. */
public final class ControlClient {

    /** sockaddr_un has 108 bytes, the last one zero. */
    private static final int MAX_SOCKET_PATH = 107;

    private ControlClient() {}

    /**
     * Returns the request's exit code.
     *
     * @throws IOException when the lab does not answer, or not to the end
     */
    public static int ask(Path socket, ControlProtocol.Request request, Output output)
            throws IOException {
        try (SocketChannel connection = connect(socket)) {
            String line = ControlProtocol.write(request) + "\n";
            ByteBuffer bytes = ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                int _ = connection.write(bytes);
            }
            var reader = new BufferedReader(Channels.newReader(connection, StandardCharsets.UTF_8));
            for (String answer = reader.readLine(); answer != null; answer = reader.readLine()) {
                ControlProtocol.Line said = ControlProtocol.readLine(answer);
                if (said.exit() != null) {
                    return said.exit();
                }
                if (said.out() != null) {
                    output.out(said.out());
                }
                if (said.err() != null) {
                    output.err(said.err());
                }
            }
            throw new EOFException("the lab went away before it had answered");
        }
    }

    private static SocketChannel connect(Path socket) throws IOException {
        if (socket.toString().getBytes(StandardCharsets.UTF_8).length <= MAX_SOCKET_PATH) {
            return open(socket);
        }
        Path folder = Files.createTempDirectory(Path.of("/tmp"), "fairlead");
        Path link = folder.resolve("lab");
        try {
            Files.createSymbolicLink(link, socket.toAbsolutePath().getParent());
            return open(link.resolve(socket.getFileName()));
        } finally {
            Files.deleteIfExists(link);
            Files.delete(folder);
        }
    }

    private static SocketChannel open(Path socket) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(socket));
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }
}
