package dev.fairlead.agent.data.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.data.proxy.Wire.Message;
import dev.fairlead.agent.data.stats.ClusterStat;
import dev.fairlead.agent.data.stats.TcpStat;
import dev.fairlead.agent.data.upstream.NodeLimits;
import dev.fairlead.agent.model.cluster.CircuitBreakers;
import dev.fairlead.agent.model.cluster.ConnectionPool;
import dev.fairlead.agent.model.cluster.HttpProtocol;
import dev.fairlead.agent.model.cluster.LoadBalancing;
import dev.fairlead.agent.model.cluster.TrafficPolicy;
import dev.fairlead.agent.model.listener.Filter;
import dev.fairlead.agent.model.route.RouteAction;
import java.net.SocketException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Circuit breakers and lives of connections, end to end. Source: Envoy, "Circuit breaking". */
@SuppressWarnings("NullAway.Init") // made by each test
class PoolsTest {

    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final ConnectionPool POOL = ConnectionPool.DEFAULT;

    private FakeUpstream upstream;
    private Mesh mesh;

    /** Answers a request when the test has noted that it may. */
    @BeforeEach
    void serve() throws Exception {
        upstream =
                FakeUpstream.scripted((self, wire) -> {
                    while (true) {
                        wire.readRequest();
                        self.note(new Message("got", List.of(), ""));
                        Mesh.awaitInScript(() -> allowed >= self.requests.size());
                        wire.send(FakeUpstream.OK);
                    }
                });
    }

    private volatile int allowed;

    @AfterEach
    void nothingIsLeft() throws Exception {
        allowed = Integer.MAX_VALUE;
        mesh.close();
    }

    private void begin(CircuitBreakers breakers, ConnectionPool pool) throws Exception {
        mesh = new Mesh(config(breakers, pool).build());
        mesh.closing(upstream);
    }

    private Config config(CircuitBreakers breakers, ConnectionPool pool) {
        return new Config()
                .policy(policy(breakers, pool))
                .service("a", upstream.address())
                .outboundHttp();
    }

    private static TrafficPolicy policy(CircuitBreakers breakers, ConnectionPool pool) {
        return new TrafficPolicy(LoadBalancing.DEFAULT, breakers, null, null, pool);
    }

    private static CircuitBreakers limits(int connections, int pending, int requests) {
        return new CircuitBreakers(connections, pending, requests, 3, null);
    }

    private Wire ask() throws Exception {
        Wire client = mesh.client();
        client.send(GET);
        return client;
    }

    private void await(ClusterStat stat, long value) throws Exception {
        Mesh.await(stat + " " + value, () -> mesh.count(stat) == value);
    }

