package dev.fairlead.agent.data.proxy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** A server that does as its script says on each connection, in a thread of its own. */
final class FakeUpstream implements AutoCloseable {

    static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    /** What it does on one connection; the connection is closed when it returns. */
    interface Script {
        void run(Wire wire) throws IOException;
    }

    final AtomicInteger connections = new AtomicInteger();
    final Queue<Wire.Message> requests = new ConcurrentLinkedQueue<>();
    private final Queue<Wire> open = new ConcurrentLinkedQueue<>();
    private final ServerSocket server;
    private final Thread accepting;

    FakeUpstream(Script script) throws IOException {
        server = new ServerSocket(0, 128, InetAddress.getLoopbackAddress());
        accepting = Thread.ofVirtual().start(() -> accept(script));
    }

    private void accept(Script script) {
        while (true) {
            try {
                Wire wire = new Wire(server.accept());
                open.add(wire);
                connections.incrementAndGet();
                Thread.ofVirtual().start(() -> serve(script, wire));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private static void serve(Script script, Wire wire) {
        try (wire) {
            script.run(wire);
        } catch (IOException e) {
            // the other side ended it, which the test looks at from there
        }
    }

    /** Its address as the mesh knows it. */
    InetSocketAddress address() {
        return Mesh.address(server.getLocalPort());
    }

    Wire.Message note(Wire.Message request) {
        requests.add(request);
        return request;
    }

    /** Answers each request with {@code response}, for as long as the client likes. */
    static FakeUpstream thatAnswers(String response) throws IOException {
        return scripted((self, wire) -> {
            while (true) {
                self.note(wire.readRequest());
                wire.send(response);
            }
        });
    }

    static FakeUpstream thatAnswersAndCloses(String response) throws IOException {
        return scripted((self, wire) -> {
            self.note(wire.readRequest());
            wire.send(response);
        });
    }

    static FakeUpstream thatResetsOnARequest() throws IOException {
        return scripted((self, wire) -> {
            self.note(wire.readRequest());
            wire.reset();
        });
    }

    static FakeUpstream thatNeverAnswers() throws IOException {
        return scripted((self, wire) -> {
            self.note(wire.readRequest());
            wire.skipRest();
        });
    }

    /** A script that wants to note what it reads. */
    interface NotingScript {
        void run(FakeUpstream self, Wire wire) throws IOException;
    }

    static FakeUpstream scripted(NotingScript script) throws IOException {
        FakeUpstream[] self = new FakeUpstream[1];
        Object made = new Object();
        synchronized (made) {
            self[0] =
                    new FakeUpstream(wire -> {
                        synchronized (made) {
                            // once it is made
                        }
                        script.run(self[0], wire);
                    });
        }
        return self[0];
    }

    @Override
    public void close() throws IOException, InterruptedException {
        server.close();
        accepting.join(); // until then the kernel still takes connections
        for (Wire wire : open) {
            wire.close();
        }
    }
}
