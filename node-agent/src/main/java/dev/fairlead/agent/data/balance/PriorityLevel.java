package dev.fairlead.agent.data.balance;

import dev.fairlead.agent.data.balance.HostTable.Group;
import dev.fairlead.agent.model.cluster.Endpoint.Health;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The candidates of one priority: those that are healthy, those that are degraded; in a panic, all
 * alike.
 *
 * <p>Source: Envoy, "Locality weighted load balancing": the weight of a locality shrinks with its
 * health, but not for policies that hash.
 */
final class PriorityLevel<C extends Candidate> {

    private final Balancer<C> healthy;
    private final Balancer<C> degraded;

    PriorityLevel(
            List<Group<C>> groups,
            boolean panics,
            int overprovisioningPercent,
            Balancers<C> balancers) {
        if (balancers.hashes()) {
            healthy = balancers.hashing(shares(groups, panics, balancers.weighsLocalities()));
            degraded = healthy; // as Envoy: the ring has healthy endpoints only
        } else if (panics) {
            healthy = balancers.of(all(groups, null));
            degraded = healthy;
        } else {
            healthy = of(groups, Health.HEALTHY, overprovisioningPercent, balancers);
            degraded = of(groups, Health.DEGRADED, overprovisioningPercent, balancers);
        }
    }

    private static <C extends Candidate> Balancer<C> of(
            List<Group<C>> groups,
            Health health,
            int overprovisioningPercent,
            Balancers<C> balancers) {
        if (balancers.weighsLocalities()) {
            List<Balancers.Weighted<C>> localities = new ArrayList<>();
            for (Group<C> locality : merged(groups)) {
                List<C> some = all(List.of(locality), health);
                double part = (double) some.size() / locality.candidates().size();
                double bears = Math.min(1, overprovisioningPercent / 100.0 * part);
                localities.add(
                        new Balancers.Weighted<>(balancers.of(some), locality.weight() * bears));
            }
            Balancer<C> weighted = balancers.localities(localities);
            if (weighted != null) {
                return weighted;
            }
        }
        return balancers.of(all(groups, health));
    }

    /** One group a locality; the last weight counts, as in Envoy. */
    private static <C extends Candidate> List<Group<C>> merged(List<Group<C>> groups) {
        Map<Object, Group<C>> localities = new LinkedHashMap<>();
        for (Group<C> group : groups) {
            localities.merge(
                    group.locality(),
                    group,
                    (a, b) -> {
                        List<C> both = new ArrayList<>(a.candidates());
                        both.addAll(b.candidates());
                        return new Group<>(b.locality(), b.priority(), b.weight(), both);
                    });
        }
        return List.copyOf(localities.values());
    }

    /**
     * @param health null: any
     */
    private static <C extends Candidate> List<C> all(
            List<Group<C>> groups, @Nullable Health health) {
        List<C> all = new ArrayList<>();
        for (Group<C> group : groups) {
            for (C candidate : group.candidates()) {
                if (health == null || candidate.health() == health) {
                    all.add(candidate);
                }
            }
        }
        return all;
    }

    private static <C extends Candidate> List<Share<C>> shares(
            List<Group<C>> groups, boolean panics, boolean weighLocalities) {
        Health health = panics ? null : Health.HEALTHY;
        List<Share<C>> shares = new ArrayList<>();
        long weights = 0;
        for (Group<C> group : groups) {
            weights += group.weight();
        }
        if (!weighLocalities || weights == 0) {
            add(shares, all(groups, health), 1);
            return shares;
        }
        List<Group<C>> localities = merged(groups);
        weights = localities.stream().mapToLong(Group::weight).sum();
        for (Group<C> locality : localities) {
            if (locality.weight() > 0) {
                add(shares, all(List.of(locality), health), (double) locality.weight() / weights);
            }
        }
        return shares;
    }

    private static <C extends Candidate> void add(
            List<Share<C>> shares, List<C> candidates, double part) {
        long weights = 0;
        for (C candidate : candidates) {
            weights += candidate.weight();
        }
        for (C candidate : candidates) {
            shares.add(new Share<>(candidate, candidate.weight() * part / weights));
        }
    }

    Balancer<C> balancer(boolean ofDegraded) {
        return ofDegraded ? degraded : healthy;
    }
}
