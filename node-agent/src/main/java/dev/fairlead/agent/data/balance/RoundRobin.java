package dev.fairlead.agent.data.balance;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Each candidate in turn, as often in a round as its weight says, spread over the round.
 *
 * <p>Source: smooth weighted round robin (nginx), unrolled once for rounds of at most 1024 turns;
 * longer ones are shortened in proportion. It starts anywhere, so that many pods do not all begin
 * with the same endpoint.
 */
final class RoundRobin<C extends Candidate> implements Balancer<C> {

    private static final int MAX_ROUND = 1024;

    private final List<C> round;
    private int next;

    RoundRobin(List<C> candidates, RandomGenerator random) {
        round = unroll(candidates);
        next = random.nextInt(round.size());
    }

    private static <C extends Candidate> List<C> unroll(List<C> candidates) {
        long total = candidates.stream().mapToLong(Candidate::weight).sum();
        if (total == candidates.size()) {
            return candidates;
        }
        double scale = Math.min(1.0, (double) MAX_ROUND / total);
        int[] weights = new int[candidates.size()];
        int turns = 0;
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (int) Math.max(1, Math.round(candidates.get(i).weight() * scale));
            turns += weights[i];
        }
        long[] credit = new long[weights.length];
        List<C> round = new ArrayList<>(turns);
        for (int turn = 0; turn < turns; turn++) {
            int best = 0;
            for (int i = 0; i < weights.length; i++) {
                credit[i] += weights[i];
                best = credit[i] > credit[best] ? i : best;
            }
            credit[best] -= turns;
            round.add(candidates.get(best));
        }
        return round;
    }

    @Override
    public C pick() {
        C picked = round.get(next);
        next = next + 1 == round.size() ? 0 : next + 1;
        return picked;
    }
}
