package dev.fairlead.agent.data.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.data.proxy.Wire.Message;
import dev.fairlead.agent.data.stats.ClusterStat;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One client, one agent, one upstream, over real sockets. */
@SuppressWarnings("NullAway.Init") // made by each test
class HttpProxyTest {

    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    private Mesh mesh;

    private void mesh(FakeUpstream upstream) throws Exception {
        mesh = new Mesh(new Config().service("a", upstream.address()).outboundHttp().build());
        mesh.closing(upstream);
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        mesh.close();
    }

    @Test
    void requestsOfOneConnectionGoOverOneUpstreamConnection() throws Exception {
        FakeUpstream upstream = FakeUpstream.thatAnswers(FakeUpstream.OK);
        mesh(upstream);
        Wire client = mesh.client();

        for (int i = 0; i < 3; i++) {
            client.send(GET);
            Message response = client.readResponse();
            assertThat(response.status()).isEqualTo(200);
            assertThat(response.body()).isEqualTo("ok");
            assertThat(response.has("connection")).isFalse();
        }

        assertThat(upstream.connections).hasValue(1);
        assertThat(mesh.outcomes()).isEqualTo("{200 -=3}");
        assertThat(mesh.count(ClusterStat.UPSTREAM_RQ_TOTAL)).isEqualTo(3);
        assertThat(upstream.requests.peek().header("x-request-id")).hasSize(36);
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrder() throws Exception {
        mesh(
                FakeUpstream.scripted((self, wire) -> {
                    while (true) {
                        String path = self.note(wire.readRequest()).start().split(" ", 3)[1];
                        wire.send(
                                "HTTP/1.1 200 OK\r\nContent-Length: "
                                        + path.length()
                                        + "\r\n\r\n"
                                        + path);
                    }
                }));
        Wire client = mesh.client();

        StringBuilder all = new StringBuilder();
        for (int i = 0; i < 50; i++) {
            all.append("POST /")
                    .append(i)
                    .append(" HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
        }
        client.send(all.toString());

        for (int i = 0; i < 50; i++) {
            assertThat(client.readResponse().body()).isEqualTo("/" + i);
        }
        assertThat(mesh.outcomes()).isEqualTo("{200 -=50}");
    }

    @Test
    void anUnknownHostIsAnswered404AndTheConnectionGoesOn() throws Exception {
        mesh(FakeUpstream.thatAnswers(FakeUpstream.OK));
        Wire client = mesh.client();

        client.send("GET / HTTP/1.1\r\nHost: nobody\r\n\r\n" + GET);

        assertThat(client.readResponse().status()).isEqualTo(404);
        assertThat(client.readResponse().status()).isEqualTo(200);
        assertThat(mesh.outcomes()).isEqualTo("{200 -=1, 404 NR=1}");
    }

    @Test
    void aRefusedHeadIs400AndEndsTheConnection() throws Exception {
        mesh(FakeUpstream.thatAnswers(FakeUpstream.OK));
        Wire client = mesh.client();

        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: abc\r\n\r\n" + GET);

        Message response = client.readResponse();
        assertThat(response.status()).isEqualTo(400);
        assertThat(response.header("connection")).isEqualTo("close");
        assertThat(client.rest()).isEmpty();
        assertThat(mesh.outcomes()).isEqualTo("{400 DPE=1}");
    }

    @Test
    void aBodyAndItsTrailersGoThrough() throws Exception {
        FakeUpstream upstream =
                FakeUpstream.thatAnswers(
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                + "2\r\nok\r\n0\r\nT: v\r\n\r\n");
        mesh(upstream);
        Wire client = mesh.client();

        client.send(
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + "3\r\nabc\r\n0\r\nA: b\r\nx-forwarded-client-cert: forged\r\n\r\n");

        Message response = client.readResponse();
        assertThat(response.body()).isEqualTo("ok");
        assertThat(response.headers()).contains("trailer: T: v");
        assertThat(upstream.requests.peek().body()).isEqualTo("abc");
        assertThat(upstream.requests.peek().headers())
                .contains("trailer: A: b")
                .noneMatch(h -> h.contains("forged"));
    }

    @Test
    void aBadChunkResetsTheUpstreamLegAndIs400() throws Exception {
        FakeUpstream upstream =
                FakeUpstream.scripted((self, wire) -> {
                    self.note(wire.readHead());
                    self.note(new Message(wire.end(), java.util.List.of(), ""));
                });
        mesh(upstream);
        Wire client = mesh.client();

        client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
        Mesh.await("the head upstream", () -> upstream.requests.size() == 1);
        client.send("zz\r\n");

        assertThat(client.readResponse().status()).isEqualTo(400);
        assertThat(client.rest()).isEmpty();
        Mesh.await("the upstream's end", () -> upstream.requests.size() == 2);
        assertThat(mesh.outcomes()).isEqualTo("{400 DPE=1}");
    }

    private void outcome(FakeUpstream upstream, int status, String outcomes) throws Exception {
        mesh(upstream);
        Wire client = mesh.client();
        client.send(GET);
        Message response = client.readResponse();
        assertThat(response.status()).isEqualTo(status);
        assertThat(mesh.outcomes()).isEqualTo(outcomes);
    }

    private static FakeUpstream answering(String response) throws IOException {
        return FakeUpstream.thatAnswers(response);
    }

    @Test
    void anUpstreamThatResetsIs503() throws Exception {
        outcome(FakeUpstream.thatResetsOnARequest(), 503, "{503 UC=1}");
    }

    @Test
    void anUpstreamThatIsNotThereIs503() throws Exception {
        FakeUpstream gone = FakeUpstream.thatNeverAnswers();
        gone.close();
        outcome(gone, 503, "{503 UF=1}");
    }

    @Test
    void anUpstreamThatSends101Is502() throws Exception {
        outcome(
                answering("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"),
                502,
                "{502 UPE=1}");
    }

    @Test
    void anUpstreamThatSendsTooManyInterimsIs502() throws Exception {
        mesh(answering("HTTP/1.1 103 Early Hints\r\n\r\n".repeat(9) + FakeUpstream.OK));
        Wire client = mesh.client();
        client.send(GET);

        Message response = client.readResponse();
        while (response.status() == 103) {
            response = client.readResponse();
        }
        assertThat(response.status()).isEqualTo(502);
        assertThat(mesh.outcomes()).isEqualTo("{502 UPE=1}");
    }

    @Test
    void anUpstreamThatSendsTwoResponsesLosesItsConnectionAndTheSecond() throws Exception {
        FakeUpstream upstream = answering(FakeUpstream.OK + FakeUpstream.OK.replace("ok", "no"));
        mesh(upstream);
        Wire client = mesh.client();

        for (int i = 0; i < 3; i++) {
            client.send(GET);
            assertThat(client.readResponse().body()).isEqualTo("ok");
        }
        assertThat(upstream.connections).hasValue(3);
    }

    @Test
    void anUpstreamThatSendsBytesWhileIdleLosesItsConnection() throws Exception {
        FakeUpstream upstream =
                FakeUpstream.scripted((self, wire) -> {
                    self.note(wire.readRequest());
                    wire.send(FakeUpstream.OK);
                    Mesh.awaitInScript(() -> self.requests.size() >= 2);
                    wire.send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbad");
                    wire.skipRest();
                });
        mesh(upstream);
        Wire client = mesh.client();

        client.send(GET);
        assertThat(client.readResponse().body()).isEqualTo("ok");
        upstream.note(new Message("now", java.util.List.of(), ""));
        Mesh.await("the close", () -> mesh.count(ClusterStat.UPSTREAM_CX_ACTIVE) == 0);

        client.send(GET);
        assertThat(client.readResponse().body()).isEqualTo("ok");
        assertThat(upstream.connections).hasValue(2);
        assertThat(mesh.count(ClusterStat.UPSTREAM_CX_PROTOCOL_ERROR)).isPositive();
    }

    @Test
    void anUpstreamThatClosesAnIdleConnectionCostsAGetNothing() throws Exception {
        FakeUpstream upstream =
                FakeUpstream.scripted((self, wire) -> {
                    self.note(wire.readRequest());
                    wire.send(FakeUpstream.OK);
                    wire.readHead(); // and closes instead of answering
                });
        mesh(upstream);
        Wire client = mesh.client();

        for (int i = 0; i < 3; i++) {
            client.send(GET);
            assertThat(client.readResponse().status()).isEqualTo(200);
        }
        assertThat(mesh.outcomes()).isEqualTo("{200 -=3}");
        assertThat(mesh.count(ClusterStat.UPSTREAM_RQ_REPLAYED)).isEqualTo(2);
    }

    @Test
    void aPostIsNotSentTwice() throws Exception {
        FakeUpstream upstream =
                FakeUpstream.scripted((self, wire) -> {
                    self.note(wire.readRequest());
                    wire.send(FakeUpstream.OK);
                    self.note(wire.readRequest());
                });
        mesh(upstream);
        Wire client = mesh.client();
        client.send(GET);
        client.readResponse();

        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");

        assertThat(client.readResponse().status()).isEqualTo(503);
        assertThat(upstream.requests).hasSize(2);
        assertThat(mesh.outcomes()).isEqualTo("{200 -=1, 503 UC=1}");
    }

    @Test
    void aResponseCutByTheUpstreamIsResetForTheClient() throws Exception {
        mesh(
                FakeUpstream.thatAnswersAndCloses(
                        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"));
        Wire client = mesh.client();
        client.send(GET);

        assertThat(client.readHead().status()).isEqualTo(200);
        assertThat(client.end()).isEqualTo("RST");
        assertThat(mesh.outcomes()).isEqualTo("{200 UC=1}");
    }

    @Test
    void aChunkedResponseCutByTheUpstreamIsResetForTheClient() throws Exception {
        mesh(
                FakeUpstream.thatAnswersAndCloses(
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n"));
        Wire client = mesh.client();
        client.send(GET);

        assertThat(client.readHead().status()).isEqualTo(200);
        assertThat(client.end()).isEqualTo("RST");
        assertThat(mesh.outcomes()).isEqualTo("{200 UC=1}");
    }

    @Test
    void aBodyThatEndsWithTheConnectionBecomesChunks() throws Exception {
        mesh(FakeUpstream.thatAnswersAndCloses("HTTP/1.0 200 OK\r\n\r\nall of it"));
        Wire client = mesh.client();
        client.send(GET);

        Message response = client.readResponse();
        assertThat(response.body()).isEqualTo("all of it");
        assertThat(response.header("transfer-encoding")).isEqualTo("chunked");
        assertThat(mesh.outcomes()).isEqualTo("{200 -=1}");
    }

    @Test
    void aBodyThatShouldEndWithTheConnectionAndIsResetDoesNotEndWell() throws Exception {
        FakeUpstream upstream =
                FakeUpstream.scripted((self, wire) -> {
                    self.note(wire.readRequest());
                    wire.send("HTTP/1.1 200 OK\r\n\r\nhalf");
                    Mesh.awaitInScript(() -> self.requests.size() >= 2);
                    wire.reset();
                });
        mesh(upstream);
        Wire client = mesh.client();
        client.send(GET);

        client.readHead();
        assertThat(client.line()).isEqualTo("4");
        upstream.note(new Message("now", java.util.List.of(), ""));
        assertThat(client.end()).isEqualTo("RST");
        assertThat(mesh.outcomes()).isEqualTo("{200 UC=1}");
    }
}
