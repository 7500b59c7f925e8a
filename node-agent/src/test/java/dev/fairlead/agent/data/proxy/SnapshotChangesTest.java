package dev.fairlead.agent.data.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.data.proxy.Wire.Message;
import dev.fairlead.agent.data.stats.ClusterStat;
import dev.fairlead.agent.model.cluster.UpstreamTls;
import dev.fairlead.agent.model.cluster.UpstreamTransport;
import dev.fairlead.wire.identity.SpiffeId;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Configuration that changes between requests and under them. */
@SuppressWarnings("NullAway.Init") // made by each test
class SnapshotChangesTest {

    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final UpstreamTransport MUTUAL =
            new UpstreamTransport.Mutual(
                    new UpstreamTls(
                            "",
                            List.of("istio"),
                            Set.of(new SpiffeId("cluster.local", "default", "server")),
                            false));

    private Mesh mesh;
    private FakeUpstream upstream;
    private Wire client;

    /** Answers a request when the test has noted that it may. */
    @BeforeEach
    void serve() throws Exception {
        upstream =
                FakeUpstream.scripted((self, wire) -> {
                    while (true) {
                        boolean slow = wire.readRequest().start().contains("/slow");
                        int seen = self.requests.size() + 1;
                        self.note(new Message("got", List.of(), ""));
                        if (slow) {
                            Mesh.awaitInScript(() -> self.requests.size() > seen);
                        }
                        wire.send(FakeUpstream.OK);
                    }
                });
        mesh = new Mesh(plain().build());
        mesh.closing(upstream);
        client = mesh.client();
    }

    private Config plain() {
        return new Config().service("a", upstream.address()).outboundHttp();
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        mesh.close();
    }

    private void get() throws Exception {
        client.send(GET);
        assertThat(client.readResponse().status()).isEqualTo(200);
    }

    private void beginSlow() throws Exception {
        int before = upstream.requests.size();
        client.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
        Mesh.await("the request", () -> upstream.requests.size() > before);
    }

    private void endSlow() throws Exception {
        upstream.note(new Message("go on", List.of(), ""));
        assertThat(client.readResponse().body()).isEqualTo("ok");
    }

    private void allClosed() throws Exception {
        Mesh.await("the close", () -> mesh.count(ClusterStat.UPSTREAM_CX_ACTIVE) == 0);
    }

    @Test
    void aPodThatASidecarPicksIsRoutedByItsOwnScope() throws Exception {
        get();
        mesh.install(plain().inScope("default/picked").build());
        get();
        try (Wire another = mesh.client()) {
            another.send(GET);
            assertThat(another.readResponse().status()).isEqualTo(200);
        }
    }

    @Test
    void anEqualSnapshotKeepsTheConnection() throws Exception {
        get();
        mesh.install(plain().build());
        get();

        assertThat(upstream.connections).hasValue(1);
    }

    @Test
    void aClusterThatGoesUnderARequestLetsItEnd() throws Exception {
        beginSlow();

        mesh.install(new Config().route("a", "a").outboundHttp().build());
        endSlow();

        allClosed();
        client.send(GET);
        assertThat(client.readResponse().status()).isEqualTo(503);
        assertThat(mesh.outcomes()).isEqualTo("{200 -=1, 503 NC=1}");
    }

    @Test
    void aClusterThatGoesClosesItsIdleConnections() throws Exception {
        get();

        mesh.install(new Config().route("a", "a").outboundHttp().build());

        allClosed();
    }

    @Test
    void anEndpointThatGoesUnderARequestLetsItEnd() throws Exception {
        FakeUpstream other = mesh.closing(FakeUpstream.thatAnswers(FakeUpstream.OK));
        beginSlow();

        mesh.install(new Config().service("a", other.address()).outboundHttp().build());
        endSlow();

        allClosed();
        get();
        assertThat(other.connections).hasValue(1);
        assertThat(upstream.connections).hasValue(1);
    }

    @Test
    void noEndpointsAre503() throws Exception {
        get();

        mesh.install(new Config().service("a").outboundHttp().build());

        client.send(GET);
        assertThat(client.readResponse().body()).isEqualTo("no healthy upstream");
        allClosed();
        assertThat(mesh.outcomes()).isEqualTo("{200 -=1, 503 UH=1}");
    }

    /** A plaintext connection must not live on in the pool when mTLS has been ordered. */
    @Test
    void aNewTransportClosesIdleConnectionsAndBusyOnesAfterTheirRequest() throws Exception {
        Wire idle = mesh.client();
        idle.send(GET);
        idle.readResponse();
        beginSlow();

        mesh.install(
                new Config()
                        .transport(MUTUAL)
                        .service("a", upstream.address())
                        .outboundHttp()
                        .build());
        endSlow();

        allClosed();
        client.send(GET); // and there is no SVID for the new one
        assertThat(client.readResponse().status()).isEqualTo(503);
        assertThat(mesh.outcomes()).isEqualTo("{200 -=2, 503 NRDY=1}");
    }

    @Test
    void aNewTransportWhileAConnectionIsMadeKeepsItOutOfThePool() throws Exception {
        mesh.beforeConnect =
                () -> {
                    mesh.beforeConnect = null;
                    mesh.loop.execute(() ->
                            mesh.installOnLoop(
                                    new Config()
                                            .transport(MUTUAL)
                                            .service("a", upstream.address())
                                            .outboundHttp()
                                            .build()));
                };

        get();

        allClosed();
    }

    @Test
    void anEndpointThatBecomesCapturedUnderAutoMutualTlsIsNotCalledPlainlyAgain() throws Exception {
        UpstreamTransport auto =
                new UpstreamTransport.Auto(((UpstreamTransport.Mutual) MUTUAL).tls());
        mesh.install(
                new Config()
                        .transport(auto)
                        .cluster("a", false, upstream.address())
                        .route("a", "a")
                        .outboundHttp()
                        .build());
        beginSlow();

        mesh.install(
                new Config()
                        .transport(auto)
                        .cluster("a", true, upstream.address())
                        .route("a", "a")
                        .outboundHttp()
                        .build());
        endSlow();

        allClosed();
    }
}
