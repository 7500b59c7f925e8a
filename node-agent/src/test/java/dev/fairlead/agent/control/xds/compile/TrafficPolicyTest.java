package dev.fairlead.agent.control.xds.compile;

import static dev.fairlead.agent.control.xds.compile.CompileTesting.compile;
import static dev.fairlead.agent.control.xds.compile.CompileTesting.good;
import static dev.fairlead.agent.control.xds.compile.CompileTesting.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.control.xds.testing.BalanceSamples;
import dev.fairlead.agent.control.xds.testing.Wire;
import dev.fairlead.agent.model.cluster.Endpoint;
import dev.fairlead.agent.model.cluster.Endpoint.Health;
import dev.fairlead.agent.model.cluster.Endpoints;
import dev.fairlead.agent.model.cluster.Endpoints.Group;
import dev.fairlead.agent.model.cluster.HealthCheck;
import dev.fairlead.agent.model.cluster.HealthCheck.Kind;
import dev.fairlead.agent.model.cluster.LoadBalancing;
import dev.fairlead.agent.model.cluster.LoadBalancing.SlowStart;
import dev.fairlead.agent.model.cluster.Locality;
import dev.fairlead.agent.model.cluster.OutlierDetection;
import dev.fairlead.agent.model.cluster.TrafficPolicy;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.MaglevLbConfig;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a cluster says of the choice and health of its endpoints. */
class TrafficPolicyTest {

    private static final Locality HERE = new Locality("r", "z", "s");

    private static TrafficPolicy policy(Cluster.Builder cluster) {
        return good(compile(new ClusterCompiler(), cluster.build())).policy();
    }

    private static Duration seconds(int seconds) {
        return Duration.ofSeconds(seconds);
    }

    @Test
    void nothingSaidIsEnvoysOwn() {
        assertThat(policy(Wire.eds("c"))).isEqualTo(TrafficPolicy.DEFAULT);
    }

    @Test
    void balancing() {
        LoadBalancing plain = LoadBalancing.DEFAULT;
        assertThat(policy(BalanceSamples.ringHash()).balancing())
                .isEqualTo(new LoadBalancing(2, 64, 4096, plain.maglevTableSize(), null, 13, true));
        assertThat(policy(BalanceSamples.maglev(1009)).balancing().maglevTableSize())
                .isEqualTo(1009);
        SlowStart slow = new SlowStart(seconds(60), 2, 20);
        assertThat(policy(BalanceSamples.leastRequest()).balancing().choices()).isEqualTo(3);
        assertThat(policy(BalanceSamples.leastRequest()).balancing().slowStart()).isEqualTo(slow);
        assertThat(policy(BalanceSamples.roundRobin()).balancing().slowStart()).isEqualTo(slow);
    }

    @Test
    void outliers() {
        assertThat(policy(BalanceSamples.outliers()).outliers())
                .isEqualTo(
                        new OutlierDetection(
                                7,
                                90,
                                6,
                                80,
                                true,
                                4,
                                70,
                                seconds(1),
                                seconds(2),
                                seconds(3),
                                seconds(4),
                                60,
                                true,
                                false,
                                new OutlierDetection.SuccessRate(50, 40, 3, 11, 1800),
                                new OutlierDetection.FailurePercentage(30, 20, 75, 2, 12),
                                List.of()));
    }

    @Test
    void outlierDefaultsAreEnvoys() {
        Cluster.Builder cluster = Wire.eds("c");
        cluster.getOutlierDetectionBuilder();

        assertThat(policy(cluster).outliers())
                .isEqualTo(
                        new OutlierDetection(
                                5,
                                100,
                                5,
                                0,
                                false,
                                5,
                                100,
                                seconds(10),
                                seconds(30),
                                seconds(300),
                                Duration.ZERO,
                                10,
                                false,
                                true,
                                new OutlierDetection.SuccessRate(100, 100, 5, 100, 1900),
                                new OutlierDetection.FailurePercentage(0, 0, 85, 5, 50),
                                List.of()));
    }

    @Test
    void healthChecks() {
        assertThat(policy(BalanceSamples.checked()).check())
                .isEqualTo(
                        check(
                                true,
                                new Kind.Http(
                                        "h",
                                        "/ready",
                                        "HEAD",
                                        List.of(new Kind.Statuses(200, 300)),
                                        true)));
        assertThat(policy(BalanceSamples.checkedByBytes()).check())
                .isEqualTo(check(false, new Kind.Tcp("50494e47", List.of("504f4e47"))));
        assertThat(policy(BalanceSamples.checkedByCall()).check())
                .isEqualTo(check(true, new Kind.Grpc("s", "a")));
    }

    private static HealthCheck check(boolean reuses, Kind kind) {
        return new HealthCheck(seconds(1), seconds(5), seconds(2), seconds(3), 4, 2, reuses, kind);
    }

