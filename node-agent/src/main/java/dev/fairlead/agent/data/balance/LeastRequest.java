package dev.fairlead.agent.data.balance;

import java.util.List;
import java.util.random.RandomGenerator;

/**
 * The less busy, for its weight, of two candidates drawn at random.
 *
 * <p>Source: Mitzenmacher, "The power of two choices"; Envoy's least request with equal weights.
 * The two draws are independent of each other, so both may be the same candidate, as in Envoy.
 */
final class LeastRequest<C extends Candidate> implements Balancer<C> {

    private final WeightedRandom<C> draw;

    LeastRequest(List<C> candidates, RandomGenerator random) {
        draw = new WeightedRandom<>(candidates, random);
    }

    @Override
    public C pick() {
        C first = draw.pick();
        C second = draw.pick();
        return second.active() < first.active() ? second : first;
    }
}
