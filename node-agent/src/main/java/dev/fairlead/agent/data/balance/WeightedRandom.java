package dev.fairlead.agent.data.balance;

import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/** Any candidate, in proportion to its weight. */
final class WeightedRandom<C extends Candidate> implements Balancer<C> {

    private final List<C> candidates;
    private final long[] upTo;
    private final RandomGenerator random;

    WeightedRandom(List<C> candidates, RandomGenerator random) {
        this.candidates = candidates;
        this.random = random;
        upTo = new long[candidates.size()];
        long sum = 0;
        for (int i = 0; i < upTo.length; i++) {
            sum += candidates.get(i).weight();
            upTo[i] = sum;
        }
    }

    @Override
    public C pick() {
        return candidates.get(index());
    }

    private int index() {
        long total = upTo[upTo.length - 1];
        if (total == upTo.length) {
            return random.nextInt(upTo.length);
        }
        int found = Arrays.binarySearch(upTo, random.nextLong(total) + 1);
        return found < 0 ? -found - 1 : found;
    }
}
