package dev.fairlead.agent.data.balance;

import java.util.List;

/**
 * How much of all requests each priority takes, in percent: the first as much as its healthy
 * endpoints can bear, the next what is left; then degraded endpoints; and where too few of
 * everything are left, all endpoints of a priority, whatever their health ({@code panics}).
 *
 * <p>Immutable. Source: Envoy, "Priority levels", "Panic threshold", "Degraded endpoints".
 */
final class PriorityLoads {

    private final int[] healthyAvailability;
    private final int[] degradedAvailability;
    private final int[] healthy;
    private final int[] degraded;
    private final boolean[] panics;

    /** How many endpoints a priority has. */
    record Counts(int all, int healthy, int degraded) {}

    private PriorityLoads(int[] healthyAvailability, int[] degradedAvailability, boolean[] panics) {
        this.healthyAvailability = healthyAvailability;
        this.degradedAvailability = degradedAvailability;
        this.panics = panics;
        healthy = new int[panics.length];
        degraded = new int[panics.length];
    }

    static PriorityLoads of(
            List<Counts> priorities, int overprovisioningPercent, int panicPercent) {
        int n = priorities.size();
        int[] healthy = new int[n];
        int[] degraded = new int[n];
        for (int i = 0; i < n; i++) {
            Counts counts = priorities.get(i);
            healthy[i] = availability(counts.healthy, counts.all, overprovisioningPercent);
            degraded[i] = availability(counts.degraded, counts.all, overprovisioningPercent);
        }
        PriorityLoads loads = new PriorityLoads(healthy, degraded, new boolean[n]);
        int available = loads.available();
        boolean all = available < 100;
        for (int i = 0; i < n; i++) {
            loads.panics[i] = available < 100 && tooFew(priorities.get(i), panicPercent);
            all &= loads.panics[i];
        }
        if (all && n > 0) {
            loads.byNumber(priorities);
        } else if (available > 0) {
            loads.distribute(available);
        }
        return loads; // otherwise nobody gets anything
    }

    private static int availability(int good, int all, int overprovisioningPercent) {
        return all == 0 ? 0 : (int) Math.min(100, (long) overprovisioningPercent * good / all);
    }

    private static boolean tooFew(Counts counts, int panicPercent) {
        double good = counts.all == 0 ? 0 : 100.0 * (counts.healthy + counts.degraded) / counts.all;
        return good < panicPercent;
    }

    private int available() {
        int sum = 0;
        for (int i = 0; i < panics.length; i++) {
            sum += healthyAvailability[i] + degradedAvailability[i];
        }
        return Math.min(100, sum);
    }

    /** All panic: by the number of endpoints, whatever their health. */
    private void byNumber(List<Counts> priorities) {
        long all = 0;
        for (Counts counts : priorities) {
            all += counts.all;
        }
        int first = 0;
        int left = 100;
        for (int i = panics.length - 1; i >= 0; i--) {
            int count = priorities.get(i).all;
            first = count > 0 ? i : first;
            healthy[i] = all == 0 ? 0 : (int) (100L * count / all);
            left -= healthy[i];
        }
        healthy[first] += left;
    }

    private void distribute(int available) {
        int left = take(healthyAvailability, available, 100, healthy);
        left = take(degradedAvailability, available, left, degraded);
        if (left > 0) { // what rounding left over
            int first = firstAbove0(healthyAvailability);
            if (first >= 0) {
                healthy[first] += left;
            } else {
                degraded[firstAbove0(degradedAvailability)] += left;
            }
        }
    }

    private static int take(int[] availability, int available, int wanted, int[] load) {
        int left = wanted;
        for (int i = 0; i < load.length; i++) {
            load[i] = Math.min(left, availability[i] * 100 / available);
            left -= load[i];
        }
        return left;
    }

    private static int firstAbove0(int[] values) {
        for (int i = 0; i < values.length; i++) {
            if (values[i] > 0) {
                return i;
            }
        }
        return -1;
    }

    /**
     * The same where the first of these priorities are left out, until none is left: then they
     * begin anew.
     *
     * <p>Source: Envoy, "previous_priorities" retry priority.
     *
     * @param tried priorities of endpoints, in order
     * @param every after so many they count
     */
    PriorityLoads without(int[] tried, int every) {
        boolean[] excluded = new boolean[panics.length];
        PriorityLoads loads = this;
        for (int end = every; end <= tried.length; end += every) {
            for (int i = end - every; i < end; i++) {
                if (tried[i] < excluded.length) {
                    excluded[tried[i]] = true;
                }
            }
            PriorityLoads left = without(excluded);
            if (left.available() == 0) {
                excluded = new boolean[panics.length];
                left = without(excluded);
            }
            if (left.available() == 0) {
                return this;
            }
            left.distribute(left.available());
            loads = left;
        }
        return loads;
    }

    private PriorityLoads without(boolean[] excluded) {
        int[] healthyLeft = healthyAvailability.clone();
        int[] degradedLeft = degradedAvailability.clone();
        for (int i = 0; i < excluded.length; i++) {
            if (excluded[i]) {
                healthyLeft[i] = 0;
                degradedLeft[i] = 0;
            }
        }
        return new PriorityLoads(healthyLeft, degradedLeft, panics);
    }

    /**
     * The priority that the {@code point}-th of 100 requests goes to; of degraded endpoints, its
     * complement ({@code ~}).
     */
    int at(int point) {
        int sum = 0;
        for (int i = 0; i < healthy.length; i++) {
            sum += healthy[i];
            if (point < sum) {
                return i;
            }
        }
        for (int i = 0; i < degraded.length; i++) {
            sum += degraded[i];
            if (point < sum) {
                return ~i;
            }
        }
        return 0;
    }

    boolean panics(int priority) {
        return panics[priority];
    }

    /** Whether one priority takes everything with its healthy endpoints. */
    boolean onlyFirst() {
        return panics.length > 0 && healthy[0] == 100 && !panics[0];
    }
}
