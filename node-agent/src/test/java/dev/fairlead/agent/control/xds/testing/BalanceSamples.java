package dev.fairlead.agent.control.xds.testing;

import com.google.protobuf.BoolValue;
import com.google.protobuf.Message;
import com.google.protobuf.UInt64Value;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.CommonLbConfig;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.CommonLbConfig.LocalityWeightedLbConfig;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.LeastRequestLbConfig;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.MaglevLbConfig;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.RingHashLbConfig;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.RoundRobinLbConfig;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.SlowStartConfig;
import io.envoyproxy.envoy.config.cluster.v3.OutlierDetection;
import io.envoyproxy.envoy.config.core.v3.HealthCheck;
import io.envoyproxy.envoy.config.core.v3.HealthCheck.GrpcHealthCheck;
import io.envoyproxy.envoy.config.core.v3.HealthCheck.HttpHealthCheck;
import io.envoyproxy.envoy.config.core.v3.HealthCheck.Payload;
import io.envoyproxy.envoy.config.core.v3.HealthCheck.TcpHealthCheck;
import io.envoyproxy.envoy.config.core.v3.HealthStatus;
import io.envoyproxy.envoy.config.core.v3.RequestMethod;
import io.envoyproxy.envoy.config.core.v3.RuntimeDouble;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.Endpoint;
import io.envoyproxy.envoy.type.v3.CodecClientType;
import io.envoyproxy.envoy.type.v3.Int64Range;
import io.envoyproxy.envoy.type.v3.Percent;
import java.util.List;

/** Clusters and endpoints that say how endpoints are chosen and spared. */
public final class BalanceSamples {

    private BalanceSamples() {}

    public static List<Message> clusters() {
        return List.of(
                ringHash().build(),
                maglev(1009).build(),
                leastRequest().build(),
                roundRobin().build(),
                outliers().build(),
                checked().build(),
                checkedByBytes().build(),
                checkedByCall().build());
    }

    public static Cluster.Builder ringHash() {
        return Wire.eds("ring")
                .setLbPolicy(Cluster.LbPolicy.RING_HASH)
                .setRingHashLbConfig(
                        RingHashLbConfig.newBuilder()
                                .setMinimumRingSize(UInt64Value.of(64))
                                .setMaximumRingSize(UInt64Value.of(4096)))
                .setCommonLbConfig(
                        CommonLbConfig.newBuilder()
                                .setHealthyPanicThreshold(Percent.newBuilder().setValue(12.6))
                                .setLocalityWeightedLbConfig(
                                        LocalityWeightedLbConfig.getDefaultInstance()));
    }

    public static Cluster.Builder maglev(long size) {
        return Wire.eds("maglev")
                .setLbPolicy(Cluster.LbPolicy.MAGLEV)
                .setMaglevLbConfig(MaglevLbConfig.newBuilder().setTableSize(UInt64Value.of(size)));
    }

    public static Cluster.Builder leastRequest() {
        return Wire.eds("least")
                .setLeastRequestLbConfig(
                        LeastRequestLbConfig.newBuilder()
                                .setChoiceCount(Wire.number(3))
                                .setSlowStartConfig(slowStart()));
    }

    public static Cluster.Builder roundRobin() {
        return Wire.eds("turns")
                .setLbPolicy(Cluster.LbPolicy.ROUND_ROBIN)
                .setRoundRobinLbConfig(
                        RoundRobinLbConfig.newBuilder().setSlowStartConfig(slowStart()));
    }

    private static SlowStartConfig slowStart() {
        return SlowStartConfig.newBuilder()
                .setSlowStartWindow(Wire.seconds(60))
                .setAggression(
                        RuntimeDouble.newBuilder().setDefaultValue(2).setRuntimeKey("aggression"))
                .setMinWeightPercent(Percent.newBuilder().setValue(20))
                .build();
    }

