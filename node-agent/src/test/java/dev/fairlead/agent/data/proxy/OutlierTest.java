package dev.fairlead.agent.data.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.data.outlier.OutlierConfig;
import dev.fairlead.agent.data.stats.ClusterStat;
import dev.fairlead.agent.data.stats.OutlierStat;
import dev.fairlead.agent.model.cluster.HttpProtocol;
import dev.fairlead.agent.model.cluster.LoadBalancing;
import dev.fairlead.agent.model.cluster.TrafficPolicy;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Endpoints that fail are left alone for a while, end to end. Source: Envoy, "Outlier detection".
 */
class OutlierTest {

    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String BAD = "HTTP/1.1 503 Nope\r\nContent-Length: 0\r\n\r\n";
    private static final Duration INTERVAL = Duration.ofMillis(10);

    private final FakeUpstream good = FakeUpstream.thatAnswers(FakeUpstream.OK);
    private final FakeUpstream bad;
    private volatile String badAnswer = BAD;
    private @Nullable Mesh mesh;
    private @Nullable Mesh other;

    OutlierTest() throws Exception {
        bad =
                FakeUpstream.scripted((self, wire) -> {
                    while (true) {
                        self.note(wire.readRequest());
                        wire.send(badAnswer);
                    }
                });
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        good.close();
        bad.close();
        if (mesh != null) {
            mesh.close();
        }
        if (other != null) {
            other.close();
        }
    }

    private static TrafficPolicy policy(OutlierConfig outliers, int panicPercent) {
        TrafficPolicy all = TrafficPolicy.DEFAULT;
        LoadBalancing balancing = all.balancing();
        return new TrafficPolicy(
                new LoadBalancing(
                        balancing.choices(),
                        balancing.minimumRingSize(),
                        balancing.maximumRingSize(),
                        balancing.maglevTableSize(),
                        null,
                        panicPercent,
                        false),
                all.breakers(),
                outliers.interval(INTERVAL).build(),
                null,
                all.pool());
    }

    private Config config(OutlierConfig outliers, InetSocketAddress... addresses) {
        return new Config().policy(policy(outliers, 0)).service("a", addresses).outboundHttp();
    }

    private Mesh begin(OutlierConfig outliers) throws Exception {
        mesh = new Mesh(config(outliers, good.address(), bad.address()).build());
        return mesh;
    }

    /** Sends so many requests, each when the one before was answered; how many were well. */
    private static int ask(Mesh of, int count) throws Exception {
        int well = 0;
        try (Wire client = Wire.to(of.outboundPort())) {
            for (int i = 0; i < count; i++) {
                client.send(GET);
                well += client.readResponse().status() == 200 ? 1 : 0;
            }
        }
        return well;
    }

    private static void awaitEjected(Mesh of, long ejected) throws Exception {
        Mesh.await(ejected + " ejected", () -> of.count(OutlierStat.EJECTIONS_ACTIVE) == ejected);
    }

    @Test
    void afterErrorsInARowItGetsNothingUntilItsTimeIsOver() throws Exception {
        Mesh pod =
                begin(
                        new OutlierConfig()
                                .consecutive5xx(3)
                                .ejection(Duration.ofMinutes(1), Duration.ofMinutes(10)));
        pod.clockStands = true;
        assertThat(ask(pod, 6)).isEqualTo(3);
        awaitEjected(pod, 1);
        assertThat(pod.count(ClusterStat.MEMBERSHIP_HEALTHY)).isEqualTo(1);
        assertThat(pod.count(ClusterStat.MEMBERSHIP_TOTAL)).isEqualTo(2);
        assertThat(ask(pod, 10)).isEqualTo(10);

        pod.nanos += Duration.ofMinutes(1).toNanos();
        awaitEjected(pod, 0);
        assertThat(pod.count(ClusterStat.MEMBERSHIP_HEALTHY)).isEqualTo(2);
        assertThat(ask(pod, 6)).isEqualTo(3);

        awaitEjected(pod, 1); // twice as long this time
        long before = pod.count(OutlierStat.ENFORCED_CONSECUTIVE_5XX);
        pod.nanos += Duration.ofSeconds(90).toNanos();
        assertThat(ask(pod, 50)).isEqualTo(50);
        assertThat(before).isEqualTo(2);
        pod.nanos += Duration.ofSeconds(30).toNanos();
        awaitEjected(pod, 0);
        badAnswer = FakeUpstream.OK;
        assertThat(ask(pod, 6)).isEqualTo(6);
    }

    @Test
    void noMoreThanAPartIsEjected() throws Exception {
        Mesh pod = begin(new OutlierConfig().consecutive5xx(2).maxPercent(49));
        assertThat(ask(pod, 12)).isEqualTo(6);
        assertThat(pod.count(OutlierStat.OVERFLOW)).isEqualTo(3);
        assertThat(pod.count(OutlierStat.ENFORCED_TOTAL)).isZero();
    }

    @Test
    void podsJudgeForThemselves() throws Exception {
        Mesh one = begin(new OutlierConfig().consecutive5xx(3));
        other =
                new Mesh(
                        config(new OutlierConfig().consecutive5xx(3), good.address(), bad.address())
                                .build());
        ask(one, 8);
        assertThat(ask(one, 4)).isEqualTo(4);
        assertThat(ask(other, 4)).isEqualTo(2);
        assertThat(other.count(OutlierStat.EJECTIONS_ACTIVE)).isZero();
    }

