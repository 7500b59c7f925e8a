package dev.fairlead.agent.control.xds.compile;

import com.google.protobuf.UInt32Value;
import com.google.protobuf.UInt64Value;
import dev.fairlead.agent.model.cluster.LoadBalancing;
import dev.fairlead.agent.model.cluster.LoadBalancing.SlowStart;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.LbConfigCase;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.LbPolicy;
import java.math.BigInteger;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The load balancing fields of {@code config.cluster.v3.Cluster} to {@link LoadBalancing}. */
final class LoadBalancings {

    private static final int MAX_TABLE_SIZE = 5_000_011; // Envoy's
    private static final int MAX_CHOICES = 1 << 20;
    private static final LoadBalancing ENVOY = LoadBalancing.DEFAULT;

    private LoadBalancings() {}

    static LoadBalancing compile(Cluster cluster) throws Refusal {
        requireConfigOfPolicy(cluster);
        At ringAt = At.ROOT.field("ring_hash_lb_config");
        var ring = cluster.getRingHashLbConfig();
        long minimum =
                size(
                        ring.hasMinimumRingSize(),
                        ring.getMinimumRingSize(),
                        ENVOY.minimumRingSize(),
                        ringAt.field("minimum_ring_size"));
        long maximum =
                size(
                        ring.hasMaximumRingSize(),
                        ring.getMaximumRingSize(),
                        ENVOY.maximumRingSize(),
                        ringAt.field("maximum_ring_size"));
        if (minimum > maximum) {
            throw ringAt.field("minimum_ring_size").refuse(minimum + " is more than " + maximum);
        }
        return new LoadBalancing(
                choices(cluster.getLeastRequestLbConfig()),
                minimum,
                maximum,
                tableSize(cluster.getMaglevLbConfig()),
                slowStart(cluster),
                panicPercent(cluster.getCommonLbConfig()),
                cluster.getCommonLbConfig().hasLocalityWeightedLbConfig());
    }

    private static void requireConfigOfPolicy(Cluster cluster) throws Refusal {
        LbConfigCase set = cluster.getLbConfigCase();
        LbConfigCase fits =
                switch (cluster.getLbPolicy()) {
                    case ROUND_ROBIN -> LbConfigCase.ROUND_ROBIN_LB_CONFIG;
                    case LEAST_REQUEST -> LbConfigCase.LEAST_REQUEST_LB_CONFIG;
                    case RING_HASH -> LbConfigCase.RING_HASH_LB_CONFIG;
                    case MAGLEV -> LbConfigCase.MAGLEV_LB_CONFIG;
                    default -> LbConfigCase.LBCONFIG_NOT_SET;
                };
        if (set != LbConfigCase.LBCONFIG_NOT_SET && set != fits) {
            LbPolicy policy = cluster.getLbPolicy();
            throw At.ROOT
                    .field(Cluster.getDescriptor().findFieldByNumber(set.getNumber()).getName())
                    .refuse("of a cluster whose lb_policy is " + policy);
        }
    }

    private static long size(boolean given, UInt64Value value, long otherwise, At at)
            throws Refusal {
        long size = given ? value.getValue() : otherwise;
        if (size < 1 || size > LoadBalancing.MAX_RING_SIZE) {
            throw at.refuse(
                    Long.toUnsignedString(size)
                            + " is not between 1 and "
                            + LoadBalancing.MAX_RING_SIZE);
        }
        return size;
    }

    private static int choices(Cluster.LeastRequestLbConfig config) throws Refusal {
        if (!config.hasChoiceCount()) {
            return ENVOY.choices();
        }
        int choices = config.getChoiceCount().getValue();
        if (choices < 2 || choices > MAX_CHOICES) {
            throw At.ROOT
                    .field("least_request_lb_config")
                    .field("choice_count")
                    .refuse(
                            Integer.toUnsignedString(choices)
                                    + " is not between 2 and "
                                    + MAX_CHOICES);
        }
        return choices;
    }

    private static int tableSize(Cluster.MaglevLbConfig config) throws Refusal {
        if (!config.hasTableSize()) {
            return ENVOY.maglevTableSize();
        }
        long size = config.getTableSize().getValue();
        At at = At.ROOT.field("maglev_lb_config").field("table_size");
        if (size < 2 || size > MAX_TABLE_SIZE || !BigInteger.valueOf(size).isProbablePrime(30)) {
            throw at.refuse(
                    Long.toUnsignedString(size) + " is not a prime up to " + MAX_TABLE_SIZE);
        }
        return (int) size;
    }

    private static @Nullable SlowStart slowStart(Cluster cluster) throws Refusal {
        return switch (cluster.getLbConfigCase()) {
            case ROUND_ROBIN_LB_CONFIG ->
                    cluster.getRoundRobinLbConfig().hasSlowStartConfig()
                            ? slowStart(
                                    cluster.getRoundRobinLbConfig().getSlowStartConfig(),
                                    At.ROOT.field("round_robin_lb_config"))
                            : null;
            case LEAST_REQUEST_LB_CONFIG ->
                    cluster.getLeastRequestLbConfig().hasSlowStartConfig()
                            ? slowStart(
                                    cluster.getLeastRequestLbConfig().getSlowStartConfig(),
                                    At.ROOT.field("least_request_lb_config"))
                            : null;
            default -> null;
        };
    }

    private static @Nullable SlowStart slowStart(Cluster.SlowStartConfig config, At lbConfig)
            throws Refusal {
        At at = lbConfig.field("slow_start_config");
        Duration window =
                Values.duration(config.getSlowStartWindow(), at.field("slow_start_window"));
        if (window.isZero()) {
            return null;
        }
        double aggression = config.hasAggression() ? config.getAggression().getDefaultValue() : 1;
        if (!(aggression > 0) || Double.isInfinite(aggression)) {
            throw at.field("aggression").field("default_value").refuse(aggression + "");
        }
        double minimum =
                config.hasMinWeightPercent() ? config.getMinWeightPercent().getValue() : 10;
        return new SlowStart(
                window, aggression, Values.percent(minimum, at.field("min_weight_percent")));
    }

    /** Rounded to a whole number, as Envoy does. */
    private static int panicPercent(Cluster.CommonLbConfig config) throws Refusal {
        if (!config.hasHealthyPanicThreshold()) {
            return ENVOY.panicPercent();
        }
        At at = At.ROOT.field("common_lb_config").field("healthy_panic_threshold");
        return (int) Math.round(Values.percent(config.getHealthyPanicThreshold().getValue(), at));
    }

    /** A number that is given, or what it is otherwise; beyond 2^31-1 it stands for that. */
    static int number(boolean given, UInt32Value value, int otherwise) {
        if (!given) {
            return otherwise;
        }
        return value.getValue() < 0 ? Integer.MAX_VALUE : value.getValue();
    }
}
