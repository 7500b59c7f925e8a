package dev.fairlead.agent.data.balance;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Candidates at many points of a ring each; a hash belongs to the first point that is not before
 * it. The same candidates give the same ring as in Envoy, so one that leaves or comes moves its own
 * part only.
 *
 * <p>Source: Karger et al., "Consistent hashing"; ketama; Envoy's ring hash: points are XXH64 of
 * {@code <address>_<number>}. Cost of a pick: one binary search.
 */
final class RingHash<C extends Candidate> implements Balancer<C> {

    private final RandomGenerator random;
    private final List<Share<C>> shares;

    /** Points in order, as unsigned numbers: the sign bit is turned over. */
    private final long[] points;

    private final int[] owners;

    RingHash(List<Share<C>> shares, long minimumSize, long maximumSize, RandomGenerator random) {
        this.shares = shares;
        this.random = random;
        double least = 1;
        for (Share<C> share : shares) {
            least = Math.min(least, share.part());
        }
        double scale = Math.min(Math.ceil(least * minimumSize) / least, (double) maximumSize);
        long[] found = new long[(int) Math.ceil(scale) + 1];
        int[] of = new int[found.length];
        int size = 0;
        double target = 0;
        for (int i = 0; i < shares.size(); i++) {
            target += scale * shares.get(i).part();
            String prefix = shares.get(i).candidate().hashKey() + "_";
            for (int number = 0; size < target && size < found.length; number++) {
                byte[] key = (prefix + number).getBytes(StandardCharsets.US_ASCII);
                found[size] = XxHash64.of(key, key.length, 0) ^ Long.MIN_VALUE;
                of[size++] = i;
            }
        }
        points = Arrays.copyOf(found, size);
        Arrays.sort(points);
        owners = new int[size];
        for (int i = 0; i < size; i++) {
            owners[Arrays.binarySearch(points, found[i])] = of[i];
        }
    }

    @Override
    public C pick() {
        return pick(random.nextLong(), 0);
    }

    @Override
    public C pick(long hash, int attempt) {
        int at = Arrays.binarySearch(points, hash ^ Long.MIN_VALUE);
        int first = at < 0 ? -at - 1 : at;
        int owner = owners[(first % points.length + attempt) % points.length];
        return shares.get(owner).candidate();
    }

    int size() {
        return points.length;
    }
}
