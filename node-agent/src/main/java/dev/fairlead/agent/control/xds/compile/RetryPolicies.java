package dev.fairlead.agent.control.xds.compile;

import dev.fairlead.agent.model.route.RetryPolicy;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy.RetryBackOff;
import io.envoyproxy.envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;

/** {@code config.route.v3.RetryPolicy}. */
final class RetryPolicies {

    private static final Duration BASE_INTERVAL = Duration.ofMillis(25); // Envoy's defaults
    private static final int MAX_BY_BASE = 10;

    private static final Set<String> CONDITIONS =
            Set.of(
                    "5xx",
                    "gateway-error",
                    "reset",
                    "reset-before-request",
                    "connect-failure",
                    "envoy-ratelimited",
                    "retriable-4xx",
                    "refused-stream",
                    "retriable-status-codes",
                    "retriable-headers",
                    "http3-post-connect-failure",
                    "cancelled",
                    "deadline-exceeded",
                    "internal",
                    "resource-exhausted",
                    "unavailable");

    private RetryPolicies() {}

    static RetryPolicy compile(io.envoyproxy.envoy.config.route.v3.RetryPolicy policy, At at)
            throws Refusal {
        Duration base = BASE_INTERVAL;
        Duration most = BASE_INTERVAL.multipliedBy(MAX_BY_BASE);
        if (policy.hasRetryBackOff()) {
            At backOffAt = at.field("retry_back_off");
            base = baseInterval(policy.getRetryBackOff(), backOffAt);
            most = maxInterval(policy.getRetryBackOff(), base, backOffAt);
        }
        int picks = Math.clamp(policy.getHostSelectionRetryMaxAttempts(), 0, 1000);
        return new RetryPolicy(
                conditions(policy.getRetryOn(), at.field("retry_on")),
                policy.hasNumRetries() ? retries(policy, at) : 1,
                Values.duration(policy.getPerTryTimeout(), at.field("per_try_timeout")),
                Set.copyOf(policy.getRetriableStatusCodesList()),
                HeaderMatchers.compile(policy.getRetriableHeadersList(), at, "retriable_headers"),
                HeaderMatchers.compile(
                        policy.getRetriableRequestHeadersList(), at, "retriable_request_headers"),
                base,
                most,
                policy.getRetryHostPredicateCount() > 0,
                picks == 0 ? 1 : picks,
                otherPriorities(policy, at));
    }

    private static int retries(io.envoyproxy.envoy.config.route.v3.RetryPolicy policy, At at)
            throws Refusal {
        int retries = policy.getNumRetries().getValue();
        if (retries < 0) {
            throw at.field("num_retries").refuse(Integer.toUnsignedString(retries));
        }
        return retries;
    }

    private static Set<String> conditions(String on, At at) throws Refusal {
        Set<String> conditions = new LinkedHashSet<>();
        for (String part : on.split(",", -1)) {
            String condition = part.strip();
            if (!condition.isEmpty()) {
                if (!CONDITIONS.contains(condition)) {
                    throw at.refuse("\"" + condition + "\" is unknown");
                }
                conditions.add(condition);
            }
        }
        return conditions;
    }

    private static Duration baseInterval(RetryBackOff backOff, At at) throws Refusal {
        At baseAt = at.field("base_interval");
        Duration base = Values.duration(backOff.getBaseInterval(), baseAt);
        if (base.isZero()) {
            throw baseAt.refuse("0");
        }
        return base.toMillis() < 1 ? Duration.ofMillis(1) : base;
    }

    private static Duration maxInterval(RetryBackOff backOff, Duration base, At at) throws Refusal {
        if (!backOff.hasMaxInterval()) {
            return base.multipliedBy(MAX_BY_BASE);
        }
        At mostAt = at.field("max_interval");
        Duration most = Values.duration(backOff.getMaxInterval(), mostAt);
        if (most.compareTo(base) < 0) {
            throw mostAt.refuse("below base_interval");
        }
        return most;
    }

    /** The profile has one kind of host predicate and of priority. */
    private static int otherPriorities(
            io.envoyproxy.envoy.config.route.v3.RetryPolicy policy, At at) throws Refusal {
        if (!policy.hasRetryPriority()) {
            return 0;
        }
        At configAt = at.field("retry_priority").field("typed_config");
        var config =
                Profile.typed(
                        policy.getRetryPriority().getTypedConfig(),
                        PreviousPrioritiesConfig.class,
                        configAt);
        if (config.getUpdateFrequency() < 1) {
            throw configAt.field("update_frequency").refuse("0");
        }
        return config.getUpdateFrequency();
    }
}