    @Test
    void whoIsGoneFromTheConfigurationIsForgotten() throws Exception {
        Mesh pod = begin(new OutlierConfig().consecutive5xx(3));
        ask(pod, 8);
        awaitEjected(pod, 1);
        pod.install(config(new OutlierConfig().consecutive5xx(3), good.address()).build());
        assertThat(pod.count(OutlierStat.EJECTIONS_ACTIVE)).isZero();
        pod.install(
                config(new OutlierConfig().consecutive5xx(3), good.address(), bad.address())
                        .build());
        assertThat(ask(pod, 4)).isEqualTo(2);
    }

    @Test
    void aNewLimitDoesNotForgiveAndNoDetectionDoes() throws Exception {
        Mesh pod = begin(new OutlierConfig().consecutive5xx(3));
        ask(pod, 8);
        pod.install(
                config(new OutlierConfig().consecutive5xx(4), good.address(), bad.address())
                        .build());
        assertThat(ask(pod, 4)).isEqualTo(4);
        pod.install(
                new Config().service("a", good.address(), bad.address()).outboundHttp().build());
        assertThat(ask(pod, 4)).isEqualTo(2);
        assertThat(pod.count(OutlierStat.EJECTIONS_ACTIVE)).isZero();
        assertThat(pod.count(ClusterStat.MEMBERSHIP_HEALTHY)).isEqualTo(2);
    }

    @Test
    void aServerThatIsNotThereIsEjectedToo() throws Exception {
        bad.close();
        Mesh pod = begin(new OutlierConfig().split(2));
        assertThat(ask(pod, 4)).isEqualTo(2);
        awaitEjected(pod, 1);
        assertThat(pod.count(OutlierStat.ENFORCED_CONSECUTIVE_LOCAL_ORIGIN_FAILURE)).isEqualTo(1);
        assertThat(ask(pod, 4)).isEqualTo(4);
    }

    @Test
    void aServerThatResetsIsEjectedToo() throws Exception {
        var resets =
                FakeUpstream.scripted((self, wire) -> {
                    wire.readRequest();
                    wire.reset();
                });
        mesh =
                new Mesh(
                        config(new OutlierConfig().gateway(2), good.address(), resets.address())
                                .build());
        mesh.closing(resets);
        assertThat(ask(mesh, 4)).isEqualTo(2);
        awaitEjected(mesh, 1);
        assertThat(mesh.count(OutlierStat.ENFORCED_CONSECUTIVE_GATEWAY_FAILURE)).isEqualTo(1);
    }

    @Test
    void aServerThatDoesNotAnswerInTimeIsEjectedToo() throws Exception {
        var silent = FakeUpstream.thatNeverAnswers();
        mesh =
                new Mesh(
                        new Config()
                                .policy(policy(new OutlierConfig().gateway(2), 0))
                                .timeout(Duration.ofMillis(50))
                                .service("a", good.address(), silent.address())
                                .outboundHttp()
                                .build());
        mesh.closing(silent);
        assertThat(ask(mesh, 4)).isEqualTo(2);
        awaitEjected(mesh, 1);
    }

    @Test
    void opaqueConnectionsCountToo() throws Exception {
        bad.close();
        mesh =
                new Mesh(
                        new Config()
                                .policy(policy(new OutlierConfig().consecutive5xx(2), 0))
                                .cluster("a", false, good.address(), bad.address())
                                .outboundTcp("a")
                                .build());
        assertThat(connections(4)).isEqualTo(2);
        awaitEjected(mesh, 1);
        assertThat(mesh.count(OutlierStat.ENFORCED_CONSECUTIVE_5XX)).isEqualTo(1);
        assertThat(connections(4)).isEqualTo(4);
    }

    /** Of so many, how many were answered. */
    private int connections(int count) throws Exception {
        int well = 0;
        for (int i = 0; i < count; i++) {
            try (Wire client = Wire.to(Objects.requireNonNull(mesh).outboundPort())) {
                client.send(GET);
                well += client.readResponse().status() == 200 ? 1 : 0;
            } catch (IOException e) {
                // reset: there was no upstream
            }
        }
        return well;
    }

    /** A gRPC call that fails at once says so in its head, under status 200. */
    @Test
    void aCallsOwnStatusCounts() throws Exception {
        badAnswer =
                "HTTP/1.1 200 OK\r\nContent-Type: application/grpc\r\nGrpc-Status: 14\r\n"
                        + "Content-Length: 0\r\n\r\n";
        Mesh pod = begin(new OutlierConfig().gateway(2));
        try (Wire client = Wire.to(pod.outboundPort())) {
            for (int i = 0; i < 4; i++) {
                client.send(
                        "POST /a/b HTTP/1.1\r\nHost: a\r\nContent-Type: application/grpc\r\n"
                                + "Content-Length: 0\r\n\r\n");
                client.readResponse();
            }
        }
        awaitEjected(pod, 1);
    }

    /** To an HTTP/2 connection {@code bad} says nothing that could be understood. */
    @Test
    void inHttp2TheSame() throws Exception {
        var well = H2Server.that(H2Server.Asked::ok);
        mesh =
                new Mesh(
                        new Config()
                                .policy(policy(new OutlierConfig().consecutive5xx(2), 0))
                                .protocol(HttpProtocol.HTTP2)
                                .service("a", well.address(), bad.address())
                                .outboundHttp()
                                .build());
        mesh.closing(well);
        ask(mesh, 6);
        awaitEjected(mesh, 1);
        assertThat(ask(mesh, 4)).isEqualTo(4);
    }
}
