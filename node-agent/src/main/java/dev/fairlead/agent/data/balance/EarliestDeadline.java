package dev.fairlead.agent.data.balance;

import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;

/**
 * Things in proportion to their weights, each spread evenly: the one that is due first is picked,
 * and due again after the inverse of the weight that it has then. The first time it is due anywhere
 * within that, so that many pods do not all begin with the same one.
 *
 * <p>Source: earliest deadline first scheduling, as Envoy's EdfScheduler. Weights above 0. Cost of
 * a pick: O(log n), nothing is allocated.
 */
final class EarliestDeadline<T> {

    private final List<T> things;
    private final ToDoubleFunction<T> weight;
    private final int[] heap;
    private final double[] due;
    private final long[] order;
    private long picks;

    EarliestDeadline(List<T> things, ToDoubleFunction<T> weight, RandomGenerator random) {
        this.things = List.copyOf(things);
        this.weight = weight;
        heap = new int[things.size()];
        due = new double[heap.length];
        order = new long[heap.length];
        for (int i = 0; i < heap.length; i++) {
            heap[i] = i;
            order[i] = picks++;
            due[i] = random.nextDouble() / weight.applyAsDouble(things.get(i));
        }
        for (int i = heap.length / 2; i >= 0; i--) {
            sink(i);
        }
    }

    T pick() {
        int first = heap[0];
        T picked = things.get(first);
        due[first] += 1 / weight.applyAsDouble(picked);
        order[first] = picks++;
        sink(0);
        return picked;
    }

    private void sink(int from) {
        int at = from;
        while (true) {
            int least = at;
            for (int child = 2 * at + 1; child <= 2 * at + 2 && child < heap.length; child++) {
                if (before(heap[child], heap[least])) {
                    least = child;
                }
            }
            if (least == at) {
                return;
            }
            int other = heap[least];
            heap[least] = heap[at];
            heap[at] = other;
            at = least;
        }
    }

    private boolean before(int a, int b) {
        return due[a] < due[b] || due[a] == due[b] && order[a] < order[b];
    }
}
