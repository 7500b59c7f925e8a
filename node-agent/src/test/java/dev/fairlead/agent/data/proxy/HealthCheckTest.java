package dev.fairlead.agent.data.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.data.health.NodeChecks;
import dev.fairlead.agent.data.outlier.OutlierConfig;
import dev.fairlead.agent.data.proxy.Wire.Message;
import dev.fairlead.agent.data.stats.CheckStat;
import dev.fairlead.agent.data.stats.ClusterStat;
import dev.fairlead.agent.data.stats.OutlierStat;
import dev.fairlead.agent.model.cluster.HealthCheck;
import dev.fairlead.agent.model.cluster.HealthCheck.Kind;
import dev.fairlead.agent.model.cluster.LoadBalancing;
import dev.fairlead.agent.model.cluster.OutlierDetection;
import dev.fairlead.agent.model.cluster.TrafficPolicy;
import dev.fairlead.agent.model.snapshot.Snapshot;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Endpoints are asked how they are, end to end. Source: Envoy, "Health checking". */
class HealthCheckTest {

    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String ILL = "HTTP/1.1 503 Ill\r\nContent-Length: 0\r\n\r\n";
    private static final Kind READY =
            new Kind.Http("", "/ready", "GET", List.of(new Kind.Statuses(200, 201)), false);

    private final List<AutoCloseable> open = new ArrayList<>();
    private final NodeChecks node = new NodeChecks();
    private final Server well = new Server();
    private final Server ill = new Server();

    /** A server that answers checks as the test says, and all else well. */
    private final class Server {
        final FakeUpstream upstream;
        volatile String health = FakeUpstream.OK;
        volatile int checks;
        volatile @Nullable Message last;

        Server() {
            try {
                upstream =
                        FakeUpstream.scripted((self, wire) -> {
                            while (true) {
                                Message request = wire.readRequest();
                                if (request.start().contains("/ready")) {
                                    last = request;
                                    checks++;
                                    wire.send(health);
                                } else {
                                    self.note(request);
                                    wire.send(FakeUpstream.OK);
                                }
                            }
                        });
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
            open.add(upstream);
        }

        InetSocketAddress address() {
            return upstream.address();
        }
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
        Mesh.assertNoLeak();
    }

    private static HealthCheck check(Kind kind) {
        return check(kind, Duration.ofSeconds(10));
    }

    private static HealthCheck check(Kind kind, Duration timeout) {
        return new HealthCheck(
                timeout,
                Duration.ofMillis(5),
                Duration.ofMillis(2),
                Duration.ofMillis(5),
                2,
                2,
                true,
                kind);
    }

    private static TrafficPolicy policy(HealthCheck check, @Nullable OutlierDetection outliers) {
        TrafficPolicy all = TrafficPolicy.DEFAULT;
        LoadBalancing one = all.balancing();
        var balancing =
                new LoadBalancing(
                        one.choices(),
                        one.minimumRingSize(),
                        one.maximumRingSize(),
                        one.maglevTableSize(),
                        null,
                        0,
                        false);
        return new TrafficPolicy(balancing, all.breakers(), outliers, check, all.pool());
    }

    private static Snapshot snapshot(HealthCheck check, InetSocketAddress... addresses) {
        return new Config()
                .policy(policy(check, null))
                .service("a", addresses)
                .outboundHttp()
                .build();
    }

    private Mesh pod(Snapshot snapshot) throws Exception {
        Mesh mesh = new Mesh(snapshot, node);
        open.add(mesh);
        return mesh;
    }

    private Mesh pod(Kind kind) throws Exception {
        return pod(snapshot(check(kind), well.address(), ill.address()));
    }

    private static int ask(Mesh of, int count) throws Exception {
        int answered = 0;
        try (Wire client = Wire.to(of.outboundPort())) {
            for (int i = 0; i < count; i++) {
                client.send(GET);
                answered += client.readResponse().status() == 200 ? 1 : 0;
            }
        }
        return answered;
    }

    private static void awaitHealthy(Mesh of, long healthy) throws Exception {
        Mesh.await(healthy + " healthy", () -> of.count(ClusterStat.MEMBERSHIP_HEALTHY) == healthy);
    }

    private static void awaitChecked(Mesh of, long healthy) throws Exception {
        Mesh.await(healthy + " found healthy", () -> of.count(CheckStat.HEALTHY) == healthy);
    }

