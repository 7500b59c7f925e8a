package dev.fairlead.pilot.generate;

import com.google.protobuf.Struct;
import com.google.protobuf.UInt32Value;
import com.google.protobuf.Value;
import dev.fairlead.pilot.compile.ClusterPolicy;
import dev.fairlead.pilot.compile.ServiceCluster;
import dev.fairlead.pilot.state.Balancer.Warmup;
import dev.fairlead.pilot.state.ConnectionPool.KeepAlive;
import dev.fairlead.pilot.state.OutlierDetection;
import dev.fairlead.pilot.state.RetryBudget;
import io.envoyproxy.envoy.config.cluster.v3.CircuitBreakers;
import io.envoyproxy.envoy.config.cluster.v3.CircuitBreakers.Thresholds;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.CommonLbConfig;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.CommonLbConfig.LocalityWeightedLbConfig;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.LbPolicy;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.LeastRequestLbConfig;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.RoundRobinLbConfig;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.SlowStartConfig;
import io.envoyproxy.envoy.config.cluster.v3.UpstreamConnectionOptions;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.core.v3.RuntimeDouble;
import io.envoyproxy.envoy.config.core.v3.TcpKeepalive;
import io.envoyproxy.envoy.type.v3.Percent;
import org.jspecify.annotations.Nullable;

/** Writes limits of clusters, and what is done about bad endpoints. */
final class ClusterPolicies {

    private static final UInt32Value NO_LIMIT = Protos.number(-1); // unsigned: the greatest
    private static final UInt32Value NEVER = Protos.number(0);
    private static final UInt32Value ALWAYS = Protos.number(100);
    private static final double LINEAR = 1;
    private static final double LEAST_PERCENT = 10;

    private ClusterPolicies() {}

    static void add(Cluster.Builder cluster, ServiceCluster view, Audience audience) {
        ClusterPolicy policy = view.policy();
        limits(cluster, policy, audience);
        if (policy.keepAlive() != null) {
            cluster.setUpstreamConnectionOptions(
                    UpstreamConnectionOptions.newBuilder()
                            .setTcpKeepalive(keepAlive(policy.keepAlive())));
        }
        if (policy.nodeWide()) {
            cluster.setMetadata(
                    Metadata.newBuilder()
                            .putFilterMetadata(
                                    "fairlead",
                                    Struct.newBuilder()
                                            .putFields(
                                                    "node_wide_limits",
                                                    Value.newBuilder().setBoolValue(true).build())
                                            .build()));
        }
        if (!view.headless()) {
            choice(cluster, policy, audience);
        }
        if (policy.check() != null && audience.knowsHealthChecks()) {
            HealthChecks.add(cluster, policy.check(), service(view));
        }
    }

    /** Its full name. */
    private static String service(ServiceCluster view) {
        String name = view.statName().isEmpty() ? view.name() : view.statName();
        return name.substring(name.lastIndexOf('|') + 1);
    }

    /** None is as if there were no limit: nothing of Envoy's own is ever met unasked. */
    static void unlimited(Cluster.Builder cluster) {
        cluster.setCircuitBreakers(CircuitBreakers.newBuilder().addThresholds(thresholds()));
    }

    private static Thresholds.Builder thresholds() {
        return Thresholds.newBuilder()
                .setMaxConnections(NO_LIMIT)
                .setMaxPendingRequests(NO_LIMIT)
                .setMaxRequests(NO_LIMIT)
                .setMaxRetries(NO_LIMIT)
                .setTrackRemaining(true);
    }

    private static void limits(Cluster.Builder cluster, ClusterPolicy policy, Audience audience) {
        Thresholds.Builder thresholds = thresholds();
        if (policy.tcp().maxConnections() > 0) {
            thresholds.setMaxConnections(Protos.number(policy.tcp().maxConnections()));
        }
        if (policy.limits().maxPendingRequests() > 0) {
            thresholds.setMaxPendingRequests(Protos.number(policy.limits().maxPendingRequests()));
        }
        if (policy.limits().maxRequests() > 0) {
            thresholds.setMaxRequests(Protos.number(policy.limits().maxRequests()));
        }
        if (policy.limits().maxRetries() > 0) {
            thresholds.setMaxRetries(Protos.number(policy.limits().maxRetries()));
        }
        RetryBudget budget = policy.retryBudget();
        if (budget != null) {
            var written =
                    Thresholds.RetryBudget.newBuilder()
                            .setBudgetPercent(percent(budget.percent()))
                            .setMinRetryConcurrency(Protos.number(budget.minConcurrency()));
            if (budget.interval() != null && audience.knowsNewerFields()) {
                NewerFields.setInterval(written, budget.interval());
            }
            thresholds.setRetryBudget(written);
        }
        cluster.setCircuitBreakers(CircuitBreakers.newBuilder().addThresholds(thresholds));
    }

