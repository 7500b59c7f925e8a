package dev.fairlead.agent.data.proxy;

import dev.fairlead.agent.data.http.StrictHttp1;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A server that keeps every byte that it was sent and reads it by {@link StrictHttp1}; it answers
 * each whole request once.
 */
final class FakeUpstreamThatRecords implements AutoCloseable {

    private final Queue<StringBuffer> connections = new ConcurrentLinkedQueue<>();
    private final Queue<Socket> open = new ConcurrentLinkedQueue<>();
    private final Queue<Throwable> faults = new ConcurrentLinkedQueue<>();
    private final ServerSocket server;
    private final Thread accepting;
    private final byte[] answer;

    FakeUpstreamThatRecords(String answer) throws IOException {
        this.answer = answer.getBytes(StandardCharsets.ISO_8859_1);
        server = new ServerSocket(0, 512, InetAddress.getLoopbackAddress());
        accepting = Thread.ofVirtual().start(this::accept);
    }

    private void accept() {
        while (true) {
            try {
                Socket socket = server.accept();
                open.add(socket);
                StringBuffer sent = new StringBuffer();
                connections.add(sent);
                Thread.ofVirtual().start(() -> serve(socket, sent));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void serve(Socket socket, StringBuffer sent) {
        byte[] bytes = new byte[64 * 1024];
        int answered = 0;
        try (socket) {
            InputStream in = socket.getInputStream();
            OutputStream out = socket.getOutputStream();
            for (int n = in.read(bytes); n >= 0; n = in.read(bytes)) {
                sent.append(new String(bytes, 0, n, StandardCharsets.ISO_8859_1));
                int whole = StrictHttp1.read(sent.toString()).requests().size();
                for (; answered < whole; answered++) {
                    out.write(answer);
                }
            }
        } catch (IOException e) {
            // the other side ended it
        } catch (RuntimeException e) {
            faults.add(e); // said by requests(), too
        }
    }

    InetSocketAddress address() {
        return Mesh.address(server.getLocalPort());
    }

    /**
     * All whole requests, connection after connection. IllegalArgumentException where anything that
     * was sent could be read in two ways.
     */
    List<StrictHttp1.Request> requests() {
        List<StrictHttp1.Request> all = new ArrayList<>();
        connections.forEach(sent -> all.addAll(StrictHttp1.read(sent.toString()).requests()));
        return all;
    }

    /** The same, short: {@code POST / abc}. */
    List<String> seen() {
        return requests().stream()
                .map(r -> (r.method() + " " + r.target() + " " + r.body()).strip())
                .toList();
    }

    @Override
    public void close() throws IOException, InterruptedException {
        server.close();
        accepting.join();
        for (Socket socket : open) {
            socket.close();
        }
    }
}
