package dev.fairlead.agent.data.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.data.proxy.H2Client.Call;
import dev.fairlead.agent.data.proxy.H2Client.Response;
import dev.fairlead.agent.data.stats.ClusterStat;
import dev.fairlead.agent.data.stats.HttpStat;
import dev.fairlead.agent.model.cluster.HttpProtocol;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Settings;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** HTTP/2 on either side and on both: messages, streams, flow control, endings. */
@SuppressWarnings("NullAway.Init") // made by each test
class Http2ProxyTest {

    private Mesh mesh;
    private H2Client client;

    private H2Server to(H2Server server) throws Exception {
        Config config = new Config().protocol(HttpProtocol.HTTP2);
        mesh = new Mesh(config.service("a", server.address()).outboundHttp().build());
        mesh.closing(server);
        client = mesh.http2Client();
        return server;
    }

    private FakeUpstream to(FakeUpstream server) throws Exception {
        mesh = new Mesh(new Config().service("a", server.address()).outboundHttp().build());
        mesh.closing(server);
        client = mesh.http2Client();
        return server;
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        mesh.close();
    }

    @Test
    void aRequestInHttp2IsAnsweredInHttp2() throws Exception {
        H2Server server = to(H2Server.thatAnswersOk());

        for (int i = 0; i < 3; i++) {
            Response response = client.call(H2Client.get("a", "/x?y"), true).get();
            assertThat(response.status()).isEqualTo(200);
            assertThat(response.body()).isEqualTo("ok");
            assertThat(response.header("x-envoy-upstream-service-time")).isNotNull();
        }

        H2Server.Asked asked = server.requests.remove();
        assertThat(asked.head.path()).hasToString("/x?y");
        assertThat(asked.head.authority()).hasToString("a");
        assertThat(asked.head.scheme()).hasToString("http");
        assertThat(asked.head.get("host")).isNull();
        assertThat(server.connections).hasValue(1);
        assertThat(mesh.outcomes()).isEqualTo("{200 -=3}");
        assertThat(mesh.count(HttpStat.DOWNSTREAM_RQ_HTTP2_TOTAL)).isEqualTo(3);
        assertThat(mesh.count(ClusterStat.UPSTREAM_CX_HTTP2_TOTAL)).isEqualTo(1);
    }

    @Test
    void http2BecomesHttp1() throws Exception {
        FakeUpstream server = to(FakeUpstream.thatAnswers(FakeUpstream.OK));

        Response response =
                client.call(H2Client.head("POST", "a", "/x"), false).data("abc", true).get();

        assertThat(response.status()).isEqualTo(200);
        assertThat(response.body()).isEqualTo("ok");
        Wire.Message asked = server.requests.remove();
        assertThat(asked.start()).isEqualTo("POST /x HTTP/1.1");
        assertThat(asked.header("host")).isEqualTo("a");
        assertThat(asked.body()).isEqualTo("abc");
        assertThat(mesh.outcomes()).isEqualTo("{200 -=1}");
    }

    @Test
    void http1BecomesHttp2() throws Exception {
        H2Server server =
                to(
                        H2Server.that(asked ->
                                asked.status(200, false)
                                        .data(asked.text(), false)
                                        .headers(
                                                new DefaultHttp2Headers(false).add("t", "v"),
                                                true)));
        Wire wire = mesh.client();

        wire.send(
                "POST /x HTTP/1.1\r\n"
                        + "Host: a\r\n"
                        + "Transfer-Encoding: chunked\r\n\r\n"
                        + "3\r\nabc\r\n0\r\n\r\n");

        Wire.Message response = wire.readResponse();
        assertThat(response.status()).isEqualTo(200);
        assertThat(response.body()).isEqualTo("abc");
        assertThat(server.requests.remove().head.get("transfer-encoding")).isNull();
    }

    @Test
    void crumbsOfCookiesAreJoinedAndUpperCaseNamesLowered() throws Exception {
        H2Server server = to(H2Server.thatAnswersOk());

        client.call(H2Client.get("a", "/").add("cookie", "a=1").add("cookie", "b=2"), true).get();
        Wire wire = mesh.client();
        wire.send("GET / HTTP/1.1\r\nHost: a\r\nX-Upper: Value\r\n\r\n");
        wire.readResponse();

        assertThat(server.requests.remove().head.getAll("cookie")).hasSize(1);
        assertThat(server.requests.remove().head.get("x-upper")).hasToString("Value");
    }

