package dev.fairlead.agent.control.xds.testing;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.config.cluster.v3.CircuitBreakers;
import io.envoyproxy.envoy.config.cluster.v3.CircuitBreakers.Thresholds;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.UpstreamConnectionOptions;
import io.envoyproxy.envoy.config.core.v3.KeepaliveSettings;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.core.v3.TcpKeepalive;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.type.v3.Percent;

/** Clusters with limits, and with connections that live only so long. */
public final class PoolSamples {

    private PoolSamples() {}

    /** All limits, counted over the node. */
    public static Cluster.Builder limited(String name) {
        return Wire.eds(name)
                .setCircuitBreakers(
                        CircuitBreakers.newBuilder()
                                .addThresholds(
                                        Thresholds.newBuilder()
                                                .setMaxConnections(Wire.number(1))
                                                .setMaxPendingRequests(Wire.number(2))
                                                .setMaxRequests(Wire.number(3))
                                                .setMaxRetries(Wire.number(-1))
                                                .setTrackRemaining(true)
                                                .setRetryBudget(
                                                        Thresholds.RetryBudget.newBuilder()
                                                                .setBudgetPercent(
                                                                        Percent.newBuilder()
                                                                                .setValue(25))
                                                                .setMinRetryConcurrency(
                                                                        Wire.number(5)))))
                .setMetadata(
                        Metadata.newBuilder()
                                .putFilterMetadata(
                                        "fairlead",
                                        Struct.newBuilder()
                                                .putFields(
                                                        "node_wide_limits",
                                                        Value.newBuilder()
                                                                .setBoolValue(true)
                                                                .build())
                                                .build()));
    }

    /** All that bounds or keeps a connection. */
    public static Cluster.Builder kept(String name) {
        HttpProtocolOptions.Builder options = Wire.http2(7).toBuilder();
        options.getCommonHttpProtocolOptionsBuilder()
                .setIdleTimeout(Wire.seconds(0))
                .setMaxConnectionDuration(Wire.seconds(60))
                .setMaxRequestsPerConnection(Wire.number(100));
        options.getExplicitHttpConfigBuilder()
                .getHttp2ProtocolOptionsBuilder()
                .setConnectionKeepalive(
                        KeepaliveSettings.newBuilder()
                                .setInterval(Wire.seconds(20))
                                .setTimeout(Wire.seconds(3)));
        return Wire.speaking(name, options.build())
                .setUpstreamConnectionOptions(
                        UpstreamConnectionOptions.newBuilder()
                                .setTcpKeepalive(
                                        TcpKeepalive.newBuilder()
                                                .setKeepaliveProbes(Wire.number(9))
                                                .setKeepaliveTime(Wire.number(75))
                                                .setKeepaliveInterval(Wire.number(15))));
    }
}
