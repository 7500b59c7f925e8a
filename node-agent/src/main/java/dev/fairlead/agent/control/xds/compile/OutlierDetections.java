package dev.fairlead.agent.control.xds.compile;

import com.google.protobuf.UInt32Value;
import dev.fairlead.agent.model.cluster.OutlierDetection;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** {@code config.cluster.v3.OutlierDetection} to {@link OutlierDetection}, with its defaults. */
final class OutlierDetections {

    private static final Duration INTERVAL = Duration.ofSeconds(10);
    private static final Duration BASE = Duration.ofSeconds(30);
    private static final Duration MAX = Duration.ofMinutes(5);

    private OutlierDetections() {}

    static @Nullable OutlierDetection compile(Cluster cluster) throws Refusal {
        if (!cluster.hasOutlierDetection()) {
            return null;
        }
        At at = At.ROOT.field("outlier_detection");
        var it = cluster.getOutlierDetection();
        Duration base =
                positive(
                        it.hasBaseEjectionTime(),
                        it.getBaseEjectionTime(),
                        BASE,
                        at,
                        "base_ejection_time");
        Duration max =
                positive(
                        it.hasMaxEjectionTime(),
                        it.getMaxEjectionTime(),
                        base.compareTo(MAX) > 0 ? base : MAX,
                        at,
                        "max_ejection_time");
        if (max.compareTo(base) < 0) {
            throw at.field("max_ejection_time").refuse(max + " is less than base_ejection_time");
        }
        return new OutlierDetection(
                LoadBalancings.number(it.hasConsecutive5Xx(), it.getConsecutive5Xx(), 5),
                percent(
                        it.hasEnforcingConsecutive5Xx(),
                        it.getEnforcingConsecutive5Xx(),
                        100,
                        at,
                        "enforcing_consecutive_5xx"),
                LoadBalancings.number(
                        it.hasConsecutiveGatewayFailure(), it.getConsecutiveGatewayFailure(), 5),
                percent(
                        it.hasEnforcingConsecutiveGatewayFailure(),
                        it.getEnforcingConsecutiveGatewayFailure(),
                        0,
                        at,
                        "enforcing_consecutive_gateway_failure"),
                it.getSplitExternalLocalOriginErrors(),
                LoadBalancings.number(
                        it.hasConsecutiveLocalOriginFailure(),
                        it.getConsecutiveLocalOriginFailure(),
                        5),
                percent(
                        it.hasEnforcingConsecutiveLocalOriginFailure(),
                        it.getEnforcingConsecutiveLocalOriginFailure(),
                        100,
                        at,
                        "enforcing_consecutive_local_origin_failure"),
                positive(it.hasInterval(), it.getInterval(), INTERVAL, at, "interval"),
                base,
                max,
                it.hasMaxEjectionTimeJitter()
                        ? Values.duration(
                                it.getMaxEjectionTimeJitter(), at.field("max_ejection_time_jitter"))
                        : Duration.ZERO,
                percent(
                        it.hasMaxEjectionPercent(),
                        it.getMaxEjectionPercent(),
                        10,
                        at,
                        "max_ejection_percent"),
                it.getAlwaysEjectOneHost().getValue(),
                it.hasSuccessfulActiveHealthCheckUnejectHost()
                        ? it.getSuccessfulActiveHealthCheckUnejectHost().getValue()
                        : true,
                successRate(it, at),
                failurePercentage(it, at),
                ErrorMatchers.statuses(cluster));
    }

    private static OutlierDetection.SuccessRate successRate(
            io.envoyproxy.envoy.config.cluster.v3.OutlierDetection it, At at) throws Refusal {
        return new OutlierDetection.SuccessRate(
                percent(
                        it.hasEnforcingSuccessRate(),
                        it.getEnforcingSuccessRate(),
                        100,
                        at,
                        "enforcing_success_rate"),
                percent(
                        it.hasEnforcingLocalOriginSuccessRate(),
                        it.getEnforcingLocalOriginSuccessRate(),
                        100,
                        at,
                        "enforcing_local_origin_success_rate"),
                LoadBalancings.number(
                        it.hasSuccessRateMinimumHosts(), it.getSuccessRateMinimumHosts(), 5),
                LoadBalancings.number(
                        it.hasSuccessRateRequestVolume(), it.getSuccessRateRequestVolume(), 100),
                LoadBalancings.number(
                        it.hasSuccessRateStdevFactor(), it.getSuccessRateStdevFactor(), 1900));
    }

    private static OutlierDetection.FailurePercentage failurePercentage(
            io.envoyproxy.envoy.config.cluster.v3.OutlierDetection it, At at) throws Refusal {
        return new OutlierDetection.FailurePercentage(
                percent(
                        it.hasEnforcingFailurePercentage(),
                        it.getEnforcingFailurePercentage(),
                        0,
                        at,
                        "enforcing_failure_percentage"),
                percent(
                        it.hasEnforcingFailurePercentageLocalOrigin(),
                        it.getEnforcingFailurePercentageLocalOrigin(),
                        0,
                        at,
                        "enforcing_failure_percentage_local_origin"),
                percent(
                        it.hasFailurePercentageThreshold(),
                        it.getFailurePercentageThreshold(),
                        85,
                        at,
                        "failure_percentage_threshold"),
                LoadBalancings.number(
                        it.hasFailurePercentageMinimumHosts(),
                        it.getFailurePercentageMinimumHosts(),
                        5),
                LoadBalancings.number(
                        it.hasFailurePercentageRequestVolume(),
                        it.getFailurePercentageRequestVolume(),
                        50));
    }

    private static int percent(boolean given, UInt32Value value, int otherwise, At at, String field)
            throws Refusal {
        int percent = given ? value.getValue() : otherwise;
        if (percent < 0 || percent > 100) {
            throw at.field(field)
                    .refuse(Integer.toUnsignedString(percent) + " is not between 0 and 100");
        }
        return percent;
    }

    private static Duration positive(
            boolean given,
            com.google.protobuf.Duration value,
            Duration otherwise,
            At at,
            String field)
            throws Refusal {
        return given ? Values.positive(value, at.field(field)) : otherwise;
    }
}
