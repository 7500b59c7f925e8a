package dev.fairlead.agent.control.xds.compile;

import static dev.fairlead.agent.control.xds.compile.CompileTesting.compile;
import static dev.fairlead.agent.control.xds.compile.CompileTesting.good;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.control.xds.testing.PoolSamples;
import dev.fairlead.agent.control.xds.testing.Wire;
import dev.fairlead.agent.model.cluster.CircuitBreakers;
import dev.fairlead.agent.model.cluster.CircuitBreakers.RetryBudget;
import dev.fairlead.agent.model.cluster.ConnectionPool;
import dev.fairlead.agent.model.cluster.ConnectionPool.Http2KeepAlive;
import dev.fairlead.agent.model.cluster.ConnectionPool.TcpKeepAlive;
import dev.fairlead.agent.model.cluster.TrafficPolicy;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.RoutingPriority;
import java.time.Duration;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Limits and lives of connections, as clusters have them. */
class ConnectionPoolsTest {

    private static TrafficPolicy policy(Cluster.Builder cluster) {
        return good(compile(new ClusterCompiler(), cluster.build())).policy();
    }

    private static String refusal(Cluster.Builder cluster, Consumer<Cluster.Builder> damage) {
        damage.accept(cluster);
        return CompileTesting.refusal(compile(new ClusterCompiler(), cluster.build()));
    }

    @Test
    void whatIsNotSaidIsEnvoysOwn() {
        assertThat(policy(Wire.eds("c")).breakers())
                .isEqualTo(new CircuitBreakers(1024, 1024, 1024, 3, null));
        assertThat(policy(Wire.eds("c")).pool())
                .isEqualTo(new ConnectionPool(null, null, 0, null, null));
    }

    @Test
    void limits() {
        assertThat(policy(PoolSamples.limited("c")).breakers())
                .isEqualTo(
                        new CircuitBreakers(1, 2, 3, 4_294_967_295L, new RetryBudget(25, 5), true));
    }

    @Test
    void aBudgetWithoutNumbersIsEnvoysOwn() {
        Cluster.Builder cluster = Wire.eds("c");
        cluster.getCircuitBreakersBuilder().addThresholdsBuilder().getRetryBudgetBuilder();

        assertThat(policy(cluster).breakers().retryBudget()).isEqualTo(new RetryBudget(20, 3));
    }

    @Test
    void livesOfConnections() {
        assertThat(policy(PoolSamples.kept("c")).pool())
                .isEqualTo(
                        new ConnectionPool(
                                Duration.ZERO,
                                Duration.ofSeconds(60),
                                100,
                                new Http2KeepAlive(Duration.ofSeconds(20), Duration.ofSeconds(3)),
                                new TcpKeepAlive(
                                        9, Duration.ofSeconds(75), Duration.ofSeconds(15))));
    }

    @Test
    void refusals() {
        assertThat(
                        refusal(
                                PoolSamples.limited("c"),
                                c ->
                                        c.getCircuitBreakersBuilder()
                                                .getThresholdsBuilder(0)
                                                .setPriority(RoutingPriority.HIGH)))
                .isEqualTo("circuit_breakers.thresholds[0].priority: field is outside the profile");
        assertThat(
                        refusal(
                                PoolSamples.limited("c"),
                                c ->
                                        c.getMetadataBuilder()
                                                .putFilterMetadata(
                                                        "istio",
                                                        com.google.protobuf.Struct
                                                                .getDefaultInstance())))
                .isEqualTo("metadata.filter_metadata[istio]: is outside the profile");
        assertThat(
                        refusal(
                                PoolSamples.kept("c"),
                                c ->
                                        c.getUpstreamConnectionOptionsBuilder()
                                                .getTcpKeepaliveBuilder()
                                                .setKeepaliveProbes(Wire.number(128))))
                .isEqualTo(
                        "upstream_connection_options.tcp_keepalive.keepalive_probes: 128 is not"
                                + " between 1 and 127");
    }
}