    @Test
    void whoFailsGetsNothingUntilItSucceedsAgain() throws Exception {
        Mesh pod = pod(READY);
        assertThat(ask(pod, 4)).isEqualTo(4);
        awaitChecked(pod, 2);
        ill.health = ILL;
        awaitHealthy(pod, 1);
        awaitChecked(pod, 1);
        int before = ill.upstream.requests.size();
        assertThat(ask(pod, 10)).isEqualTo(10);
        assertThat(ill.upstream.requests).hasSize(before);

        ill.health = FakeUpstream.OK;
        awaitHealthy(pod, 2);
        assertThat(ask(pod, 10)).isEqualTo(10);
        assertThat(ill.upstream.requests).hasSizeGreaterThan(before);
        assertThat(pod.count(CheckStat.FAILURE)).isPositive();
        assertThat(pod.count(CheckStat.NETWORK_FAILURE)).isZero();
    }

    @Test
    void aCheckIsNoTrafficAndSaysWhoItIs() throws Exception {
        Mesh pod = pod(READY);
        ask(pod, 2);
        Mesh.await("checks", () -> well.checks > 5);
        assertThat(pod.count(ClusterStat.UPSTREAM_RQ_TOTAL)).isEqualTo(2);
        assertThat(pod.count(ClusterStat.UPSTREAM_CX_TOTAL)).isEqualTo(2);
        assertThat(well.upstream.connections.get()).isEqualTo(2); // one for all checks
        Message asked = well.last;
        assertThat(asked).isNotNull();
        assertThat(asked.start()).isEqualTo("GET /ready HTTP/1.1");
        assertThat(asked.header("host")).isEqualTo("a");
        assertThat(asked.header("user-agent")).isEqualTo("Envoy/HC");
    }

    @Test
    void eachCheckHasAConnectionOfItsOwnWhereThatIsWanted() throws Exception {
        HealthCheck reusing = check(READY);
        var fresh =
                new HealthCheck(
                        reusing.timeout(),
                        reusing.interval(),
                        reusing.jitter(),
                        reusing.unhealthyInterval(),
                        2,
                        2,
                        false,
                        READY);
        Mesh pod = pod(snapshot(fresh, well.address()));
        ask(pod, 1);
        Mesh.await("checks", () -> well.checks > 5);
        assertThat(well.upstream.connections.get()).isGreaterThan(5);
    }

    @Test
    void podsOfANodeShareAChecker() throws Exception {
        Mesh one = pod(READY);
        Mesh other = pod(READY);
        ask(one, 2);
        ask(other, 2);
        awaitChecked(one, 2);
        ill.health = ILL;
        awaitHealthy(one, 1);
        awaitHealthy(other, 1);
        assertThat(other.count(CheckStat.ATTEMPT)).isZero();
        int before = ill.upstream.requests.size();
        assertThat(ask(other, 10)).isEqualTo(10);
        assertThat(ill.upstream.requests).hasSize(before);
    }

    @Test
    void whenThePodThatAsksLeavesTheNextTakesOver() throws Exception {
        Mesh one = new Mesh(snapshot(check(READY), well.address(), ill.address()), node);
        Mesh other = pod(READY);
        ask(one, 2);
        ask(other, 2);
        ill.health = ILL;
        awaitHealthy(other, 1);
        one.close();
        awaitChecked(other, 1);
        ill.health = FakeUpstream.OK;
        awaitHealthy(other, 2);
        assertThat(other.count(CheckStat.ATTEMPT)).isPositive();
    }

    @Test
    void aPodThatComesLaterKnowsAtOnce() throws Exception {
        ill.health = ILL;
        Mesh one = pod(READY);
        ask(one, 1);
        awaitHealthy(one, 1);
        awaitChecked(one, 1);
        Mesh other = pod(READY);
        int before = ill.upstream.requests.size();
        assertThat(ask(other, 10)).isEqualTo(10);
        assertThat(ill.upstream.requests).hasSize(before);
    }

    @Test
    void anEndpointThatComesLaterGetsNothingBeforeACheckHasSucceeded() throws Exception {
        ill.health = ILL;
        Mesh pod = pod(snapshot(check(READY), well.address()));
        ask(pod, 1);
        awaitChecked(pod, 1);
        pod.install(snapshot(check(READY), well.address(), ill.address()));
        assertThat(ask(pod, 10)).isEqualTo(10);
        assertThat(ill.upstream.requests).isEmpty();
        assertThat(pod.count(ClusterStat.MEMBERSHIP_TOTAL)).isEqualTo(2);
        ill.health = FakeUpstream.OK;
        awaitHealthy(pod, 2);
    }