    private static TcpKeepalive keepAlive(KeepAlive view) {
        var keepAlive = TcpKeepalive.newBuilder();
        if (view.probes() > 0) {
            keepAlive.setKeepaliveProbes(Protos.number(view.probes()));
        }
        if (view.time() != null) {
            keepAlive.setKeepaliveTime(Protos.number((int) view.time().toSeconds()));
        }
        if (view.interval() != null) {
            keepAlive.setKeepaliveInterval(Protos.number((int) view.interval().toSeconds()));
        }
        return keepAlive.build();
    }

    private static void choice(Cluster.Builder cluster, ClusterPolicy policy, Audience audience) {
        var common = CommonLbConfig.newBuilder();
        OutlierDetection outliers = policy.outliers();
        if (outliers != null) {
            if (audience.knowsOutlierDetection()) {
                cluster.setOutlierDetection(outliers(outliers));
            }
            common.setHealthyPanicThreshold(percent(outliers.minHealthPercent()));
        }
        if (policy.placement() != null && policy.placement().weighted()) {
            common.setLocalityWeightedLbConfig(LocalityWeightedLbConfig.getDefaultInstance());
        }
        CommonLbConfig written = common.build();
        if (!written.equals(CommonLbConfig.getDefaultInstance())) {
            cluster.setCommonLbConfig(written);
        }
        if (policy.warmup() != null) {
            SlowStartConfig slowStart = slowStart(policy.warmup());
            if (cluster.getLbPolicy() == LbPolicy.ROUND_ROBIN) {
                cluster.setRoundRobinLbConfig(
                        RoundRobinLbConfig.newBuilder().setSlowStartConfig(slowStart));
            } else if (cluster.getLbPolicy() == LbPolicy.LEAST_REQUEST) {
                cluster.setLeastRequestLbConfig(
                        LeastRequestLbConfig.newBuilder().setSlowStartConfig(slowStart));
            }
        }
    }

    private static SlowStartConfig slowStart(Warmup warmup) {
        return SlowStartConfig.newBuilder()
                .setSlowStartWindow(Protos.millis(warmup.duration().toMillis()))
                .setAggression(
                        RuntimeDouble.newBuilder()
                                .setDefaultValue(or(warmup.aggression(), LINEAR))
                                .setRuntimeKey("fairlead.warmup.aggression"))
                .setMinWeightPercent(percent(or(warmup.minimumPercent(), LEAST_PERCENT)))
                .build();
    }

    private static double or(@Nullable Double given, double otherwise) {
        return given == null ? otherwise : given;
    }

    private static Percent percent(double value) {
        return Percent.newBuilder().setValue(value).build();
    }

    /** Ejection by success rates has no field in Istio; what is 0 counts nothing. */
    private static io.envoyproxy.envoy.config.cluster.v3.OutlierDetection outliers(
            OutlierDetection view) {
        var outliers =
                io.envoyproxy.envoy.config.cluster.v3.OutlierDetection.newBuilder()
                        .setEnforcingSuccessRate(NEVER);
        if (view.errors() > 0) {
            outliers.setConsecutiveGatewayFailure(Protos.number(view.errors()))
                    .setEnforcingConsecutiveGatewayFailure(ALWAYS)
                    .setEnforcingConsecutive5Xx(NEVER);
        }
        if (view.consecutive5xxErrors() != null) {
            int errors = view.consecutive5xxErrors();
            outliers.setConsecutive5Xx(Protos.number(errors))
                    .setEnforcingConsecutive5Xx(errors > 0 ? ALWAYS : NEVER);
        }
        if (view.consecutiveGatewayErrors() != null) {
            int errors = view.consecutiveGatewayErrors();
            outliers.setConsecutiveGatewayFailure(Protos.number(errors))
                    .setEnforcingConsecutiveGatewayFailure(errors > 0 ? ALWAYS : NEVER);
        }
        if (view.interval() != null) {
            outliers.setInterval(Protos.millis(view.interval().toMillis()));
        }
        if (view.baseEjectionTime() != null) {
            outliers.setBaseEjectionTime(Protos.millis(view.baseEjectionTime().toMillis()));
        }
        if (view.maxEjectionPercent() > 0) {
            outliers.setMaxEjectionPercent(Protos.number(view.maxEjectionPercent()));
        }
        if (view.split()) {
            outliers.setSplitExternalLocalOriginErrors(true)
                    .setEnforcingLocalOriginSuccessRate(NEVER);
            if (view.localOrigin() > 0) {
                outliers.setConsecutiveLocalOriginFailure(Protos.number(view.localOrigin()))
                        .setEnforcingConsecutiveLocalOriginFailure(ALWAYS);
            }
        }
        return outliers.build();
    }
}
