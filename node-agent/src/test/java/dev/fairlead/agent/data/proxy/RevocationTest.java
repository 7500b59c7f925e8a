package dev.fairlead.agent.data.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.data.stats.ClusterStat;
import dev.fairlead.agent.data.stats.ListenerStat;
import dev.fairlead.agent.data.tls.TestAuthority;
import dev.fairlead.agent.data.tls.TlsContexts;
import dev.fairlead.agent.model.cluster.UpstreamTls;
import dev.fairlead.agent.model.cluster.UpstreamTransport;
import dev.fairlead.agent.model.identity.Svid;
import dev.fairlead.agent.model.listener.Filter;
import dev.fairlead.agent.model.listener.ServerTls;
import dev.fairlead.wire.identity.SpiffeId;
import dev.fairlead.wire.svid.Revocations;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two agents, and a list of certificates that their issuer takes back. */
@SuppressWarnings("NullAway.Init") // made by each test
class RevocationTest {

    private static final SpiffeId CLIENT = new SpiffeId("cluster.local", "default", "client");
    private static final SpiffeId SERVER = new SpiffeId("cluster.local", "default", "server");
    private static final List<String> ALPN = List.of("istio");
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    private final TestAuthority root = new TestAuthority("root");
    private final TestAuthority clients = root.intermediate("clients");
    private final TestAuthority servers = root.intermediate("servers");
    private final Svid client = clients.svid(CLIENT);
    private final Svid server = servers.svid(SERVER);
    private final TlsContexts clientSide = new TlsContexts("cluster.local", Clock.systemUTC());
    private final TlsContexts serverSide = new TlsContexts("cluster.local", Clock.systemUTC());
    private Mesh source;
    private Mesh target;

    private void serve(FakeUpstream application, boolean http) throws Exception {
        clientSide.install(client);
        serverSide.install(server);
        Filter filter = http ? Config.http() : Config.tcp("app");
        target =
                new Mesh(
                        new Config()
                                .originalDestination("app")
                                .route("*", "app")
                                .inbound(true, new ServerTls(SERVER, ALPN, false), filter)
                                .build(),
                        serverSide,
                        new OnTheWire());
        target.destination = application.address();
        target.closing(application);
        Config config =
                new Config()
                        .transport(
                                new UpstreamTransport.Mutual(
                                        new UpstreamTls("", ALPN, Set.of(SERVER), false)))
                        .service("a", Mesh.address(target.inboundPort()));
        source =
                new Mesh(
                        (http ? config.outboundHttp() : config.outboundTcp("a")).build(),
                        clientSide,
                        new OnTheWire());
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        source.close();
        target.close();
        clientSide.remove(CLIENT);
        serverSide.remove(SERVER);
    }

    private static int status(Wire wire) throws Exception {
        wire.send(GET);
        return wire.readResponse().status();
    }

    @Test
    void aClientsConnectionsEndAndItGetsNoNewOnes() throws Exception {
        serve(FakeUpstream.thatAnswers(FakeUpstream.OK), true);
        Wire wire = source.client();
        assertThat(status(wire)).isEqualTo(200);

        int ended = serverSide.revoke(clients.revoking(client.leaf()));

        assertThat(ended).isEqualTo(1);
        Mesh.await("the reset", () -> target.count(ListenerStat.DOWNSTREAM_CX_ACTIVE) == 0);
        assertThat(status(wire)).isEqualTo(503);
        Mesh.await("both named", () -> target.count(ListenerStat.SSL_CERTIFICATE_REVOKED) >= 2);
        assertThat(serverSide.counters().revoked()).isGreaterThanOrEqualTo(2);
    }

    @Test
    void aServersConnectionsEndAndItIsRefusedBeforeAByteIsSent() throws Exception {
        serve(FakeUpstream.thatAnswers(FakeUpstream.OK), true);
        Wire wire = source.client();
        assertThat(status(wire)).isEqualTo(200);

        clientSide.revoke(servers.revoking(server.leaf()));

        Mesh.await("the reset", () -> target.count(ListenerStat.DOWNSTREAM_CX_ACTIVE) == 0);
        assertThat(status(wire)).isEqualTo(503);
        assertThat(source.count(ClusterStat.SSL_CERTIFICATE_REVOKED)).isEqualTo(2);
        assertThat(source.count(ClusterStat.SSL_CONNECTION_ERROR)).isEqualTo(1);
        assertThat(source.outcomes()).isEqualTo("{200 -=1, 503 UF=1}");
    }

    @Test
    void anIntermediateTakesAllItsLeavesWithIt() throws Exception {
        serve(FakeUpstream.thatAnswers(FakeUpstream.OK), true);
        Wire wire = source.client();
        assertThat(status(wire)).isEqualTo(200);

        assertThat(clientSide.revoke(root.revoking(servers.root))).isEqualTo(1);

        assertThat(status(wire)).isEqualTo(503);
    }

    @Test
    void othersGoOn() throws Exception {
        serve(FakeUpstream.thatAnswers(FakeUpstream.OK), true);
        Wire wire = source.client();
        assertThat(status(wire)).isEqualTo(200);

        assertThat(serverSide.revoke(clients.revoking(server.leaf()))).isZero();
        assertThat(clientSide.revoke(root.revoking(clients.root))).isZero();

        assertThat(status(wire)).isEqualTo(200);
        assertThat(source.count(ClusterStat.SSL_HANDSHAKE)).isEqualTo(1);
    }

    @Test
    void whatIsTakenOffTheListIsTakenAgain() throws Exception {
        serve(FakeUpstream.thatAnswers(FakeUpstream.OK), true);
        clientSide.revoke(servers.revoking(server.leaf()));
        Wire wire = source.client();
        assertThat(status(wire)).isEqualTo(503);

        clientSide.revoke(Revocations.NONE);

        assertThat(status(wire)).isEqualTo(200);
    }

    @Test
    void anOpaqueConnectionIsReset() throws Exception {
        serve(
                FakeUpstream.scripted(
                        (self, wire) -> wire.send("got:" + wire.bytes(5) + wire.rest())),
                false);
        Wire wire = source.client();
        wire.send("hel");
        Mesh.await("it", () -> target.count(ListenerStat.SSL_HANDSHAKE) == 1);
        Mesh.await("it", () -> target.count(ListenerStat.DOWNSTREAM_CX_ACTIVE) == 1);

        serverSide.revoke(clients.revoking(client.leaf()));

        assertThat(wire.end()).isEqualTo("RST");
        assertThat(target.count(ListenerStat.SSL_CERTIFICATE_REVOKED)).isEqualTo(1);
    }
}
