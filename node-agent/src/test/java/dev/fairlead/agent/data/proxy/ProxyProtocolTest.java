package dev.fairlead.agent.data.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.data.stats.ListenerStat;
import dev.fairlead.agent.model.cluster.ProxyProtocol;
import dev.fairlead.agent.model.listener.Filter;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** PROXY headers, out and in: what the application reads, and what nobody may send. */
@SuppressWarnings("NullAway.Init") // made by each test
class ProxyProtocolTest {

    private static final String SAID = "PROXY TCP4 203.0.113.7 203.0.113.8 1234 5678\r\n";

    private Mesh mesh;
    private FakeUpstream upstream;

    private void serve(Config config, FakeUpstream.NotingScript script) throws Exception {
        upstream = FakeUpstream.scripted(script);
        mesh = new Mesh(config.cluster("t", false, upstream.address()).build());
        mesh.closing(upstream);
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        mesh.close();
    }

    private static void echo(FakeUpstream self, Wire wire) throws java.io.IOException {
        wire.send("got:" + wire.rest());
    }

    private static Config inbound(ProxyProtocol version) {
        return new Config()
                .proxyProtocol(version)
                .proxyHeaderPorts(Mesh.DESTINATION.getPort())
                .inbound(null, null, Config.tcp("t"));
    }

    @Test
    void anOpaqueConnectionSaysWhoCalledAndWhom() throws Exception {
        serve(
                new Config().proxyProtocol(ProxyProtocol.V1).outboundTcp("t"),
                ProxyProtocolTest::echo);
        Wire client = mesh.client();
        client.send("question");
        client.endSending();

        assertThat(client.rest())
                .isEqualTo(
                        "got:PROXY TCP4 127.0.0.1 198.18.0.99 "
                                + client.socket.getLocalPort()
                                + " 80\r\nquestion");
    }

    @Test
    void theBinaryVersion() throws Exception {
        serve(
                new Config().proxyProtocol(ProxyProtocol.V2).outboundTcp("t"),
                ProxyProtocolTest::echo);
        Wire client = mesh.client();
        int port = client.socket.getLocalPort();
        client.endSending();

        assertThat(client.rest())
                .isEqualTo(
                        "got:\r\n\r\n\0\r\nQUIT\n\u0021\u0011\0\u000c\u007f\0\0\1\u00c6\u0012\0c"
                                + (char) (port >> 8)
                                + (char) (port & 0xff)
                                + "\0P");
    }

    @Test
    void requestsOnOneConnectionHaveOneHeader() throws Exception {
        serve(
                new Config().proxyProtocol(ProxyProtocol.V1).outboundHttp().route("a", "t"),
                (self, wire) -> {
                    for (int i = 0; i < 2; i++) {
                        self.note(wire.readRequest());
                        wire.send(FakeUpstream.OK);
                    }
                });
        Wire client = mesh.client();
        for (int i = 0; i < 2; i++) {
            client.send("GET /" + i + " HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.readResponse().status()).isEqualTo(200);
        }

        assertThat(upstream.connections).hasValue(1);
        Wire.Message first = upstream.requests.remove();
        assertThat(first.start()).startsWith("PROXY TCP4 127.0.0.1 127.0.0.1 ");
        assertThat(first.headers()).first().isEqualTo("GET /0 HTTP/1.1");
        assertThat(upstream.requests.remove().start()).isEqualTo("GET /1 HTTP/1.1");
    }

    @Test
    void whatAHeaderSaysIsPassedOn() throws Exception {
        serve(inbound(ProxyProtocol.V1), ProxyProtocolTest::echo);
        Wire client = mesh.inboundClient();
        for (String piece : (SAID + "question").split("(?<=\\G.{7})", -1)) {
            client.send(piece);
        }
        client.endSending();

        assertThat(client.rest()).isEqualTo("got:" + SAID + "question");
        assertThat(mesh.count(ListenerStat.PROXY_PROTO_FOUND)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "PROXY UNKNOWN\r\n"})
    void withoutAWordTheConnectionsOwnEndsAreSaid(String header) throws Exception {
        serve(inbound(ProxyProtocol.V1), ProxyProtocolTest::echo);
        Wire client = mesh.inboundClient();
        client.send(header + "question");
        client.endSending();

        assertThat(client.rest())
                .isEqualTo(
                        "got:PROXY TCP4 127.0.0.1 198.18.0.99 "
                                + client.socket.getLocalPort()
                                + " 80\r\nquestion");
    }

    @Test
    void aServerThatSpeaksFirstIsHeardByOneThatSaysNothing() throws Exception {
        serve(
                new Config()
                        .proxyHeaderPorts(Mesh.DESTINATION.getPort())
                        .detectTimeout(Duration.ofMillis(20))
                        .inbound(true, null, Config.tcp("none"))
                        .inbound(false, null, Config.tcp("t")),
                (self, wire) -> wire.send("welcome"));

        assertThat(mesh.inboundClient().rest()).isEqualTo("welcome");
        assertThat(mesh.count(ListenerStat.DOWNSTREAM_PRE_CX_TIMEOUT)).isEqualTo(1); // waited once
    }

    @Test
    void aMalformedHeaderIsAResetAndCounted() throws Exception {
        serve(inbound(ProxyProtocol.V1), ProxyProtocolTest::echo);
        Wire client = mesh.inboundClient();
        client.send("PROXY TCP4 somebody somewhere 1 2\r\nquestion");

        assertThat(client.end()).isEqualTo("RST");
        assertThat(mesh.count(ListenerStat.PROXY_PROTO_ERROR)).isEqualTo(1);
        assertThat(upstream.connections).hasValue(0);
    }

    @Test
    void aHeaderThatNobodyAsksForIsBytesLikeOthers() throws Exception {
        serve(
                new Config().proxyHeaderPorts(81).inbound(null, null, Config.tcp("t")),
                ProxyProtocolTest::echo);
        Wire client = mesh.inboundClient();
        client.send(SAID);
        client.endSending();

        assertThat(client.rest()).isEqualTo("got:" + SAID);
    }

    @Test
    void detectionLooksBehindTheHeader() throws Exception {
        Filter http = Config.http();
        serve(
                new Config()
                        .proxyHeaderPorts(Mesh.DESTINATION.getPort())
                        .inbound(true, null, Config.tcp("none"))
                        .inbound(false, null, http)
                        .route("a", "t"),
                (self, wire) -> {
                    self.note(wire.readRequest());
                    wire.send(FakeUpstream.OK);
                });
        Wire client = mesh.inboundClient();
        client.send(SAID + "GET / HTTP/1.1\r\nHost: a\r\n\r\n");

        assertThat(client.readResponse().status()).isEqualTo(200);
        assertThat(upstream.requests.remove().start()).isEqualTo("GET / HTTP/1.1");
    }
}
