package dev.fairlead.agent.data.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.model.listener.Filter;
import dev.fairlead.agent.model.route.RouteAction;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Opaque connections that a proxy is asked to carry on. Source: Envoy, tunneling_config. */
@SuppressWarnings("NullAway.Init") // made by each test
class ConnectTunnelTest {

    private static final String ASKED =
            "CONNECT db.example.com:5432 HTTP/1.1\r\nhost: db.example.com:5432\r\n\r\n";

    private Mesh mesh;
    private FakeUpstream proxy;

    private void serve(FakeUpstream.NotingScript script) throws Exception {
        proxy = FakeUpstream.scripted(script);
        Filter filter =
                new Filter.Tcp(
                        "tcp",
                        RouteAction.Forward.to("t"),
                        Duration.ZERO,
                        null,
                        List.of(),
                        "db.example.com:5432");
        mesh =
                new Mesh(
                        new Config()
                                .outboundTcp(filter)
                                .cluster("t", false, proxy.address())
                                .build());
        mesh.closing(proxy);
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        mesh.close();
    }

    @Test
    void bytesFollowTheAnswerBothWays() throws Exception {
        serve((self, wire) -> {
            self.note(new Wire.Message(wire.bytes(ASKED.length()), List.of(), ""));
            wire.send("HTTP/1.1 200 OK\r\nserver: x\r\n\r\nfirst;");
            wire.send("got:" + wire.rest());
        });
        Wire client = mesh.client();

        client.send("question");
        client.endSending();

        assertThat(client.rest()).isEqualTo("first;got:question");
        assertThat(proxy.requests.peek().start()).isEqualTo(ASKED);
        Mesh.await("the end", () -> mesh.tcpOutcomes().equals("{-=1}"));
    }

    @Test
    void anAnswerMayComeInPiecesAndBehindOthers() throws Exception {
        serve((self, wire) -> {
            wire.bytes(ASKED.length());
            wire.send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 2");
            wire.send("04 No\r\n\r");
            wire.send("\nhello");
            wire.endSending();
            wire.rest();
        });
        Wire client = mesh.client();
        assertThat(client.rest()).isEqualTo("hello");
        client.endSending();
        Mesh.await("the end", () -> mesh.tcpOutcomes().equals("{-=1}"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n",
                "HTTP/1.1 101 Switching\r\n\r\n",
                "HTTP/1.1 2000 Much\r\n\r\n",
                "HTTP/2 200 OK\r\n\r\n",
                "SSH-2.0-x\r\n\r\n",
                "\r\n\r\n"
            })
    void whoRefusesOrSpeaksSomethingElseIsLeft(String answer) throws Exception {
        serve((self, wire) -> {
            wire.bytes(ASKED.length());
            wire.send(answer);
            wire.rest();
        });
        assertThat(mesh.client().end()).isEqualTo("RST");
        assertThat(mesh.tcpOutcomes()).isEqualTo("{UF=1}");
    }

    @Test
    void whoEndsInsteadOfAnsweringIsLeft() throws Exception {
        serve((self, wire) -> {
            wire.bytes(ASKED.length());
            wire.send("HTTP/1.1 200 OK\r\n");
        });
        assertThat(mesh.client().end()).isEqualTo("RST");
        assertThat(mesh.tcpOutcomes()).isEqualTo("{UF=1}");
    }

    @Test
    void aClientThatLeavesWhileTheTunnelIsAskedForTakesItAlong() throws Exception {
        serve((self, wire) -> {
            wire.bytes(ASKED.length());
            self.note(new Wire.Message("asked", List.of(), ""));
            self.note(new Wire.Message(wire.end(), List.of(), ""));
        });
        Wire client = mesh.client();
        Mesh.await("the request", () -> !proxy.requests.isEmpty());

        client.reset();

        Mesh.await("the end", () -> proxy.requests.size() == 2);
        assertThat(mesh.tcpOutcomes()).isEqualTo("{DC=1}");
    }

    @Test
    void aHeadHasAnEnd() throws Exception {
        serve((self, wire) -> {
            wire.bytes(ASKED.length());
            wire.send("HTTP/1.1 200 OK\r\nx: " + "y".repeat(20_000));
            wire.rest();
        });
        assertThat(mesh.client().end()).isEqualTo("RST");
    }
}