    @Test
    void endpointsByLocalityAndPriority() {
        var near = new InetSocketAddress("198.18.1.10", 9080);
        var leaving = new InetSocketAddress("198.18.1.11", 9080);
        var far = new InetSocketAddress("198.18.2.10", 9080);

        assertThat(good(compile(new EndpointsCompiler(), BalanceSamples.endpoints())))
                .isEqualTo(
                        new Endpoints(
                                "near",
                                List.of(
                                        new Group(
                                                HERE,
                                                0,
                                                80,
                                                List.of(
                                                        new Endpoint(near, 1, true),
                                                        new Endpoint(leaving, 1, true)
                                                                .with(Health.UNHEALTHY))),
                                        new Group(
                                                HERE,
                                                1,
                                                0,
                                                List.of(
                                                        new Endpoint(
                                                                far,
                                                                1,
                                                                true,
                                                                Health.DEGRADED,
                                                                8081)))),
                                120));
    }

    private static Arguments bad(
            String refusal, Cluster.Builder cluster, Consumer<Cluster.Builder> damage) {
        damage.accept(cluster);
        return Arguments.of(refusal, cluster.build());
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                bad(
                        "maglev_lb_config.table_size: 1000 is not a prime up to 5000011",
                        BalanceSamples.maglev(1000),
                        c -> {}),
                bad(
                        "maglev_lb_config: of a cluster whose lb_policy is RING_HASH",
                        BalanceSamples.ringHash(),
                        c -> c.setMaglevLbConfig(MaglevLbConfig.getDefaultInstance())),
                bad(
                        "ring_hash_lb_config.minimum_ring_size: 64 is more than 8",
                        BalanceSamples.ringHash(),
                        c ->
                                c.getRingHashLbConfigBuilder()
                                        .getMaximumRingSizeBuilder()
                                        .setValue(8)),
                bad(
                        "least_request_lb_config.choice_count: 1 is not between 2 and 1048576",
                        BalanceSamples.leastRequest(),
                        c -> c.getLeastRequestLbConfigBuilder().setChoiceCount(Wire.number(1))),
                bad(
                        "round_robin_lb_config.slow_start_config.aggression.default_value: 0.0",
                        BalanceSamples.roundRobin(),
                        c ->
                                c.getRoundRobinLbConfigBuilder()
                                        .getSlowStartConfigBuilder()
                                        .getAggressionBuilder()
                                        .setDefaultValue(0)),
                bad(
                        "common_lb_config.zone_aware_lb_config: field is outside the profile",
                        Wire.eds("c"),
                        c -> c.getCommonLbConfigBuilder().getZoneAwareLbConfigBuilder()),
                bad(
                        "common_lb_config.healthy_panic_threshold: 101.0 is not between 0 and 100",
                        BalanceSamples.ringHash(),
                        c ->
                                c.getCommonLbConfigBuilder()
                                        .getHealthyPanicThresholdBuilder()
                                        .setValue(101)),
                bad(
                        "outlier_detection.max_ejection_time: PT1S is less than"
                                + " base_ejection_time",
                        BalanceSamples.outliers(),
                        c -> c.getOutlierDetectionBuilder().setMaxEjectionTime(Wire.seconds(1))),
                bad(
                        "outlier_detection.max_ejection_percent: 101 is not between 0 and 100",
                        BalanceSamples.outliers(),
                        c ->
                                c.getOutlierDetectionBuilder()
                                        .setMaxEjectionPercent(Wire.number(101))),
                bad(
                        "outlier_detection.monitors: field is outside the profile",
                        BalanceSamples.outliers(),
                        c -> c.getOutlierDetectionBuilder().addMonitorsBuilder().setName("m")),
                bad(
                        "health_checks[0].timeout: 0",
                        BalanceSamples.checked(),
                        c -> c.getHealthChecksBuilder(0).clearTimeout()),
                bad(
                        "health_checks[0].http_health_check.path: has a character that no request"
                                + " has there",
                        BalanceSamples.checked(),
                        c ->
                                c.getHealthChecksBuilder(0)
                                        .getHttpHealthCheckBuilder()
                                        .setPath("/a b")),
                bad(
                        "health_checks[0].tcp_health_check.send.text: not hexadecimal",
                        BalanceSamples.checkedByBytes(),
                        c ->
                                c.getHealthChecksBuilder(0)
                                        .getTcpHealthCheckBuilder()
                                        .getSendBuilder()
                                        .setText("xyz")),
                bad(
                        "health_checks[1]: more than one",
                        BalanceSamples.checked(),
                        c -> c.addHealthChecks(c.getHealthChecks(0))),
                bad(
                        "ignore_health_on_host_removal: not true: endpoints that are gone are not"
                                + " kept",
                        BalanceSamples.checked(),
                        c -> c.clearIgnoreHealthOnHostRemoval()),
                bad(
                        "health_checks[0].no_traffic_interval: field is outside the profile",
                        BalanceSamples.checked(),
                        c -> c.getHealthChecksBuilder(0).setNoTrafficInterval(Wire.seconds(1))));
    }

    @ParameterizedTest
    @MethodSource
    void refused(String refusal, Cluster cluster) {
        assertThat(refusal(compile(new ClusterCompiler(), cluster))).endsWith(refusal);
    }
}
