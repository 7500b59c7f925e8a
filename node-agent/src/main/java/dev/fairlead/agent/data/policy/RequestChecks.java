package dev.fairlead.agent.data.policy;

import dev.fairlead.agent.data.stats.Counters;
import dev.fairlead.agent.data.stats.HttpStat;
import dev.fairlead.agent.data.stats.PolicyCounts;
import dev.fairlead.agent.data.stats.RateLimitStat;
import dev.fairlead.agent.data.stats.WorkerStats.HttpCounters;
import dev.fairlead.agent.model.listener.HttpFilter;
import dev.fairlead.agent.model.policy.AccessRules;
import dev.fairlead.agent.model.policy.Rbac;
import dev.fairlead.agent.model.policy.RequestFacts;
import dev.fairlead.agent.model.request.ResponseFlag;
import dev.fairlead.agent.model.route.Fault.Share;
import dev.fairlead.agent.model.route.HeaderEdits;
import dev.fairlead.agent.model.route.RateLimit;
import dev.fairlead.agent.model.route.RoutePolicy;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What the filters of a listener, and the routes that say otherwise, say of a request before it is
 * routed on.
 *
 * <p>Owner: the pod's loop.
 */
public final class RequestChecks {

    private static final int RESOURCE_EXHAUSTED = 8; // gRPC's

    private final PodLimits limits;
    private final RandomGenerator random;

    public RequestChecks(PodLimits limits, RandomGenerator random) {
        this.limits = limits;
        this.random = random;
    }

    /**
     * The answer to a request that may not pass.
     *
     * @param grpcStatus for a client that understands it; -1: what {@code status} stands for
     * @param details why, for the log
     */
    public record Denied(
            int status,
            int grpcStatus,
            String body,
            ResponseFlag flag,
            HeaderEdits.Side response,
            String details) {}

    /**
     * Null: it may pass.
     *
     * @param filters not empty, or this need not be asked
     * @param policy of its route
     * @param counters of the listener's filter
     */
    public @Nullable Denied check(
            List<HttpFilter> filters,
            RoutePolicy policy,
            CheckedRequest facts,
            HttpCounters counters) {
        for (int i = 0; i < filters.size(); i++) {
            Denied denied =
                    switch (filters.get(i)) {
                        case HttpFilter.Limit(String name, @Nullable RateLimit limit) ->
                                limit(limit(name, limit, policy), facts);
                        case HttpFilter.Access(String name, AccessRules rules) ->
                                access(rules(name, rules, policy), facts, counters);
                        case HttpFilter.Tokens _ -> null; // a stage of its own
                        case HttpFilter.External _ -> null; // a stage of its own
                    };
            if (denied != null) {
                return denied;
            }
        }
        return null;
    }

    /**
     * Why access rules would refuse a request that is under way; null: they would not. Nothing is
     * counted.
     */
    public static @Nullable String refuses(
            List<HttpFilter> filters, RoutePolicy policy, CheckedRequest facts) {
        for (int i = 0; i < filters.size(); i++) {
            if (filters.get(i) instanceof HttpFilter.Access(String name, AccessRules own)) {
                Rbac rules = rules(name, own, policy).rules();
                String matching = rules == null ? null : rules.matching(facts);
                if (rules != null && !rules.action().allows(matching != null)) {
                    return AccessDetails.denied(matching);
                }
            }
        }
        return null;
    }

    private static @Nullable RateLimit limit(
            String name, @Nullable RateLimit own, RoutePolicy policy) {
        RateLimit ofRoute = policy.rateLimit();
        return ofRoute != null && name.equals(HttpFilter.LIMIT) ? ofRoute : own;
    }

    private static AccessRules rules(String name, AccessRules own, RoutePolicy policy) {
        AccessRules ofRoute = policy.access();
        return ofRoute != null && name.equals(HttpFilter.ACCESS) ? ofRoute : own;
    }

    private @Nullable Denied limit(@Nullable RateLimit limit, RequestFacts facts) {
        if (limit == null || !drawn(limit.enabled())) {
            return null;
        }
        RateLimiter limiter = limits.of(limit);
        Counters<RateLimitStat> counters = limiter.counters();
        counters.inc(RateLimitStat.ENABLED);
        if (limiter.allows(facts)) {
            counters.inc(RateLimitStat.OK);
            return null;
        }
        counters.inc(RateLimitStat.RATE_LIMITED);
        if (!drawn(limit.enforced())) {
            return null;
        }
        counters.inc(RateLimitStat.ENFORCED);
        RateLimit.Refusal refusal = limit.refusal();
        return new Denied(
                refusal.status(),
                refusal.exhausted() ? RESOURCE_EXHAUSTED : -1,
                refusal.body(),
                ResponseFlag.RATE_LIMITED,
                refusal.response(),
                "local_rate_limited");
    }

    private boolean drawn(Share share) {
        return share.numerator() >= share.denominator()
                || share.numerator() > 0 && random.nextInt(share.denominator()) < share.numerator();
    }

    private static @Nullable Denied access(
            AccessRules access, CheckedRequest facts, HttpCounters counters) {
        Rbac shadow = access.shadow();
        if (shadow != null) {
            shadow(shadow, access, facts, counters);
        }
        Rbac rules = access.rules();
        if (rules == null) {
            return null;
        }
        String policy = rules.matching(facts);
        boolean allows = rules.action().allows(policy != null);
        if (access.counted() && policy != null) {
            counters.policies().inc("", policy, PolicyCounts.Outcome.of(true, allows));
        }
        if (allows) {
            counters.counters().inc(HttpStat.RBAC_ALLOWED);
            return null;
        }
        counters.counters().inc(HttpStat.RBAC_DENIED);
        return new Denied(
                access.status(),
                -1,
                access.body(facts),
                ResponseFlag.RBAC,
                HeaderEdits.Side.NONE,
                AccessDetails.denied(policy));
    }

    private static void shadow(
            Rbac rules, AccessRules access, CheckedRequest facts, HttpCounters counters) {
        AccessRules.Purpose purpose = access.purpose();
        String policy = rules.matching(facts);
        if (policy != null) {
            facts.shadowed(purpose.prefix(), policy);
        }
        boolean allows = rules.action().allows(policy != null);
        if (access.counted() && policy != null) {
            counters.policies()
                    .inc(purpose.prefix(), policy, PolicyCounts.Outcome.of(false, allows));
        }
        counters.counters()
                .inc(
                        switch (purpose) {
                            case UNTOLD ->
                                    allows
                                            ? HttpStat.RBAC_SHADOW_ALLOWED
                                            : HttpStat.RBAC_SHADOW_DENIED;
                            case EXTERNAL ->
                                    allows
                                            ? HttpStat.RBAC_EXTERNAL_SHADOW_ALLOWED
                                            : HttpStat.RBAC_EXTERNAL_SHADOW_DENIED;
                            case DRY_RUN_ALLOW ->
                                    allows
                                            ? HttpStat.RBAC_DRY_RUN_ALLOW_SHADOW_ALLOWED
                                            : HttpStat.RBAC_DRY_RUN_ALLOW_SHADOW_DENIED;
                            case DRY_RUN_DENY ->
                                    allows
                                            ? HttpStat.RBAC_DRY_RUN_DENY_SHADOW_ALLOWED
                                            : HttpStat.RBAC_DRY_RUN_DENY_SHADOW_DENIED;
                        });
        AccessDetails.logShadow(purpose, policy, allows, facts);
    }
}
