package dev.fairlead.agent.data.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.data.stats.ListenerStat;
import dev.fairlead.agent.data.stats.TcpStat;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Opaque connections: half-close, resets, first bytes, connections that wait. */
@SuppressWarnings("NullAway.Init") // made by each test
class TcpProxyTest {

    private Mesh mesh;
    private FakeUpstream upstream;

    private void tcp(FakeUpstream.NotingScript script) throws Exception {
        serve(script, new Config().outboundTcp("t"));
    }

    private void serve(FakeUpstream.NotingScript script, Config config) throws Exception {
        upstream = FakeUpstream.scripted(script);
        mesh = new Mesh(config.cluster("t", false, upstream.address()).build());
        mesh.closing(upstream);
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        mesh.close();
    }

    private static void echoAfterEnd(FakeUpstream self, Wire wire) throws java.io.IOException {
        wire.send("got:" + wire.rest());
    }

    @Test
    void aClientThatEndsItsSendingStillGetsTheAnswer() throws Exception {
        tcp(TcpProxyTest::echoAfterEnd);
        Wire client = mesh.client();

        client.send("question");
        client.endSending();

        assertThat(client.rest()).isEqualTo("got:question");
        Mesh.await("the end", () -> mesh.tcpOutcomes().equals("{-=1}"));
    }

    @Test
    void aServerThatEndsItsSendingStillGetsTheRest() throws Exception {
        tcp((self, wire) -> {
            wire.send("hello");
            wire.endSending();
            self.note(new Wire.Message(wire.rest(), java.util.List.of(), ""));
        });
        Wire client = mesh.client();

        assertThat(client.rest()).isEqualTo("hello");
        client.send("and on");
        client.endSending();

        Mesh.await("the rest", () -> !upstream.requests.isEmpty());
        assertThat(upstream.requests.peek().start()).isEqualTo("and on");
        Mesh.await("the end", () -> mesh.tcpOutcomes().equals("{-=1}"));
    }

    @Test
    void aResetOfTheServerIsAResetForTheClient() throws Exception {
        tcp((self, wire) -> {
            wire.bytes(1);
            wire.reset();
        });
        Wire client = mesh.client();

        client.send("x");

        assertThat(client.end()).isEqualTo("RST");
        assertThat(mesh.tcpOutcomes()).isEqualTo("{UC=1}");
    }

    @Test
    void aResetOfTheClientIsAResetForTheServer() throws Exception {
        tcp((self, wire) -> {
            wire.send("x");
            self.note(new Wire.Message(wire.end(), java.util.List.of(), ""));
        });
        Wire client = mesh.client();
        client.bytes(1);

        client.reset();

        Mesh.await("the end", () -> !upstream.requests.isEmpty());
        assertThat(upstream.requests.peek().start()).isEqualTo("RST");
        assertThat(mesh.tcpOutcomes()).isEqualTo("{DC=1}");
    }

    @Test
    void nobodyThereIsAReset() throws Exception {
        tcp(TcpProxyTest::echoAfterEnd);
        upstream.close();
        Wire client = mesh.client();

        assertThat(client.end()).isEqualTo("RST");
        assertThat(mesh.tcpOutcomes()).isEqualTo("{UF=1}");
    }

    @Test
    void noClusterAndNoEndpointAreAResetAndCounted() throws Exception {
        mesh = new Mesh(new Config().outboundTcp("none").build());
        assertThat(mesh.client().end()).isEqualTo("RST");
        assertThat(mesh.tcpOutcomes()).isEqualTo("{NC=1}");

        mesh.install(new Config().outboundTcp("t").cluster("t", false).build());
        assertThat(mesh.client().end()).isEqualTo("RST");
        assertThat(mesh.tcpOutcomes()).isEqualTo("{NC=1, UH=1}");
        assertThat(mesh.count(TcpStat.DOWNSTREAM_CX_NO_ROUTE)).isEqualTo(2);
    }

    private void detected(FakeUpstream.NotingScript script, Duration timeout) throws Exception {
        serve(script, new Config().outboundDetected("t").route("a", "t").detectTimeout(timeout));
    }

    @Test
    void whatDetectionReadReachesAnOpaqueUpstream() throws Exception {
        detected(TcpProxyTest::echoAfterEnd, Duration.ZERO);
        Wire client = mesh.client();

        client.send("EH");
        Mesh.await("the connection", () -> mesh.runtime.connectionCount() == 1);
        client.send("LO you\r\n");
        client.send("more");
        client.endSending();

        assertThat(client.rest()).isEqualTo("got:EHLO you\r\nmore");
        assertThat(mesh.count(ListenerStat.DETECTED_TCP)).isEqualTo(1);
    }

    @Test
    void aFinBeforeTheFirstLineIsWholeDecidesAndIsPassedOn() throws Exception {
        detected(TcpProxyTest::echoAfterEnd, Duration.ZERO);
        Wire client = mesh.client();

        client.send("GET /half");
        client.endSending();

        assertThat(client.rest()).isEqualTo("got:GET /half");
    }

    @Test
    void httpIsDetectedInPieces() throws Exception {
        detected(
                (self, wire) -> {
                    self.note(wire.readRequest());
                    wire.send(FakeUpstream.OK);
                },
                Duration.ZERO);
        Wire client = mesh.client();

        for (String piece : "GET / HTTP/1.1\r\nHost: a\r\n\r\n".split("(?<=\\G.{5})", -1)) {
            client.send(piece);
        }

        assertThat(client.readResponse().body()).isEqualTo("ok");
        assertThat(mesh.count(ListenerStat.DETECTED_HTTP)).isEqualTo(1);
    }

    @Test
    void aServerThatSpeaksFirstIsHeardAfterTheTimeout() throws Exception {
        detected((self, wire) -> wire.send("welcome"), Duration.ofMillis(20));

        assertThat(mesh.client().rest()).isEqualTo("welcome");
        assertThat(mesh.count(ListenerStat.DOWNSTREAM_PRE_CX_TIMEOUT)).isEqualTo(1);
    }

    @Test
    void aClientThatLeavesBeforeItsFirstByteLeavesNothing() throws Exception {
        detected(TcpProxyTest::echoAfterEnd, Duration.ofSeconds(5));
        mesh.client().reset();
        Mesh.await("the connection", () -> mesh.count(ListenerStat.DOWNSTREAM_CX_TOTAL) == 1);
        assertThat(upstream.connections).hasValue(0);
    }

    @Test
    void aConnectionIsHeldUntilItsListenerComesAndLosesNothing() throws Exception {
        serve(TcpProxyTest::echoAfterEnd, new Config());
        Wire client = mesh.client();
        client.send("early");
        client.endSending();
        Mesh.await("the hold", () -> mesh.count(ListenerStat.HELD_FOR_CONFIGURATION) == 1);

        mesh.install(new Config().cluster("t", false, upstream.address()).outboundTcp("t").build());

        assertThat(client.rest()).isEqualTo("got:early");
    }

    @Test
    void aConnectionThatNoChainTakesIsReset() throws Exception {
        serve(TcpProxyTest::echoAfterEnd, new Config().inbound(true, null, Config.tcp("t")));
        Wire client = mesh.inboundClient();

        client.send("no TLS");

        assertThat(client.end()).isEqualTo("RST");
        assertThat(mesh.count(ListenerStat.NO_FILTER_CHAIN_MATCH)).isEqualTo(1);
    }
}
