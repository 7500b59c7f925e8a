package dev.fairlead.agent.data.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.data.proxy.Wire.Message;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** HTTP/1.0, HEAD, bodyless and informational responses, Expect, what is not carried. */
@SuppressWarnings("NullAway.Init") // made by each test
class HttpVersionsTest {

    private Mesh mesh;
    private FakeUpstream upstream;
    private Wire client;

    private void answering(String response) throws Exception {
        serve(FakeUpstream.thatAnswers(response));
    }

    private void serve(FakeUpstream fake) throws Exception {
        upstream = fake;
        mesh = new Mesh(new Config().service("a", upstream.address()).outboundHttp().build());
        mesh.closing(upstream);
        client = mesh.client();
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        mesh.close();
    }

    @Test
    void http10EndsWithTheConnection() throws Exception {
        answering(FakeUpstream.OK);

        client.send("GET / HTTP/1.0\r\nHost: a\r\n\r\n");

        Message response = client.readResponse();
        assertThat(response.header("connection")).isEqualTo("close");
        assertThat(response.body()).isEqualTo("ok");
        assertThat(client.rest()).isEmpty();
        assertThat(upstream.requests.peek().start()).isEqualTo("GET / HTTP/1.1");
    }

    @Test
    void http10WithKeepAliveGoesOn() throws Exception {
        answering(FakeUpstream.OK);

        for (int i = 0; i < 2; i++) {
            client.send("GET / HTTP/1.0\r\nHost: a\r\nConnection: Keep-Alive\r\n\r\n");
            Message response = client.readResponse();
            assertThat(response.header("connection")).isEqualTo("keep-alive");
            assertThat(response.body()).isEqualTo("ok");
        }
    }

    @Test
    void http10WithoutHostIsRoutedByNobodyAndAsksForTheAddress() throws Exception {
        upstream = FakeUpstream.thatAnswers(FakeUpstream.OK);
        mesh =
                new Mesh(
                        new Config()
                                .cluster("any", false, upstream.address())
                                .route("*", "any")
                                .outboundHttp()
                                .build());
        mesh.closing(upstream);
        client = mesh.client();

        client.send("GET / HTTP/1.0\r\n\r\n");

        assertThat(client.readResponse().status()).isEqualTo(200);
        assertThat(upstream.requests.peek().header("host")).isEqualTo("198.18.0.99:80");
    }

    @Test
    void chunksForHttp10EndWithTheConnection() throws Exception {
        answering(
                "HTTP/1.1 200 OK\r\n"
                        + "Transfer-Encoding: chunked\r\n\r\n"
                        + "2\r\n"
                        + "ok\r\n"
                        + "0\r\n"
                        + "T: v\r\n\r\n");

        client.send("GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n");

        Message response = client.readResponse();
        assertThat(response.has("transfer-encoding")).isFalse();
        assertThat(response.header("connection")).isEqualTo("close");
        assertThat(response.body()).isEqualTo("ok");
    }

    @Test
    void headHasNoBodyWhateverTheLengthAndTheConnectionsGoOn() throws Exception {
        answering("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");

        for (int i = 0; i < 2; i++) {
            client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
            Message head = client.readHead();
            assertThat(head.status()).isEqualTo(200);
            assertThat(head.header("content-length")).isEqualTo("1000");
        }
        assertThat(upstream.connections).hasValue(1);
        assertThat(mesh.outcomes()).isEqualTo("{200 -=2}");
    }

    @Test
    void headOfChunksGoesOn() throws Exception {
        answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");

        for (int i = 0; i < 2; i++) {
            client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.readHead().status()).isEqualTo(200);
        }
        assertThat(upstream.connections).hasValue(1);
    }

    @Test
    void aLocalReplyToHeadHasNoBody() throws Exception {
        serve(FakeUpstream.thatResetsOnARequest());

        client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: b\r\n\r\n");

        assertThat(client.readHead().status()).isEqualTo(503);
        assertThat(client.readResponse().status()).isEqualTo(404);
    }

    @Test
    void noContentAndNotModifiedEndWithTheirHead() throws Exception {
        serve(
                FakeUpstream.scripted((self, wire) -> {
                    while (true) {
                        String path = self.note(wire.readRequest()).start();
                        wire.send(
                                path.contains("204")
                                        ? "HTTP/1.1 204 No Content\r\n\r\n"
                                        : "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n");
                    }
                }));

        for (int i = 0; i < 2; i++) {
            client.send("GET /204 HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.readResponse().status()).isEqualTo(204);
            client.send("GET /304 HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.readResponse().status()).isEqualTo(304);
        }
        assertThat(upstream.connections).hasValue(1);
    }

    @Test
    void earlyHintsComeBeforeTheResponse() throws Exception {
        answering(
                "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\nConnection: x\r\nX: 1\r\n\r\n"
                        + FakeUpstream.OK);

        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");

        Message hints = client.readResponse();
        assertThat(hints.status()).isEqualTo(103);
        assertThat(hints.headers()).containsExactly("Link: </x>");
        assertThat(client.readResponse().body()).isEqualTo("ok");
    }

    @Test
    void http10KnowsNoInterims() throws Exception {
        answering("HTTP/1.1 103 Early Hints\r\n\r\n" + FakeUpstream.OK);

        client.send("GET / HTTP/1.0\r\nHost: a\r\n\r\n");

        assertThat(client.readResponse().status()).isEqualTo(200);
    }

    @Test
    void expectIsAnsweredByUsAndTheUpstreamsContinueIsKeptBack() throws Exception {
        serve(
                FakeUpstream.scripted((self, wire) -> {
                    self.note(wire.readHead());
                    wire.send("HTTP/1.1 100 Continue\r\n\r\n");
                    self.note(new Message("", java.util.List.of(), wire.bytes(3)));
                    wire.send(FakeUpstream.OK);
                    wire.skipRest();
                }));

        client.send(
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
        assertThat(client.readResponse().status()).isEqualTo(100);
        client.send("abc");

        assertThat(client.readResponse().status()).isEqualTo(200);
        assertThat(upstream.requests.poll().has("expect")).isFalse();
        assertThat(upstream.requests.poll().body()).isEqualTo("abc");
    }

    @Test
    void expectWhereNobodyIsAskedGetsTheAnswerAtOnce() throws Exception {
        answering(FakeUpstream.OK);

        client.send(
                "POST / HTTP/1.1\r\nHost: b\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");

        Message response = client.readResponse();
        assertThat(response.status()).isEqualTo(404);
        assertThat(response.header("connection")).isEqualTo("close");
        assertThat(client.rest()).isEmpty();
    }

    @Test
    void upgradeAndConnectAreRefused() throws Exception {
        answering(FakeUpstream.OK);

        client.send(
                "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n");
        assertThat(client.readResponse().status()).isEqualTo(403);
        Wire other = mesh.client();
        other.send("CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n");
        assertThat(other.readResponse().status()).isEqualTo(404);

        assertThat(mesh.outcomes()).isEqualTo("{403 DPE=1, 404 NR=1}");
        assertThat(upstream.connections).hasValue(0);
    }

    @Test
    void connectionCloseOfTheClientAndOfTheUpstreamAreTwoThings() throws Exception {
        answering("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");

        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        assertThat(client.readResponse().has("connection")).isFalse();
        client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        Message last = client.readResponse();
        assertThat(last.header("connection")).isEqualTo("close");
        assertThat(client.rest()).isEmpty();

        assertThat(upstream.connections).hasValue(2);
        assertThat(upstream.requests).noneMatch(r -> r.has("connection"));
    }
}