    public static Cluster.Builder outliers() {
        return Wire.eds("outliers")
                .setOutlierDetection(
                        OutlierDetection.newBuilder()
                                .setConsecutive5Xx(Wire.number(7))
                                .setEnforcingConsecutive5Xx(Wire.number(90))
                                .setConsecutiveGatewayFailure(Wire.number(6))
                                .setEnforcingConsecutiveGatewayFailure(Wire.number(80))
                                .setSplitExternalLocalOriginErrors(true)
                                .setConsecutiveLocalOriginFailure(Wire.number(4))
                                .setEnforcingConsecutiveLocalOriginFailure(Wire.number(70))
                                .setInterval(Wire.seconds(1))
                                .setBaseEjectionTime(Wire.seconds(2))
                                .setMaxEjectionTime(Wire.seconds(3))
                                .setMaxEjectionTimeJitter(Wire.seconds(4))
                                .setMaxEjectionPercent(Wire.number(60))
                                .setAlwaysEjectOneHost(BoolValue.of(true))
                                .setSuccessfulActiveHealthCheckUnejectHost(BoolValue.of(false))
                                .setEnforcingSuccessRate(Wire.number(50))
                                .setEnforcingLocalOriginSuccessRate(Wire.number(40))
                                .setSuccessRateMinimumHosts(Wire.number(3))
                                .setSuccessRateRequestVolume(Wire.number(11))
                                .setSuccessRateStdevFactor(Wire.number(1800))
                                .setEnforcingFailurePercentage(Wire.number(30))
                                .setEnforcingFailurePercentageLocalOrigin(Wire.number(20))
                                .setFailurePercentageThreshold(Wire.number(75))
                                .setFailurePercentageMinimumHosts(Wire.number(2))
                                .setFailurePercentageRequestVolume(Wire.number(12)));
    }

    /** A check by a request. */
    public static Cluster.Builder checked() {
        return checked(
                check().setHttpHealthCheck(
                                HttpHealthCheck.newBuilder()
                                        .setHost("h")
                                        .setPath("/ready")
                                        .setMethod(RequestMethod.HEAD)
                                        .setCodecClientType(CodecClientType.HTTP2)
                                        .addExpectedStatuses(
                                                Int64Range.newBuilder()
                                                        .setStart(200)
                                                        .setEnd(300))));
    }

    /** A check by bytes. */
    public static Cluster.Builder checkedByBytes() {
        return checked(
                check().setReuseConnection(BoolValue.of(false))
                        .setTcpHealthCheck(
                                TcpHealthCheck.newBuilder()
                                        .setSend(Payload.newBuilder().setText("50494e47"))
                                        .addReceive(Payload.newBuilder().setText("504f4e47"))));
    }

    /** A check by a call. */
    public static Cluster.Builder checkedByCall() {
        return checked(
                check().setGrpcHealthCheck(
                                GrpcHealthCheck.newBuilder()
                                        .setServiceName("s")
                                        .setAuthority("a")));
    }

    private static Cluster.Builder checked(HealthCheck.Builder check) {
        return Wire.eds("checked").setIgnoreHealthOnHostRemoval(true).addHealthChecks(check);
    }

    private static HealthCheck.Builder check() {
        return HealthCheck.newBuilder()
                .setTimeout(Wire.seconds(1))
                .setInterval(Wire.seconds(5))
                .setIntervalJitter(Wire.seconds(2))
                .setUnhealthyInterval(Wire.seconds(3))
                .setUnhealthyThreshold(Wire.number(4))
                .setHealthyThreshold(Wire.number(2));
    }

    /** Two localities, of two priorities and health of each kind. */
    public static ClusterLoadAssignment endpoints() {
        ClusterLoadAssignment.Builder all = Wire.endpoints("near", "198.18.1.10", "198.18.1.11");
        all.getEndpointsBuilder(0).setLoadBalancingWeight(Wire.number(80));
        all.getEndpointsBuilder(0).getLbEndpointsBuilder(1).setHealthStatus(HealthStatus.DRAINING);
        var far = Wire.endpoints("far", "198.18.2.10").getEndpoints(0).toBuilder().setPriority(1);
        far.getLbEndpointsBuilder(0)
                .setHealthStatus(HealthStatus.DEGRADED)
                .getEndpointBuilder()
                .setHealthCheckConfig(Endpoint.HealthCheckConfig.newBuilder().setPortValue(8081));
        return all.addEndpoints(far)
                .setPolicy(
                        ClusterLoadAssignment.Policy.newBuilder()
                                .setOverprovisioningFactor(Wire.number(120)))
                .build();
    }
}
