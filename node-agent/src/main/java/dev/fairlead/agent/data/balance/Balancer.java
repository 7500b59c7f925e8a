package dev.fairlead.agent.data.balance;

import dev.fairlead.agent.model.cluster.Cluster.LbPolicy;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Picks one of some candidates, which are fixed when it is made.
 *
 * <p>Owner: one worker loop. Cost of a pick: O(1), or O(log n) where weights differ.
 */
public interface Balancer<C extends Candidate> {

    /** The candidate for the next request; null where there are none. */
    @Nullable C pick();

    static <C extends Candidate> Balancer<C> of(
            LbPolicy policy, List<C> candidates, RandomGenerator random) {
        if (candidates.isEmpty()) {
            return () -> null;
        }
        if (candidates.size() == 1) {
            C only = candidates.getFirst();
            return () -> only;
        }
        return switch (policy) {
            case ROUND_ROBIN -> new RoundRobin<>(candidates, random);
            case LEAST_REQUEST -> new LeastRequest<>(candidates, random);
            case RANDOM, RING_HASH, MAGLEV -> new WeightedRandom<>(candidates, random);
        };
    }
}