    @Test
    void trailersPassBothWays() throws Exception {
        H2Server server =
                to(
                        H2Server.that(asked ->
                                asked.status(200, false)
                                        .data("x", false)
                                        .headers(
                                                new DefaultHttp2Headers(false)
                                                        .add("grpc-status", "0"),
                                                true)));

        Call call = client.call(H2Client.head("POST", "a", "/"), false).data("q", false);
        Response response = call.head(new DefaultHttp2Headers(false).add("t", "v"), true).get();

        assertThat(response.header("grpc-status")).isEqualTo("0");
        assertThat(server.requests.remove().trailers.get("t")).hasToString("v");
    }

    @Test
    void anAnswerWithoutABodyIsOneFrame() throws Exception {
        to(
                H2Server.that(asked ->
                        asked.headers(
                                new DefaultHttp2Headers(false)
                                        .status("200")
                                        .add("grpc-status", "12"),
                                true)));

        Response response = client.call(H2Client.head("POST", "a", "/"), true).get();

        assertThat(response.heads()).hasSize(1);
        assertThat(response.header("grpc-status")).isEqualTo("12");
    }

    /** An answer of ours has a text, of which HEAD gets the length alone. */
    @Test
    void anAnswerOfOursToHeadHasNoBody() throws Exception {
        to(FakeUpstream.thatNeverAnswers()).close();

        Response response = client.call(H2Client.head("HEAD", "a", "/"), true).get();
        Response whole = client.call(H2Client.get("a", "/"), true).get();

        assertThat(response.status()).isEqualTo(503);
        assertThat(response.body()).isEmpty();
        assertThat(response.header("content-length")).isEqualTo(whole.header("content-length"));
        assertThat(whole.body()).isNotEmpty();
    }

    @Test
    void interimHeadsPass() throws Exception {
        to(
                H2Server.that(asked -> {
                    asked.headers(
                            new DefaultHttp2Headers(false).status("103").add("link", "l"), false);
                    asked.ok();
                }));

        Response response = client.call(H2Client.get("a", "/"), true).get();

        assertThat(response.heads()).hasSize(2);
        assertThat(response.heads().getFirst().status()).hasToString("103");
        assertThat(response.status()).isEqualTo(200);
    }

    @Test
    void manyStreamsShareAConnection() throws Exception {
        H2Server server = to(H2Server.thatAnswersOk());
        List<Call> calls = new ArrayList<>();

        for (int i = 0; i < 200; i++) {
            calls.add(client.call(H2Client.get("a", "/" + i), true));
        }

        for (Call call : calls) {
            assertThat(call.get().body()).isEqualTo("ok");
        }
        assertThat(server.connections.get()).isBetween(1, 3);
        assertThat(mesh.outcomes()).isEqualTo("{200 -=200}");
    }

    @Test
    void whereAConnectionIsFullAnotherIsMade() throws Exception {
        List<H2Server.Asked> waiting = java.util.Collections.synchronizedList(new ArrayList<>());
        H2Server server =
                to(H2Server.that(new Http2Settings().maxConcurrentStreams(2), waiting::add));
        client.call(H2Client.get("a", "/first"), true); // its settings are known after it
        Mesh.await("the first", () -> waiting.size() == 1);
        waiting.remove(0).ok();
        List<Call> calls = new ArrayList<>();

        for (int i = 0; i < 6; i++) {
            calls.add(client.call(H2Client.get("a", "/" + i), true));
            int asked = i + 1;
            Mesh.await("request " + i, () -> waiting.size() == asked);
        }
        List.copyOf(waiting).forEach(H2Server.Asked::ok);

        for (Call call : calls) {
            assertThat(call.get().status()).isEqualTo(200);
        }
        assertThat(server.connections).hasValue(3);
    }

    @Test
    void aResetOfTheClientReachesTheUpstream() throws Exception {
        H2Server server = to(H2Server.thatAtTheHead(asked -> asked.status(200, false)));
        Call call = client.call(H2Client.head("POST", "a", "/"), false);
        call.head.get();

        call.reset();

        Mesh.await("reset", () -> server.resets.get() == 1);
        Mesh.await("count", () -> mesh.outcomes().equals("{200 DC=1}"));
    }

    @Test
    void aResetOfTheUpstreamIsAnsweredOrPassedOn() throws Exception {
        to(
                H2Server.that(asked -> {
                    if (asked.head.path().toString().equals("/late")) {
                        asked.status(200, false).data("x", false);
                    }
                    asked.reset(Http2Error.INTERNAL_ERROR);
                }));

        Response early = client.call(H2Client.get("a", "/early"), true).get();
        Response late = client.call(H2Client.get("a", "/late"), true).get();

        assertThat(early.status()).isEqualTo(503);
        assertThat(early.body()).contains("remote reset");
        assertThat(late.reset()).isEqualTo(Http2Error.INTERNAL_ERROR.code());
        assertThat(mesh.outcomes()).isEqualTo("{200 UR=1, 503 UR=1}");
    }

