package dev.fairlead.agent.control.xds.compile;

import com.google.protobuf.Message;
import com.google.protobuf.UInt32Value;
import com.google.protobuf.Value;
import dev.fairlead.agent.model.cluster.CircuitBreakers;
import dev.fairlead.agent.model.cluster.CircuitBreakers.RetryBudget;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A cluster's {@code circuit_breakers}: those of the default priority, with Envoy's defaults. */
final class Thresholds {

    private static final String OURS = "fairlead";
    private static final String NODE_WIDE = "node_wide_limits";
    private static final double BUDGET_PERCENT = 20; // Envoy's
    private static final long BUDGET_MINIMUM = 3; // Envoy's

    private Thresholds() {}

    static CircuitBreakers compile(Cluster cluster) throws Refusal {
        At at = At.ROOT.field("circuit_breakers");
        var breakers = cluster.getCircuitBreakers();
        boolean nodeWide = nodeWide(cluster);
        if (breakers.getThresholdsCount() == 0) {
            return with(CircuitBreakers.DEFAULT, nodeWide);
        }
        if (breakers.getThresholdsCount() > 1) {
            throw at.element("thresholds", 1).refuse("more than one");
        }
        At oneAt = at.element("thresholds", 0);
        var one = breakers.getThresholds(0);
        CircuitBreakers other = CircuitBreakers.DEFAULT;
        return new CircuitBreakers(
                one.hasMaxConnections() ? of(one.getMaxConnections()) : other.maxConnections(),
                one.hasMaxPendingRequests() ? of(one.getMaxPendingRequests()) : other.maxPending(),
                one.hasMaxRequests() ? of(one.getMaxRequests()) : other.maxRequests(),
                one.hasMaxRetries() ? of(one.getMaxRetries()) : other.maxRetries(),
                one.hasRetryBudget()
                        ? budget(one.getRetryBudget(), nodeWide, oneAt.field("retry_budget"))
                        : null,
                nodeWide);
    }

    private static long of(UInt32Value value) {
        return Integer.toUnsignedLong(value.getValue());
    }

    private static RetryBudget budget(
            io.envoyproxy.envoy.config.cluster.v3.CircuitBreakers.Thresholds.RetryBudget budget,
            boolean nodeWide,
            At at)
            throws Refusal {
        Duration interval = interval(budget, at);
        if (interval != null && nodeWide) {
            throw at.field("budget_interval").refuse("stands beside " + NODE_WIDE);
        }
        return new RetryBudget(
                budget.hasBudgetPercent()
                        ? Values.percent(
                                budget.getBudgetPercent().getValue(), at.field("budget_percent"))
                        : BUDGET_PERCENT,
                budget.hasMinRetryConcurrency()
                        ? of(budget.getMinRetryConcurrency())
                        : BUDGET_MINIMUM,
                interval);
    }

    /** None is Envoy's 0 ms. */
    private static @Nullable Duration interval(Message budget, At at) throws Refusal {
        var newer = NewerFields.of(budget, dev.fairlead.wire.v1.newer.RetryBudget.class, at);
        Duration interval = Values.duration(newer.getBudgetInterval(), at.field("budget_interval"));
        return interval.isZero() ? null : interval;
    }

    private static CircuitBreakers with(CircuitBreakers some, boolean nodeWide) {
        return !nodeWide
                ? some
                : new CircuitBreakers(
                        some.maxConnections(),
                        some.maxPending(),
                        some.maxRequests(),
                        some.maxRetries(),
                        some.retryBudget(),
                        true);
    }

    private static boolean nodeWide(Cluster cluster) throws Refusal {
        At at = At.ROOT.field("metadata");
        boolean nodeWide = false;
        for (String owner : cluster.getMetadata().getFilterMetadataMap().keySet()) {
            At ownerAt = at.field("filter_metadata[" + owner + "]");
            if (!owner.equals(OURS)) {
                throw ownerAt.refuse("is outside the profile");
            }
            var fields = cluster.getMetadata().getFilterMetadataOrThrow(owner).getFieldsMap();
            for (Map.Entry<String, Value> field : fields.entrySet()) {
                At fieldAt = ownerAt.field(field.getKey());
                if (!field.getKey().equals(NODE_WIDE)) {
                    throw fieldAt.refuse("is outside the profile");
                }
                if (!field.getValue().hasBoolValue()) {
                    throw fieldAt.refuse("not true or false");
                }
                nodeWide = field.getValue().getBoolValue();
            }
        }
        return nodeWide;
    }
}
