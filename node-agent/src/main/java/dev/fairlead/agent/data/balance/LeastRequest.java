package dev.fairlead.agent.data.balance;

import java.util.List;
import java.util.random.RandomGenerator;

/**
 * The least busy of some candidates drawn at random, all of one weight.
 *
 * <p>Source: Mitzenmacher, "The power of two choices"; Envoy's least request. The draws are
 * independent of each other, so all may be the same candidate, as in Envoy.
 */
final class LeastRequest<C extends Candidate> implements Balancer<C> {

    private final List<C> candidates;
    private final int choices;
    private final RandomGenerator random;

    LeastRequest(List<C> candidates, int choices, RandomGenerator random) {
        this.candidates = candidates;
        this.choices = choices;
        this.random = random;
    }

    @Override
    public C pick() {
        C best = draw();
        for (int i = 1; i < choices; i++) {
            C other = draw();
            best = other.active() < best.active() ? other : best;
        }
        return best;
    }

    private C draw() {
        return candidates.get(random.nextInt(candidates.size()));
    }
}
