package dev.fairlead.agent.data.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * 64 MiB each way against a reader that stalls: what waits within the agent stays within a few
 * socket buffers, and all of it arrives.
 */
@SuppressWarnings("NullAway.Init") // made by each test
class BigBodiesTest {

    private static final int BYTES = 64 << 20;
    private static final byte[] PIECE = new byte[64 * 1024];

    /** Socket buffers of both kernels' sides that a stalled reader can fill, and ours. */
    private static final long MAY_WAIT = 24L << 20;

    private Mesh mesh;

    @AfterEach
    void nothingIsLeft() throws Exception {
        mesh.close();
    }

    private static Thread send(Wire wire, AtomicLong sent) {
        return Thread.ofVirtual()
                .start(() -> {
                    try {
                        while (sent.get() < BYTES) {
                            wire.send(PIECE);
                            sent.addAndGet(PIECE.length);
                        }
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                });
    }

    private static Thread sendAndEnd(Wire wire, AtomicLong sent) {
        return Thread.ofVirtual()
                .start(() -> {
                    try {
                        send(wire, sent).join();
                        wire.endSending();
                    } catch (IOException | InterruptedException e) {
                        throw new AssertionError(e);
                    }
                });
    }

    /** Waits until the sender makes no progress; how far it came. */
    private static long stall(AtomicLong sent) {
        long before = -1;
        while (sent.get() != before) {
            before = sent.get();
            java.util.concurrent.locks.LockSupport.parkNanos(150_000_000);
        }
        return before;
    }

    private FakeUpstream serve(FakeUpstream.NotingScript script, boolean http) throws Exception {
        FakeUpstream upstream = FakeUpstream.scripted(script);
        Config config = new Config().service("a", upstream.address());
        mesh = new Mesh((http ? config.outboundHttp() : config.outboundTcp("a")).build());
        return mesh.closing(upstream);
    }

    @Test
    void towardsAServerThatStallsItsReading() throws Exception {
        AtomicLong sent = new AtomicLong();
        AtomicLong read = new AtomicLong();
        FakeUpstream upstream =
                serve(
                        (self, wire) -> {
                            self.note(wire.readHead());
                            Mesh.awaitInScript(() -> self.requests.size() == 2);
                            for (int left = BYTES; left > 0; left -= PIECE.length) {
                                read.addAndGet(wire.bytes(PIECE.length).length());
                            }
                            wire.send(FakeUpstream.OK);
                        },
                        true);
        Wire client = mesh.client();
        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + BYTES + "\r\n\r\n");
        Thread sending = send(client, sent);

        assertThat(stall(sent)).isLessThan(MAY_WAIT);
        upstream.note(new Wire.Message("go on", java.util.List.of(), ""));
        assertThat(client.readResponse().status()).isEqualTo(200);
        sending.join();
        assertThat(read).hasValue(BYTES);
    }

    @Test
    void towardsAClientThatStallsItsReading() throws Exception {
        AtomicLong sent = new AtomicLong();
        serve(
                (self, wire) -> {
                    wire.readRequest();
                    wire.send("HTTP/1.1 200 OK\r\nContent-Length: " + BYTES + "\r\n\r\n");
                    try {
                        send(wire, sent).join();
                    } catch (InterruptedException e) {
                        throw new IOException(e);
                    }
                },
                true);
        Wire client = mesh.client();
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        client.readHead();

        assertThat(stall(sent)).isLessThan(MAY_WAIT);
        for (int left = BYTES; left > 0; left -= PIECE.length) {
            client.bytes(PIECE.length);
        }
        assertThat(sent).hasValue(BYTES);
    }

    @Test
    void throughAnOpaqueConnectionBothWays() throws Exception {
        AtomicLong up = new AtomicLong();
        AtomicLong down = new AtomicLong();
        AtomicLong arrived = new AtomicLong();
        FakeUpstream upstream =
                serve(
                        (self, wire) -> {
                            Thread sending = sendAndEnd(wire, down);
                            Mesh.awaitInScript(() -> !self.requests.isEmpty());
                            arrived.set(wire.skipRest());
                            try {
                                sending.join();
                            } catch (InterruptedException e) {
                                throw new IOException(e);
                            }
                        },
                        false);
        Wire client = mesh.client();
        Thread sending = sendAndEnd(client, up);

        assertThat(stall(up)).isLessThan(MAY_WAIT);
        assertThat(stall(down)).isLessThan(MAY_WAIT);
        upstream.note(new Wire.Message("go on", java.util.List.of(), ""));
        assertThat(client.skipRest()).isEqualTo(BYTES);
        sending.join();
        Mesh.await("all of it", () -> arrived.get() == BYTES);
        Mesh.await("the end", () -> mesh.tcpOutcomes().equals("{-=1}"));
    }
}
