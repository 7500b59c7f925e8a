package dev.fairlead.agent.data.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.data.stats.HttpStat;
import dev.fairlead.agent.model.cluster.HttpProtocol;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Upgrades and CONNECT, over every pair of versions: opening, bytes, half ends, refusals. */
@SuppressWarnings("NullAway.Init") // made by each test
class TunnelTest {

    private static final String ASK =
            "GET /chat HTTP/1.1\r\n"
                    + "Host: a\r\n"
                    + "Connection: keep-alive, Upgrade\r\n"
                    + "Upgrade: websocket\r\n"
                    + "Sec-WebSocket-Version: 13\r\n"
                    + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

    private static final String SWITCH =
            "HTTP/1.1 101 Switching Protocols\r\n"
                    + "Connection: Upgrade\r\n"
                    + "Upgrade: websocket\r\n"
                    + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

    private Mesh mesh;

    @AfterEach
    void nothingIsLeft() throws Exception {
        mesh.close();
    }

    private FakeUpstream http1(FakeUpstream upstream) throws Exception {
        mesh =
                new Mesh(
                        new Config()
                                .service("a", upstream.address())
                                .connectRoute("other:80", "a")
                                .outboundHttpWithWebSocket()
                                .build());
        return mesh.closing(upstream);
    }

    private H2Server http2(H2Server upstream) throws Exception {
        mesh =
                new Mesh(
                        new Config()
                                .protocol(HttpProtocol.HTTP2)
                                .service("a", upstream.address())
                                .connectRoute("other:80", "a")
                                .outboundHttpWithWebSocket()
                                .build());
        return mesh.closing(upstream);
    }

    /** Switches and then sends back what it gets, until that ends. */
    private static FakeUpstream thatSwitchesAndEchoes(String answer) throws Exception {
        return FakeUpstream.scripted((self, wire) -> {
            self.note(wire.readRequest());
            wire.send(answer + "early");
            String line = wire.line();
            while (!line.equals("end")) {
                wire.send(line + "\n");
                line = wire.line();
            }
        });
    }

    @Test
    void webSocketOverHttp1() throws Exception {
        FakeUpstream upstream = http1(thatSwitchesAndEchoes(SWITCH));
        Wire client = mesh.client();

        client.send(ASK);

        Wire.Message head = client.readHead();
        assertThat(head.status()).isEqualTo(101);
        assertThat(head.header("upgrade")).isEqualTo("websocket");
        assertThat(head.header("connection")).isEqualToIgnoringCase("upgrade");
        client.send("one\n");
        assertThat(client.line()).isEqualTo("earlyone");
        client.send("two\n");
        assertThat(client.line()).isEqualTo("two");
        assertThat(mesh.count(HttpStat.DOWNSTREAM_CX_UPGRADES_ACTIVE)).isEqualTo(1);
        client.send("end\n");
        assertThat(client.rest()).isEmpty();
        client.close();
        Mesh.await("count", () -> mesh.outcomes().equals("{101 -=1}"));
        Wire.Message asked = upstream.requests.remove();
        assertThat(asked.header("upgrade")).isEqualTo("websocket");
        assertThat(asked.header("connection")).isEqualToIgnoringCase("upgrade");
    }

    @Test
    void anEndOfOneDirectionLeavesTheOther() throws Exception {
        http1(
                FakeUpstream.scripted((self, wire) -> {
                    self.note(wire.readRequest());
                    wire.send(SWITCH);
                    String all = wire.rest();
                    wire.send("got " + all);
                }));
        Wire client = mesh.client();
        client.send(ASK);
        client.readHead();

        client.send("all");
        client.endSending();

        assertThat(client.rest()).isEqualTo("got all");
        Mesh.await("count", () -> mesh.outcomes().equals("{101 -=1}"));
    }

    @Test
    void anUpstreamThatDoesNotSwitchAnswers() throws Exception {
        FakeUpstream upstream = http1(FakeUpstream.thatAnswers(FakeUpstream.OK));
        Wire client = mesh.client();

        for (int i = 0; i < 2; i++) {
            client.send(ASK);
            assertThat(client.readResponse().status()).isEqualTo(200);
        }

        assertThat(upstream.connections).hasValue(1);
        assertThat(mesh.outcomes()).isEqualTo("{200 -=2}");
    }

    @Test
    void aResetEndsTheOtherSideToo() throws Exception {
        http1(
                FakeUpstream.scripted((self, wire) -> {
                    self.note(wire.readRequest());
                    wire.send(SWITCH);
                    wire.line();
                    wire.reset();
                }));
        Wire client = mesh.client();
        client.send(ASK);
        client.readHead();

        client.send("x\n");

        Mesh.await("count", () -> mesh.outcomes().equals("{101 UC=1}"));
    }

