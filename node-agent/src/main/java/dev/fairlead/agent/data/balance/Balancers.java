package dev.fairlead.agent.data.balance;

import dev.fairlead.agent.model.cluster.Cluster.LbPolicy;
import dev.fairlead.agent.model.cluster.LoadBalancing;
import dev.fairlead.agent.model.cluster.LoadBalancing.SlowStart;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Makes the balancers of one cluster: one policy over several sets of candidates. */
final class Balancers<C extends Candidate> {

    private final LbPolicy policy;
    private final LoadBalancing balancing;
    private final RandomGenerator random;
    private final LongSupplier nanos;

    Balancers(
            LbPolicy policy, LoadBalancing balancing, RandomGenerator random, LongSupplier nanos) {
        this.policy = policy;
        this.balancing = balancing;
        this.random = random;
        this.nanos = nanos;
    }

    RandomGenerator random() {
        return random;
    }

    /** Whether a request's hash decides. */
    boolean hashes() {
        return policy == LbPolicy.RING_HASH || policy == LbPolicy.MAGLEV;
    }

    /** Whether localities share the requests by their weights. */
    boolean weighsLocalities() {
        return balancing.weightedLocalities();
    }

    /** Over {@code shares}; only where it hashes. */
    Balancer<C> hashing(List<Share<C>> shares) {
        if (shares.isEmpty()) {
            return () -> null;
        }
        return policy == LbPolicy.MAGLEV
                ? new Maglev<>(shares, balancing.maglevTableSize(), random)
                : new RingHash<>(
                        shares, balancing.minimumRingSize(), balancing.maximumRingSize(), random);
    }

    /** Over {@code candidates}, by their own weights; only where it does not hash. */
    Balancer<C> of(List<C> candidates) {
        if (candidates.isEmpty()) {
            return () -> null;
        }
        if (candidates.size() == 1) {
            C only = candidates.getFirst();
            return () -> only;
        }
        return switch (policy) {
            case ROUND_ROBIN ->
                    even(candidates)
                            ? new Turns<>(candidates, random)
                            : new EarliestDeadline<>(candidates, this::weight, random)::pick;
            case LEAST_REQUEST ->
                    even(candidates)
                            ? new LeastRequest<>(candidates, balancing.choices(), random)
                            : new EarliestDeadline<>(candidates, this::idleWeight, random)::pick;
            case RANDOM, RING_HASH, MAGLEV -> // Envoy's random has no weights either
                    () -> candidates.get(random.nextInt(candidates.size()));
        };
    }

    private boolean even(List<C> candidates) {
        int weight = candidates.getFirst().weight();
        SlowStart slowStart = balancing.slowStart();
        for (C each : candidates) {
            if (each.weight() != weight || slowStart != null && isNew(each, slowStart)) {
                return false;
            }
        }
        return true;
    }

    private boolean isNew(C candidate, SlowStart slowStart) {
        return candidate.healthySince() != Candidate.SETTLED
                && nanos.getAsLong() - candidate.healthySince() < slowStart.window().toNanos();
    }

    private double weight(C candidate) {
        SlowStart slowStart = balancing.slowStart();
        if (slowStart == null || candidate.healthySince() == Candidate.SETTLED) {
            return candidate.weight();
        }
        return candidate.weight()
                * SlowStartWeight.part(slowStart, nanos.getAsLong() - candidate.healthySince());
    }

    /** Less, the busier it is. Source: Envoy, least request with different weights, bias 1. */
    private double idleWeight(C candidate) {
        return weight(candidate) / (candidate.active() + 1);
    }

    /** A locality's balancer, with how much of the requests it should get. */
    record Weighted<C extends Candidate>(Balancer<C> balancer, double weight) {}

    /** Localities by their weights; null where none has any. */
    @Nullable Balancer<C> localities(List<Weighted<C>> localities) {
        List<Weighted<C>> some = localities.stream().filter(each -> each.weight > 0).toList();
        if (some.isEmpty()) {
            return null;
        }
        if (some.size() == 1) {
            return some.getFirst().balancer;
        }
        var turns = new EarliestDeadline<>(some, Weighted::weight, random);
        return () -> turns.pick().balancer.pick();
    }
}