    /**
     * A server is not a client that floods: what it refuses is answered, and its connection kept.
     */
    @Test
    void aServerMayResetWhatItLikes() throws Exception {
        H2Server server = to(H2Server.that(asked -> asked.reset(Http2Error.INTERNAL_ERROR)));

        for (int i = 0; i < 600; i++) {
            assertThat(client.call(H2Client.get("a", "/"), true).get().body())
                    .contains("remote reset");
        }

        assertThat(server.connections).hasValue(1);
        assertThat(mesh.outcomes()).isEqualTo("{503 UR=600}");
    }

    @Test
    void aRefusedStreamIsSentAgainOnce() throws Exception {
        H2Server server =
                to(
                        H2Server.that(asked -> {
                            if (asked.head.path().toString().equals("/always")
                                    || asked.stream.stream().id() == 3) {
                                asked.reset(Http2Error.REFUSED_STREAM);
                            } else {
                                asked.ok();
                            }
                        }));

        assertThat(client.call(H2Client.head("POST", "a", "/1"), true).get().status())
                .isEqualTo(200);
        assertThat(client.call(H2Client.head("POST", "a", "/2"), true).get().status())
                .isEqualTo(200);
        assertThat(client.call(H2Client.get("a", "/always"), true).get().status()).isEqualTo(503);

        assertThat(server.requests).hasSizeBetween(4, 5);
    }

    @Test
    void aConnectionThatSaysGoAwayIsLeft() throws Exception {
        H2Server server =
                to(
                        H2Server.that(asked -> {
                            asked.goAway(Http2Error.NO_ERROR);
                            asked.ok();
                        }));

        for (int i = 1; i <= 3; i++) {
            assertThat(client.call(H2Client.get("a", "/"), true).get().status()).isEqualTo(200);
            int connections = i;
            Mesh.await(
                    "it is left",
                    () -> mesh.count(ClusterStat.UPSTREAM_CX_CLOSE_NOTIFY) == connections);
        }

        assertThat(server.connections).hasValue(3);
        assertThat(mesh.outcomes()).isEqualTo("{200 -=3}");
    }

    @Test
    void anUpstreamThatClosesEndsItsStreams() throws Exception {
        to(
                H2Server.that(asked -> {
                    asked.status(200, false).data("x", false);
                    asked.stream.parent().close();
                }));

        Response response = client.call(H2Client.get("a", "/"), true).get();

        assertThat(response.reset()).isEqualTo(Http2Error.INTERNAL_ERROR.code());
        assertThat(mesh.outcomes()).isEqualTo("{200 UC=1}");
    }

    @Test
    void aHeadLeavesBeforeItsBodyOnAConnectionThatIsThere() throws Exception {
        to(H2Server.thatAtTheHead(asked -> asked.status(200, false)));

        for (int i = 0; i < 2; i++) {
            Call call = client.call(H2Client.head("POST", "a", "/"), false);
            assertThat(call.head.get(20, java.util.concurrent.TimeUnit.SECONDS).status())
                    .hasToString("200");
            call.reset();
        }
    }

    @Test
    void anAnswerBeforeTheQuestionIsWholeEndsTheQuestion() throws Exception {
        H2Server server = to(H2Server.thatAtTheHead(asked -> asked.status(413, true)));

        Call call = client.call(H2Client.head("POST", "a", "/"), false).data("abc", false);

        Response response = call.get();
        assertThat(response.status()).isEqualTo(413);
        Mesh.await("end of the question", () -> server.resets.get() == 1);
        assertThat(mesh.outcomes()).isEqualTo("{413 -=1}");
    }

    @Test
    void aStreamThatIsNotReadStopsNobodyElse() throws Exception {
        String big = "x".repeat(4 << 20);
        to(
                H2Server.that(asked -> {
                    if (asked.head.path().toString().equals("/big")) {
                        asked.status(200, false).data(big, true);
                    } else {
                        asked.ok();
                    }
                }));
        // a stream's window that leaves room in the client's window for all streams
        client =
                mesh.closing(
                        H2Client.to(
                                mesh.outboundPort(), new Http2Settings().initialWindowSize(16384)));
        Call slow = client.callWithoutReading(H2Client.get("a", "/big"));
        Mesh.await(
                "the big answer began",
                () -> mesh.count(ClusterStat.UPSTREAM_CX_RX_BYTES_TOTAL) > 0);

        for (int i = 0; i < 50; i++) {
            assertThat(client.call(H2Client.get("a", "/"), true).get().body()).isEqualTo("ok");
        }

        assertThat(mesh.count(ClusterStat.UPSTREAM_CX_RX_BYTES_TOTAL)).isLessThan(1 << 20);
        slow.stream.config().setAutoRead(true);
        slow.stream.read();
        assertThat(slow.get().body()).hasSize(4 << 20);
    }