    @Test
    void whatIsNoLongerAskedForIsNoLongerAsked() throws Exception {
        ill.health = ILL;
        Mesh pod = pod(READY);
        ask(pod, 1);
        awaitHealthy(pod, 1);
        pod.install(
                new Config().service("a", well.address(), ill.address()).outboundHttp().build());
        awaitHealthy(pod, 2);
        assertThat(pod.count(CheckStat.HEALTHY)).isZero();
        long attempts = pod.count(CheckStat.ATTEMPT);
        ask(pod, 20);
        assertThat(pod.count(CheckStat.ATTEMPT)).isEqualTo(attempts);
    }

    @Test
    void networkFailuresMustBeSeveral() throws Exception {
        Mesh pod = pod(READY);
        ask(pod, 2);
        awaitChecked(pod, 2);
        ill.upstream.close();
        awaitHealthy(pod, 1);
        assertThat(pod.count(CheckStat.NETWORK_FAILURE)).isGreaterThanOrEqualTo(2);
        assertThat(ask(pod, 10)).isEqualTo(10);
    }

    @Test
    void whoDoesNotAnswerInTimeFails() throws Exception {
        var silent = FakeUpstream.thatNeverAnswers();
        open.add(silent);
        HealthCheck check = check(READY, Duration.ofMillis(300));
        Mesh pod = pod(snapshot(check, silent.address(), well.address()));
        try (Wire client = Wire.to(pod.outboundPort())) {
            client.send(GET);
            Mesh.await("a failure", () -> pod.count(CheckStat.NETWORK_FAILURE) > 1);
        }
        awaitChecked(pod, 1);
    }

    @Test
    void aCheckThatSucceedsEndsAnEjection() throws Exception {
        var failing =
                FakeUpstream.scripted((self, wire) -> {
                    while (true) {
                        boolean check = wire.readRequest().start().contains("/ready");
                        wire.send(check ? FakeUpstream.OK : ILL);
                    }
                });
        open.add(failing);
        var outliers =
                new OutlierConfig()
                        .consecutive5xx(1)
                        .ejection(Duration.ofHours(1), Duration.ofHours(1))
                        .build();
        Mesh pod =
                pod(
                        new Config()
                                .policy(policy(check(READY), outliers))
                                .service("a", failing.address(), well.address())
                                .outboundHttp()
                                .build());
        ask(pod, 2);
        Mesh.await("an ejection", () -> pod.count(OutlierStat.ENFORCED_TOTAL) == 1);
        Mesh.await("its end", () -> pod.count(OutlierStat.EJECTIONS_ACTIVE) == 0);
    }

    @Test
    void byBytes() throws Exception {
        var redis =
                FakeUpstream.scripted((self, wire) -> {
                    String first = wire.bytes(4);
                    if (first.equals("PING")) {
                        wire.send("+PO");
                        wire.send("NG\r\n");
                        wire.skipRest();
                    } else {
                        wire.send(FakeUpstream.OK);
                    }
                });
        open.add(redis);
        var kind = new Kind.Tcp(hex("PING"), List.of(hex("PONG")));
        Mesh pod =
                pod(snapshot(check(kind, Duration.ofMillis(300)), redis.address(), well.address()));
        ask(pod, 1);
        awaitHealthy(pod, 1); // the other one waits for a request
        assertThat(pod.count(CheckStat.SUCCESS)).isPositive();
    }

    private static String hex(String text) {
        return HexFormat.of().formatHex(text.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    }

    @Test
    void byAConnectionAlone() throws Exception {
        Mesh pod = pod(new Kind.Tcp(null, List.of()));
        ask(pod, 2);
        awaitChecked(pod, 2);
        ill.upstream.close();
        awaitHealthy(pod, 1);
    }

    @Test
    void byACall() throws Exception {
        var grpc = new HealthServer();
        open.add(grpc);
        Mesh pod = pod(snapshot(check(new Kind.Grpc("a.B", "")), grpc.address()));
        ask(pod, 1);
        awaitChecked(pod, 1);
        grpc.serving("a.B", false);
        awaitHealthy(pod, 0);
        grpc.serving("a.B", true);
        awaitHealthy(pod, 1);
    }

    @Test
    void anUnknownServiceIsNotServing() throws Exception {
        var grpc = new HealthServer();
        open.add(grpc);
        Mesh pod = pod(snapshot(check(new Kind.Grpc("other", "")), grpc.address()));
        ask(pod, 1);
        awaitHealthy(pod, 0);
        assertThat(pod.count(CheckStat.NETWORK_FAILURE)).isZero();
    }

    @Test
    void inHttp2() throws Exception {
        var server = H2Server.that(H2Server.Asked::ok);
        open.add(server);
        var kind = new Kind.Http("h", "/ready", "GET", List.of(new Kind.Statuses(200, 300)), true);
        Mesh pod = pod(snapshot(check(kind), server.address()));
        ask(pod, 1);
        awaitChecked(pod, 1);
    }
}