    @Test
    void whatNoRouteAllowsIsRefused() throws Exception {
        FakeUpstream upstream = http1(FakeUpstream.thatAnswers(FakeUpstream.OK));

        Wire client = mesh.client();
        client.send(ASK.replace("websocket", "other"));
        assertThat(client.readResponse().status()).isEqualTo(403);
        Wire second = mesh.client();
        second.send(ASK.replace("websocket", "h2c"));
        assertThat(second.readResponse().status()).isEqualTo(403);
        Wire third = mesh.client();
        third.send("CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n");
        assertThat(third.readResponse().status()).isEqualTo(404);

        assertThat(upstream.requests).isEmpty();
        assertThat(mesh.count(HttpStat.DOWNSTREAM_RQ_UPGRADE_REFUSED)).isEqualTo(2);
    }

    @Test
    void connectOverHttp1() throws Exception {
        FakeUpstream upstream = http1(thatSwitchesAndEchoes("HTTP/1.1 200 Connected\r\n\r\n"));
        Wire client = mesh.client();

        client.send("CONNECT other:80 HTTP/1.1\r\nHost: other:80\r\n\r\n");

        assertThat(client.readHead().status()).isEqualTo(200);
        client.send("one\n");
        assertThat(client.line()).isEqualTo("earlyone");
        client.send("end\n");
        assertThat(client.rest()).isEmpty();
        client.close();
        Mesh.await("count", () -> mesh.outcomes().equals("{200 -=1}"));
        assertThat(upstream.requests.remove().start()).isEqualTo("CONNECT other:80 HTTP/1.1");
    }

    @Test
    void webSocketFromHttp2ToHttp1() throws Exception {
        FakeUpstream upstream = http1(thatSwitchesAndEchoes(SWITCH));
        H2Client client = mesh.http2Client();
        var ask = H2Client.head("CONNECT", "a", "/chat").add(":protocol", "websocket");

        H2Client.Call call = client.call(ask, false).data("one\n", false);

        assertThat(call.head.get().status()).hasToString("200");
        call.data("two\n", false).data("end\n", false).data("", true);
        assertThat(call.get().body()).isEqualTo("earlyone\ntwo\n");
        Wire.Message asked = upstream.requests.remove();
        assertThat(asked.start()).isEqualTo("GET /chat HTTP/1.1");
        assertThat(asked.header("upgrade")).isEqualTo("websocket");
        assertThat(asked.header("sec-websocket-key")).hasSize(24);
        Mesh.await("count", () -> mesh.count(HttpStat.DOWNSTREAM_CX_UPGRADES_ACTIVE) == 0);
    }

    @Test
    void webSocketFromHttp1ToHttp2() throws Exception {
        H2Server upstream =
                http2(
                        H2Server.thatAtTheHead(
                                new Http2Settings().connectProtocolEnabled(true),
                                asked -> asked.status(200, false).data("hello\n", false)));
        Wire client = mesh.client();

        client.send(ASK);

        Wire.Message head = client.readHead();
        assertThat(head.status()).isEqualTo(101);
        assertThat(head.header("sec-websocket-accept")).isEqualTo("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        assertThat(client.line()).isEqualTo("hello");
        client.send("bytes");
        H2Server.Asked asked = upstream.requests.element();
        Mesh.await("bytes", () -> asked.text().equals("bytes"));
        assertThat(asked.head.method()).hasToString("CONNECT");
        assertThat(asked.head.get(":protocol")).hasToString("websocket");
        client.endSending();
        asked.data("bye", true);
        assertThat(client.rest()).isEqualTo("bye");
        Mesh.await("count", () -> mesh.outcomes().equals("{101 -=1}"));
    }

    @Test
    void anHttp2UpstreamWithoutExtendedConnectIsNotAsked() throws Exception {
        H2Server upstream = http2(H2Server.thatAnswersOk());
        Wire client = mesh.client();

        client.send(ASK);

        assertThat(client.readResponse().status()).isEqualTo(502);
        assertThat(upstream.requests).isEmpty();
    }

    @Test
    void connectOverHttp2() throws Exception {
        H2Server upstream =
                http2(
                        H2Server.thatAtTheHead(
                                new Http2Settings(),
                                asked -> asked.status(200, false).data("hello", false)));
        H2Client client = mesh.http2Client();

        H2Client.Call call =
                client.call(
                        new DefaultHttp2Headers(false).method("CONNECT").authority("other:80"),
                        false);

        assertThat(call.head.get().status()).hasToString("200");
        call.data("x", true);
        H2Server.Asked asked = upstream.requests.element();
        Mesh.await("bytes", () -> asked.text().equals("x"));
        asked.data("", true);
        assertThat(call.get().body()).isEqualTo("hello");
        Mesh.await("count", () -> mesh.outcomes().equals("{200 -=1}"));
    }

    @Test
    void aClientThatLeavesEndsTheTunnel() throws Exception {
        http1(thatSwitchesAndEchoes(SWITCH));
        Wire client = mesh.client();
        client.send(ASK);
        client.readHead();

        client.reset();

        Mesh.await("count", () -> mesh.outcomes().equals("{101 DC=1}"));
    }
}
