package dev.fairlead.agent.data.balance;

import dev.fairlead.agent.data.balance.PriorityLoads.Counts;
import dev.fairlead.agent.model.cluster.Cluster.LbPolicy;
import dev.fairlead.agent.model.cluster.Endpoint.Health;
import dev.fairlead.agent.model.cluster.LoadBalancing;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints of a cluster as they are picked from: a priority first, by what each can bear, then
 * a locality where localities are weighted, then one of its endpoints by the cluster's policy. Made
 * anew when endpoints, weights or health change.
 *
 * <p>Owner: one worker loop. Cost of a pick: that of one priority's balancer, where all is well.
 */
public final class HostTable<C extends Candidate> {

    private final RandomGenerator random;
    private final Runnable panicked;
    private final boolean hashes;
    private final PriorityLoads loads;
    private final List<PriorityLevel<C>> levels;

    /** All requests go to this one; null: it depends. */
    private final @Nullable Balancer<C> only;

    /**
     * Candidates of one locality and priority.
     *
     * @param locality what candidates of one locality have in common
     * @param weight of the locality; 0: none
     */
    public record Group<C extends Candidate>(
            Object locality, int priority, int weight, List<C> candidates) {}

    /**
     * @param policy of the cluster
     * @param random for drawing, and for where turns begin
     * @param nanos the clock of {@link Candidate#healthySince}
     * @param panicked is told of each pick that health was of no account for
     */
    public HostTable(
            LbPolicy policy,
            LoadBalancing balancing,
            List<Group<C>> groups,
            int overprovisioningPercent,
            RandomGenerator random,
            LongSupplier nanos,
            Runnable panicked) {
        this.random = random;
        this.panicked = panicked;
        Balancers<C> balancers = new Balancers<>(policy, balancing, random, nanos);
        hashes = balancers.hashes();
        List<List<Group<C>>> priorities = byPriority(groups);
        loads =
                PriorityLoads.of(
                        priorities.stream().map(HostTable::count).toList(),
                        overprovisioningPercent,
                        balancing.panicPercent());
        levels = new ArrayList<>(priorities.size());
        for (int i = 0; i < priorities.size(); i++) {
            levels.add(
                    new PriorityLevel<>(
                            priorities.get(i),
                            loads.panics(i),
                            overprovisioningPercent,
                            balancers));
        }
        only = loads.onlyFirst() ? levels.getFirst().balancer(false) : null;
    }

    private static <C extends Candidate> List<List<Group<C>>> byPriority(List<Group<C>> groups) {
        List<List<Group<C>>> priorities = new ArrayList<>();
        for (Group<C> group : groups) {
            while (priorities.size() <= group.priority()) {
                priorities.add(new ArrayList<>());
            }
            priorities.get(group.priority()).add(group);
        }
        return priorities;
    }

    private static <C extends Candidate> Counts count(List<Group<C>> groups) {
        int all = 0;
        int healthy = 0;
        int degraded = 0;
        for (Group<C> group : groups) {
            for (C candidate : group.candidates()) {
                all++;
                healthy += candidate.health() == Health.HEALTHY ? 1 : 0;
                degraded += candidate.health() == Health.DEGRADED ? 1 : 0;
            }
        }
        return new Counts(all, healthy, degraded);
    }

    /** The endpoint for the next try of a request; null where there is none. */
    public @Nullable C pick(Preferences<C> request) {
        if (only != null
                && !hashes
                && request.hostAttempts() == 0
                && request.otherPriorities() == 0) {
            return only.pick();
        }
        return pickCarefully(request);
    }

    private @Nullable C pickCarefully(Preferences<C> request) {
        if (levels.isEmpty()) {
            return null;
        }
        PriorityLoads now = loadsFor(request);
        long point = hashes && request.hashed() ? request.hash() : random.nextLong();
        int level = now.at((int) Long.remainderUnsigned(point, 100));
        C picked = null;
        for (int attempt = 0; attempt <= Math.max(0, request.hostAttempts() - 1); attempt++) {
            if (attempt > 0 && !hashes) {
                level = now.at(random.nextInt(100));
            }
            picked = from(level, point, attempt);
            if (picked == null || !contains(request.tried(), picked)) {
                return picked;
            }
        }
        return picked;
    }

    private PriorityLoads loadsFor(Preferences<C> request) {
        List<C> tried = request.tried();
        if (request.otherPriorities() == 0 || tried.size() < request.otherPriorities()) {
            return loads;
        }
        int[] priorities = new int[tried.size()];
        for (int i = 0; i < priorities.length; i++) {
            priorities[i] = tried.get(i).priority();
        }
        return loads.without(priorities, request.otherPriorities());
    }

    private @Nullable C from(int level, long point, int attempt) {
        int priority = level < 0 ? ~level : level;
        if (loads.panics(priority)) {
            panicked.run();
        }
        Balancer<C> balancer = levels.get(priority).balancer(level < 0);
        return hashes ? balancer.pick(point, attempt) : balancer.pick();
    }

    @SuppressWarnings("ReferenceEquality")
    private static <C> boolean contains(List<C> all, C one) {
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i) == one) {
                return true;
            }
        }
        return false;
    }
}
