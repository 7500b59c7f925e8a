package dev.fairlead.agent.data.balance;

import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Each candidate in turn: equal weights. It starts anywhere, so that many pods do not all begin
 * with the same endpoint.
 */
final class Turns<C extends Candidate> implements Balancer<C> {

    private final List<C> candidates;
    private int next;

    Turns(List<C> candidates, RandomGenerator random) {
        this.candidates = candidates;
        next = random.nextInt(candidates.size());
    }

    @Override
    public C pick() {
        C picked = candidates.get(next);
        next = next + 1 == candidates.size() ? 0 : next + 1;
        return picked;
    }
}
