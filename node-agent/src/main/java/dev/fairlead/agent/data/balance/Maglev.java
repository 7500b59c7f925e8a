package dev.fairlead.agent.data.balance;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Candidates in a table that each of them fills in an order of its own, turn by turn. The same
 * candidates give the same table as in Envoy.
 *
 * <p>Source: Eisenbud et al., "Maglev", section 3.4, listing 1, with Envoy's weights. Cost of a
 * pick: one division. Memory: 1, 2 or 4 bytes an entry, by the number of candidates.
 */
final class Maglev<C extends Candidate> implements Balancer<C> {

    private final RandomGenerator random;
    private final List<Share<C>> shares;
    private final int size;
    private final byte[] bytes;
    private final char[] chars;
    private final int[] ints;

    Maglev(List<Share<C>> given, int size, RandomGenerator random) {
        this.random = random;
        this.size = size;
        shares = new ArrayList<>(given);
        shares.sort(Comparator.comparing(share -> share.candidate().hashKey()));
        bytes = new byte[shares.size() <= 1 << 8 ? size : 0];
        chars = new char[bytes.length == 0 && shares.size() <= 1 << 16 ? size : 0];
        ints = new int[bytes.length == 0 && chars.length == 0 ? size : 0];
        fill();
    }

    private void fill() {
        int n = shares.size();
        long[] next = new long[n];
        long[] skip = new long[n];
        double[] target = new double[n];
        double most = 0;
        for (int i = 0; i < n; i++) {
            String key = shares.get(i).candidate().hashKey();
            next[i] = Long.remainderUnsigned(XxHash64.of(key), size);
            skip[i] = Long.remainderUnsigned(XxHash64.of(key, 1), size - 1) + 1;
            most = Math.max(most, shares.get(i).part());
        }
        boolean[] taken = new boolean[size];
        int filled = 0;
        for (long round = 1; filled < size; round++) {
            for (int i = 0; i < n && filled < size; i++) {
                if (round * shares.get(i).part() < target[i]) {
                    continue;
                }
                target[i] += most;
                while (taken[(int) next[i]]) {
                    next[i] = (next[i] + skip[i]) % size;
                }
                taken[(int) next[i]] = true;
                set((int) next[i], i);
                next[i] = (next[i] + skip[i]) % size;
                filled++;
            }
        }
    }

    private void set(int at, int owner) {
        if (bytes.length > 0) {
            bytes[at] = (byte) owner;
        } else if (chars.length > 0) {
            chars[at] = (char) owner;
        } else {
            ints[at] = owner;
        }
    }

    private int get(int at) {
        if (bytes.length > 0) {
            return bytes[at] & 0xff;
        }
        return chars.length > 0 ? chars[at] : ints[at];
    }

    @Override
    public C pick() {
        return pick(random.nextLong(), 0);
    }

    @Override
    public C pick(long hash, int attempt) {
        long turned = attempt == 0 ? hash : hash ^ -attempt;
        return shares.get(get((int) Long.remainderUnsigned(turned, size))).candidate();
    }
}