    @Test
    void atTheLimitRequestsWaitForTheConnectionAndTheNextOverflow() throws Exception {
        begin(limits(1, 1, 1024), POOL);
        Wire first = ask();
        await(ClusterStat.UPSTREAM_RQ_ACTIVE, 1);
        Wire second = ask();
        await(ClusterStat.UPSTREAM_RQ_PENDING_ACTIVE, 1);
        Wire third = ask();

        Message refused = third.readResponse();
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.body()).endsWith("reset reason: overflow");
        assertThat(mesh.count(ClusterStat.CX_OPEN)).isEqualTo(1);
        assertThat(mesh.count(ClusterStat.RQ_PENDING_OPEN)).isEqualTo(1);
        allowed = Integer.MAX_VALUE;
        assertThat(first.readResponse().status()).isEqualTo(200);
        assertThat(second.readResponse().status()).isEqualTo(200);
        assertThat(upstream.connections).hasValue(1);
        assertThat(mesh.outcomes()).isEqualTo("{200 -=2, 503 UO=1}");
        assertThat(mesh.count(ClusterStat.UPSTREAM_RQ_PENDING_TOTAL)).isEqualTo(2);
        assertThat(mesh.count(ClusterStat.UPSTREAM_RQ_PENDING_OVERFLOW)).isEqualTo(1);
        assertThat(mesh.count(ClusterStat.UPSTREAM_CX_OVERFLOW)).isEqualTo(1);
    }

    /** Features 3.1, point 16. */
    @Test
    void withOneRequestAConnectionAllThatIsSentWaits() throws Exception {
        begin(limits(1, 1, 1024), new ConnectionPool(null, null, 1, null, null));
        allowed = Integer.MAX_VALUE;
        Wire client = mesh.client();
        for (int i = 0; i < 5; i++) {
            client.send(GET);
            assertThat(client.readResponse().status()).isEqualTo(200);
        }

        assertThat(upstream.connections).hasValue(5);
        assertThat(mesh.count(ClusterStat.UPSTREAM_RQ_PENDING_TOTAL)).isEqualTo(5);
        assertThat(mesh.count(ClusterStat.UPSTREAM_CX_MAX_REQUESTS)).isEqualTo(5);
        await(ClusterStat.UPSTREAM_CX_DESTROY_LOCAL, 5);
    }

    @Test
    void requestsUnderWayHaveALimitToo() throws Exception {
        begin(limits(1024, 1024, 1), POOL);
        Wire first = ask();
        await(ClusterStat.UPSTREAM_RQ_ACTIVE, 1);

        assertThat(ask().readResponse().status()).isEqualTo(503);
        allowed = Integer.MAX_VALUE;
        assertThat(first.readResponse().status()).isEqualTo(200);
        assertThat(mesh.outcomes()).isEqualTo("{200 -=1, 503 UO=1}");
    }

    @Test
    void aRaisedLimitLetsGoWhoWaits() throws Exception {
        begin(limits(1, 10, 1024), POOL);
        Wire first = ask();
        await(ClusterStat.UPSTREAM_RQ_ACTIVE, 1);
        Wire second = ask();
        await(ClusterStat.UPSTREAM_RQ_PENDING_ACTIVE, 1);

        mesh.install(config(limits(2, 10, 1024), POOL).build());

        await(ClusterStat.UPSTREAM_RQ_ACTIVE, 2);
        allowed = Integer.MAX_VALUE;
        assertThat(first.readResponse().status()).isEqualTo(200);
        assertThat(second.readResponse().status()).isEqualTo(200);
        assertThat(upstream.connections).hasValue(2);
    }

    @Test
    void aClientThatLeavesLeavesTheQueue() throws Exception {
        begin(limits(1, 1, 1024), POOL);
        Wire first = ask();
        await(ClusterStat.UPSTREAM_RQ_ACTIVE, 1);
        Wire second = ask();
        await(ClusterStat.UPSTREAM_RQ_PENDING_ACTIVE, 1);

        second.reset();

        await(ClusterStat.UPSTREAM_RQ_PENDING_ACTIVE, 0);
        assertThat(mesh.count(ClusterStat.UPSTREAM_RQ_CANCELLED)).isEqualTo(1);
        allowed = Integer.MAX_VALUE;
        assertThat(first.readResponse().status()).isEqualTo(200);
    }

    @Test
    void anIdleConnectionGoesInTime() throws Exception {
        begin(
                CircuitBreakers.DEFAULT,
                new ConnectionPool(Duration.ofMillis(5), null, 0, null, null));
        allowed = Integer.MAX_VALUE;

        assertThat(ask().readResponse().status()).isEqualTo(200);

        await(ClusterStat.UPSTREAM_CX_IDLE_TIMEOUT, 1);
        await(ClusterStat.UPSTREAM_CX_ACTIVE, 0);
    }

    @Test
    void aConnectionThatHasLivedLongEndsAfterItsRequest() throws Exception {
        begin(
                CircuitBreakers.DEFAULT,
                new ConnectionPool(null, Duration.ofMillis(5), 0, null, null));
        Wire client = ask();
        await(ClusterStat.UPSTREAM_CX_MAX_DURATION_REACHED, 1);
        allowed = Integer.MAX_VALUE;

        assertThat(client.readResponse().status()).isEqualTo(200);

        await(ClusterStat.UPSTREAM_CX_ACTIVE, 0);
    }

    @Test
    void streamsOfHttp2CountTheSame() throws Exception {
        H2Server server = H2Server.that(_ -> {});
        mesh =
                new Mesh(
                        new Config()
                                .protocol(HttpProtocol.HTTP2)
                                .policy(policy(limits(1, 2, 2), POOL))
                                .service("a", server.address())
                                .outboundHttp()
                                .build());
        mesh.closing(server);
        H2Client client = mesh.http2Client();
        client.call(H2Client.get("a", "/"), true);
        await(ClusterStat.UPSTREAM_RQ_ACTIVE, 1);
        client.call(H2Client.get("a", "/"), true);
        await(ClusterStat.UPSTREAM_RQ_ACTIVE, 2);

        assertThat(client.call(H2Client.get("a", "/"), true).get().status()).isEqualTo(503);

        assertThat(mesh.count(ClusterStat.UPSTREAM_CX_TOTAL)).isEqualTo(1);
        assertThat(mesh.count(ClusterStat.UPSTREAM_RQ_ACTIVE_OVERFLOW)).isEqualTo(1);
        assertThat(mesh.count(ClusterStat.UPSTREAM_RQ_PENDING_OVERFLOW)).isZero();
        assertThat(mesh.count(ClusterStat.RQ_OPEN)).isEqualTo(1);
    }

    private void tcp(CircuitBreakers breakers, Duration idle, @Nullable Duration most)
            throws Exception {
        mesh =
                new Mesh(
                        new Config()
                                .policy(policy(breakers, POOL))
                                .cluster("t", false, upstream.address())
                                .outboundTcp(
                                        new Filter.Tcp(
                                                "tcp", RouteAction.Forward.to("t"), idle, most))
                                .build());
        mesh.closing(upstream);
    }

    @Test
    void opaqueConnectionsBeyondTheLimitAreReset() throws Exception {
        tcp(limits(1, 1024, 0), Duration.ZERO, null);
        Wire first = ask();
        await(ClusterStat.UPSTREAM_RQ_ACTIVE, 1);
        try {
            mesh.client().send("?");
        } catch (SocketException e) { // it may be refused before this is sent
            assertThat(e).hasMessageContaining("reset");
        }
        Mesh.await("the refusal", () -> mesh.tcpOutcomes().contains("UO=1"));
        assertThat(mesh.count(ClusterStat.UPSTREAM_CX_OVERFLOW)).isEqualTo(1);
        assertThat(mesh.count(ClusterStat.UPSTREAM_CX_ACTIVE)).isEqualTo(1);
        first.reset();
        await(ClusterStat.UPSTREAM_CX_ACTIVE, 0);
    }

    @Test
    void opaqueConnectionsEndWhenIdleOrOld() throws Exception {
        tcp(CircuitBreakers.DEFAULT, Duration.ofMillis(5), null);
        mesh.client().send("?");
        Mesh.await("idle", () -> mesh.count(TcpStat.IDLE_TIMEOUT) == 1);
        mesh.close();

        serve();
        tcp(CircuitBreakers.DEFAULT, Duration.ZERO, Duration.ofMillis(5));
        mesh.client().send("?");
        Mesh.await("the end", () -> mesh.count(TcpStat.MAX_DOWNSTREAM_CONNECTION_DURATION) == 1);
    }

    /** Two pods on two loops. */
    @Test
    void theNodesLimitIsForAllItsPods() throws Exception {
        CircuitBreakers shared = new CircuitBreakers(1024, 1024, 1, 3, null, true);
        NodeLimits node = new NodeLimits();
        mesh = new Mesh(config(shared, POOL).build(), node);
        mesh.closing(upstream);
        try (Mesh other = new Mesh(config(shared, POOL).build(), node)) {
            Wire mine = ask();
            await(ClusterStat.UPSTREAM_RQ_ACTIVE, 1);
            Wire theirs = other.client();
            theirs.send(GET);
            assertThat(theirs.readResponse().status()).isEqualTo(503);

            allowed = Integer.MAX_VALUE;
            assertThat(mine.readResponse().status()).isEqualTo(200);
            await(ClusterStat.UPSTREAM_RQ_ACTIVE, 0);
            theirs.send(GET);
            assertThat(theirs.readResponse().status()).isEqualTo(200);
            assertThat(other.outcomes()).isEqualTo("{200 -=1, 503 UO=1}");
        }
    }
}