    @Test
    void aBodyThatIsNotTakenStopsItsSenderOnly() throws Exception {
        List<H2Server.Asked> held = java.util.Collections.synchronizedList(new ArrayList<>());
        to(
                H2Server.thatAtTheHead(asked -> {
                    if (asked.head.path().toString().equals("/hold")) {
                        asked.stream.config().setAutoRead(false);
                        held.add(asked);
                    } else {
                        asked.ok();
                    }
                }));
        Call slow = client.call(H2Client.head("POST", "a", "/hold"), false);
        Mesh.await("it is held", () -> held.size() == 1);
        slow.data("x".repeat(4 << 20), true);

        for (int i = 0; i < 50; i++) {
            assertThat(client.call(H2Client.get("a", "/"), true).get().body()).isEqualTo("ok");
        }

        assertThat(mesh.count(HttpStat.DOWNSTREAM_CX_RX_BYTES_TOTAL)).isLessThan(1 << 20);
        H2Server.Asked asked = held.get(0);
        asked.stream.config().setAutoRead(true);
        asked.stream.read();
        Mesh.await("the whole body", () -> asked.body.size() == 4 << 20);
        asked.ok();
        assertThat(slow.get().status()).isEqualTo(200);
    }

    @Test
    void malformedRequestsAreReset() throws Exception {
        to(H2Server.thatAnswersOk());

        for (var bad :
                List.of(
                        H2Client.get("a", "/").add("connection", "close"),
                        H2Client.get("a", "/").add("te", "gzip"),
                        H2Client.get("a", "/").add("Upper", "x"),
                        H2Client.get("a", "/").add("x", "a\r\nb"),
                        H2Client.get("a", "/").add(":unknown", "x"),
                        H2Client.get("a", "/").add("host", "other"),
                        H2Client.get("a", "nopath"),
                        H2Client.get("a", ""),
                        new DefaultHttp2Headers(false).method("GET").scheme("http"),
                        H2Client.head("POST", "a", "/").add("content-length", "3"))) {
            assertThat(client.call(bad, true).get().reset())
                    .as(bad.toString())
                    .isEqualTo(Http2Error.PROTOCOL_ERROR.code());
        }
        assertThat(client.call(H2Client.get("a", "/"), true).get().status()).isEqualTo(200);
    }

    @Test
    void aRequestForNobodyIsAnswered() throws Exception {
        to(H2Server.thatAnswersOk());

        Response unknown = client.call(H2Client.get("nobody", "/"), true).get();
        Response invalid = client.call(H2Client.get("a@b", "/"), true).get();

        assertThat(unknown.status()).isEqualTo(404);
        assertThat(invalid.status()).isEqualTo(400);
        assertThat(mesh.outcomes()).isEqualTo("{400 DPE=1, 404 NR=1}");
    }

    @Test
    void aDrainServesWhatIsUnderWayAndWhatCrossesIt() throws Exception {
        List<H2Server.Asked> held = java.util.Collections.synchronizedList(new ArrayList<>());
        to(H2Server.that(held::add));
        Call first = client.call(H2Client.get("a", "/first"), true);
        Mesh.await("the first", () -> held.size() == 1);

        mesh.onLoop(() -> {
            mesh.runtime.drain();
            return true;
        });

        assertThat(client.goAway.get(20, java.util.concurrent.TimeUnit.SECONDS)).isZero();
        held.get(0).ok();
        assertThat(first.get().status()).isEqualTo(200);
        client.channel.closeFuture().get(20, java.util.concurrent.TimeUnit.SECONDS);
        assertThat(mesh.count(HttpStat.HTTP2_GOAWAY_SENT)).isEqualTo(1);
    }

    @Test
    void aDrainSaysCloseInHttp1() throws Exception {
        to(FakeUpstream.thatAnswers(FakeUpstream.OK));
        Wire wire = mesh.client();
        wire.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        assertThat(wire.readResponse().header("connection")).isEmpty();

        mesh.onLoop(() -> {
            mesh.runtime.drain();
            return true;
        });

        wire.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        assertThat(wire.readResponse().header("connection")).isEqualTo("close");
        assertThat(wire.rest()).isEmpty();
    }
}
