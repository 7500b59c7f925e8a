package dev.fairlead.agent.data.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.data.proxy.Wire.Message;
import dev.fairlead.agent.data.stats.ClusterStat;
import dev.fairlead.agent.data.stats.HttpStat;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Requests that end early, late, twice or never. */
@SuppressWarnings("NullAway.Init") // made by each test
class HttpEndingsTest {

    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String BIG_POST =
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10000000\r\n\r\n";

    private Mesh mesh;
    private FakeUpstream upstream;
    private Wire client;

    private void serve(FakeUpstream fake) throws Exception {
        serve(fake, Duration.ZERO);
    }

    private void serve(FakeUpstream fake, Duration timeout) throws Exception {
        upstream = fake;
        mesh =
                new Mesh(
                        new Config()
                                .timeout(timeout)
                                .service("a", upstream.address())
                                .outboundHttp()
                                .build());
        mesh.closing(upstream);
        client = mesh.client();
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        mesh.close();
    }

    @Test
    void anEarlyAnswerReachesTheClientAndEndsBothConnections() throws Exception {
        serve(
                FakeUpstream.scripted((self, wire) -> {
                    self.note(wire.readHead());
                    wire.send(FakeUpstream.OK);
                    self.note(new Message(wire.end(), List.of(), ""));
                }));

        client.send(BIG_POST);
        client.send("some of it");

        assertThat(client.readResponse().body()).isEqualTo("ok");
        assertThat(client.rest()).isEmpty();
        Mesh.await("the end upstream", () -> upstream.requests.size() == 2);
        assertThat(mesh.outcomes()).isEqualTo("{200 -=1}");
        Mesh.await("the close", () -> mesh.count(ClusterStat.UPSTREAM_CX_ACTIVE) == 0);
    }

    /** The server's RST comes upon our body; its answer is in the receive buffer by then. */
    @Test
    void anAnswerIsReadAlthoughTheBodyCanNoLongerBeSent() throws Exception {
        serve(
                FakeUpstream.scripted((self, wire) -> {
                    wire.readHead();
                    wire.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n");
                }));

        client.send(BIG_POST);
        byte[] piece = new byte[64 * 1024];
        Thread body =
                Thread.ofVirtual()
                        .start(() -> {
                            try {
                                for (int i = 0; i < 150; i++) {
                                    client.send(piece);
                                }
                            } catch (java.io.IOException e) {
                                // the answer came first
                            }
                        });

        assertThat(client.readResponse().status()).isEqualTo(413);
        client.close();
        body.join();
        assertThat(mesh.outcomes()).isEqualTo("{413 -=1}");
    }

    @Test
    void aTimeoutIs504AndEndsTheUpstreamConnection() throws Exception {
        serve(FakeUpstream.thatNeverAnswers(), Duration.ofMillis(30));

        client.send(GET);
        assertThat(client.readResponse().status()).isEqualTo(504);
        client.send("GET / HTTP/1.1\r\nHost: b\r\n\r\n");
        assertThat(client.readResponse().status()).isEqualTo(404);

        assertThat(mesh.outcomes()).isEqualTo("{404 NR=1, 504 UT=1}");
        assertThat(mesh.count(ClusterStat.UPSTREAM_RQ_TIMEOUT)).isEqualTo(1);
        Mesh.await("the close", () -> mesh.count(ClusterStat.UPSTREAM_CX_ACTIVE) == 0);
    }

    @Test
    void aTimeoutWithinTheResponseResets() throws Exception {
        serve(
                FakeUpstream.scripted((self, wire) -> {
                    wire.readRequest();
                    wire.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
                    wire.skipRest();
                }),
                Duration.ofMillis(200));

        client.send(GET);

        assertThat(client.readHead().status()).isEqualTo(200);
        assertThat(client.end()).isEqualTo("RST");
        assertThat(mesh.outcomes()).isEqualTo("{200 UT=1}");
    }

    @Test
    void aClientThatGoesTakesItsRequestAlong() throws Exception {
        serve(
                FakeUpstream.scripted((self, wire) -> {
                    self.note(wire.readRequest());
                    self.note(new Message(wire.end(), List.of(), ""));
                }));

        client.send(GET);
        Mesh.await("the request", () -> upstream.requests.size() == 1);
        client.close();

        Mesh.await("the end upstream", () -> upstream.requests.size() == 2);
        Mesh.await("the count", () -> mesh.outcomes().equals("{0 DC=1}"));
        assertThat(mesh.count(HttpStat.DOWNSTREAM_RQ_RX_RESET)).isEqualTo(1);
    }

