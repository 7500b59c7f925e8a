package dev.fairlead.pilot.state;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * VirtualServices with the RateLimits that name their routes; of several for one route the oldest.
 * One whose own object and limits are as they were comes out as the same object.
 */
public final class RouteLimits {

    private record Limited(List<RateLimit> limits, VirtualService result) {}

    private final List<VirtualService> inForce;
    private final IdentityHashMap<VirtualService, Limited> known = new IdentityHashMap<>();

    /** {@code before} may be null; what it made is taken over. */
    public static RouteLimits of(
            List<VirtualService> all, List<RateLimit> oldestFirst, @Nullable RouteLimits before) {
        return new RouteLimits(all, oldestFirst, before);
    }

    private RouteLimits(
            List<VirtualService> all, List<RateLimit> oldestFirst, @Nullable RouteLimits before) {
        Map<String, List<RateLimit>> byRule = new HashMap<>();
        for (RateLimit limit : oldestFirst) {
            if (limit.route() != null) {
                byRule.computeIfAbsent(
                                limit.meta().namespace() + "/" + limit.route().virtualService(),
                                name -> new ArrayList<>())
                        .add(limit);
            }
        }
        inForce =
                byRule.isEmpty()
                        ? all
                        : all.stream().map(rule -> limited(rule, byRule, before)).toList();
    }

    private VirtualService limited(
            VirtualService rule,
            Map<String, List<RateLimit>> byRule,
            @Nullable RouteLimits before) {
        List<RateLimit> limits = byRule.get(rule.meta().namespace() + "/" + rule.meta().name());
        if (limits == null) {
            return rule;
        }
        Limited old = before == null ? null : before.known.get(rule);
        Limited now =
                old != null && old.limits.equals(limits)
                        ? old
                        : new Limited(
                                limits,
                                rule.with(
                                        rule.http().stream()
                                                .map(route -> limited(route, limits))
                                                .toList()));
        known.put(rule, now);
        return now.result;
    }

    private static HttpRoute limited(HttpRoute route, List<RateLimit> limits) {
        for (RateLimit limit : limits) {
            if (limit.route() != null && limit.route().name().equals(route.name())) {
                return route.with(limit);
            }
        }
        return route;
    }

    public List<VirtualService> inForce() {
        return inForce;
    }
}