    @Test
    void aClientThatResetsTakesItsPipelinedRequestsAlong() throws Exception {
        serve(FakeUpstream.thatNeverAnswers());

        client.send(GET.replace("GET /", "POST /x").repeat(20));
        Mesh.await("the request", () -> upstream.requests.size() == 1);
        client.reset();

        Mesh.await("the end", () -> mesh.outcomes().equals("{0 DC=1}"));
        assertThat(upstream.requests).hasSize(1);
    }

    @Test
    void aBodyThatBreaksOffIsNotEndedForTheUpstream() throws Exception {
        serve(
                FakeUpstream.scripted((self, wire) -> {
                    self.note(wire.readHead());
                    String rest;
                    try {
                        rest = wire.rest();
                    } catch (java.io.IOException e) {
                        rest = "3\r\nabc\r\n"; // a reset may overtake the bytes
                    }
                    self.note(new Message("rest", List.of(), rest));
                }));

        client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
        Mesh.await("the head", () -> upstream.requests.size() == 1);
        client.close();

        Mesh.await("the end", () -> upstream.requests.size() == 2);
        upstream.requests.remove();
        assertThat(upstream.requests.remove().body()).isEqualTo("3\r\nabc\r\n");
        Mesh.await("the count", () -> mesh.outcomes().equals("{0 DC=1}"));
    }

    @Test
    void aClientThatGoesWhileTheConnectionIsMadeLeavesItToTheNext() throws Exception {
        serve(FakeUpstream.thatAnswers(FakeUpstream.OK));
        mesh.beforeConnect =
                () -> { // on the loop: the client is gone before the connection is there
                    mesh.beforeConnect = null;
                    try {
                        client.reset();
                        mesh.channels.peek().close();
                    } catch (java.io.IOException e) {
                        throw new AssertionError(e);
                    }
                };

        client.send(GET);
        Mesh.await("the end", () -> mesh.outcomes().equals("{0 DC=1}"));
        Mesh.await("the connection", () -> mesh.count(ClusterStat.UPSTREAM_CX_TOTAL) == 1);
        Wire next = mesh.client();
        next.send(GET);

        assertThat(next.readResponse().status()).isEqualTo(200);
        assertThat(upstream.connections).hasValue(1);
        assertThat(mesh.count(ClusterStat.UPSTREAM_RQ_CANCELLED)).isEqualTo(1);
    }

    @Test
    void aPodThatClosesEndsEverythingOnce() throws Exception {
        serve(FakeUpstream.thatNeverAnswers());
        for (int i = 0; i < 20; i++) {
            mesh.client().send(GET);
        }
        Mesh.await("the requests", () -> upstream.requests.size() == 20);

        mesh.onLoop(() -> {
            mesh.runtime.close();
            return true;
        });

        Mesh.await("the end", () -> mesh.outcomes().equals("{0 DC=20}"));
    }

    /**
     * Once found: the last content of a response made the client unwritable, and that switched off
     * the reading of the upstream connection, which was back in the pool; its next response was not
     * read until the server closed.
     */
    @Test
    void aClientThatAsksOnWithoutReadingIsNotReadOnAndMissesNothing() throws Exception {
        int answerBytes = 20_000;
        serve(
                FakeUpstream.thatAnswers(
                        "HTTP/1.1 200 OK\r\nContent-Length: "
                                + answerBytes
                                + "\r\n\r\n"
                                + "x".repeat(answerBytes)));
        int asked = 300;
        client.send(GET.repeat(asked));
        int waiting = stall();

        for (int i = 0; i < asked; i++) {
            assertThat(client.readResponse().body()).hasSize(answerBytes);
        }
        assertThat(waiting).isLessThan(asked);
        assertThat(upstream.connections).hasValue(1);
        assertThat(mesh.outcomes()).isEqualTo("{200 -=" + asked + "}");
    }

    /** Waits until the server is asked no more; how often it was. */
    private int stall() throws InterruptedException {
        Mesh.await("a request", () -> !upstream.requests.isEmpty());
        int before = -1;
        while (upstream.requests.size() != before) {
            before = upstream.requests.size();
            LockSupport.parkNanos(200_000_000);
        }
        return before;
    }
}
