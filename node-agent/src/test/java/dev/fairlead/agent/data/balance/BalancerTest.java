package dev.fairlead.agent.data.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import dev.fairlead.agent.data.balance.HostTable.Group;
import dev.fairlead.agent.model.cluster.Cluster.LbPolicy;
import dev.fairlead.agent.model.cluster.Endpoint.Health;
import dev.fairlead.agent.model.cluster.LoadBalancing;
import dev.fairlead.agent.model.cluster.LoadBalancing.SlowStart;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Statistical rows: n = 60,000 picks; bounds are at least 4 sigma of a binomial. */
class BalancerTest {

    private static final int N = 60_000;

    private long now;
    private long panics;

    private static final class Server implements Candidate {

        private final String key;
        private final int weight;
        private final int priority;
        private Health health = Health.HEALTHY;
        private long healthySince = SETTLED;
        private int active;
        private int picked;

        Server(String key, int weight, int priority) {
            this.key = key;
            this.weight = weight;
            this.priority = priority;
        }

        @Override
        public int active() {
            return active;
        }

        @Override
        public int weight() {
            return weight;
        }

        @Override
        public Health health() {
            return health;
        }

        @Override
        public int priority() {
            return priority;
        }

        @Override
        public String hashKey() {
            return key;
        }

        @Override
        public long healthySince() {
            return healthySince;
        }

        @Override
        public String toString() {
            return key + "=" + picked;
        }
    }

    /** Of what a request wants. */
    private record Wants(
            boolean hashed, long hash, List<Server> tried, int hostAttempts, int otherPriorities)
            implements Preferences<Server> {

        static final Wants NOTHING = new Wants(false, 0, List.of(), 0, 0);

        static Wants hash(long hash) {
            return new Wants(true, hash, List.of(), 0, 0);
        }
    }

    private static List<Server> servers(int... weights) {
        List<Server> servers = new ArrayList<>();
        for (int i = 0; i < weights.length; i++) {
            servers.add(new Server("198.18.0." + (i + 1) + ":80", weights[i], 0));
        }
        return servers;
    }

    private static List<Server> equal(int count) {
        int[] weights = new int[count];
        Arrays.fill(weights, 1);
        return servers(weights);
    }

    private HostTable<Server> table(
            LbPolicy policy, LoadBalancing balancing, List<Group<Server>> groups) {
        return new HostTable<>(
                policy, balancing, groups, 140, new SplittableRandom(7), () -> now, () -> panics++);
    }

    private HostTable<Server> table(LbPolicy policy, List<Server> servers) {
        return table(policy, LoadBalancing.DEFAULT, groups(servers));
    }

    private static List<Group<Server>> groups(List<Server> servers) {
        Map<Integer, List<Server>> priorities = new HashMap<>();
        servers.forEach(each ->
                priorities.computeIfAbsent(each.priority, _ -> new ArrayList<>()).add(each));
        List<Group<Server>> groups = new ArrayList<>();
        priorities.forEach((priority, of) -> groups.add(new Group<>("here", priority, 0, of)));
        return groups;
    }

    private static void run(HostTable<Server> table) {
        for (int i = 0; i < N; i++) {
            Server server = table.pick(Wants.NOTHING);
            assertThat(server).isNotNull();
            server.picked++;
        }
    }

    private static double fourSigma(double share) {
        return 4 * Math.sqrt(N * share * (1 - share));
    }

    private static void assertShare(Server server, double share) {
        assertThat((double) server.picked)
                .as(server.key)
                .isCloseTo(N * share, offset(fourSigma(share) + 1));
    }

    @ParameterizedTest
    @EnumSource
    void nobodyToPick(LbPolicy policy) {
        assertThat(table(policy, servers()).pick(Wants.NOTHING)).isNull();
    }

    @ParameterizedTest
    @EnumSource
    void theOnlyOne(LbPolicy policy) {
        List<Server> one = servers(9);

        run(table(policy, one));

        assertThat(one.getFirst().picked).isEqualTo(N);
    }

    @ParameterizedTest
    @EnumSource(names = {"ROUND_ROBIN", "LEAST_REQUEST", "RANDOM"})
    void equalWeightsGetEqualShares(LbPolicy policy) {
        List<Server> servers = servers(1, 1, 1);

        run(table(policy, servers));

        servers.forEach(each -> assertShare(each, 1 / 3.0));
    }

    @ParameterizedTest
    @EnumSource(names = {"ROUND_ROBIN", "LEAST_REQUEST"})
    void weightsGiveShares(LbPolicy policy) {
        List<Server> servers = servers(1, 2, 7);

        run(table(policy, servers));

        servers.forEach(each -> assertShare(each, each.weight / 10.0));
    }

    @Test
    void hashesShareByWeights() {
        List<Server> maglev = servers(1, 2, 7);
        run(table(LbPolicy.MAGLEV, maglev));
        maglev.forEach(each -> assertShare(each, each.weight / 10.0));

        List<Server> ring = servers(1, 2, 7); // 103 points of the lightest: 10 % is one sigma
        run(table(LbPolicy.RING_HASH, ring));
        ring.forEach(each ->
                assertThat(each.picked / (double) N)
                        .isCloseTo(each.weight / 10.0, offset(0.4 * each.weight / 10.0)));
    }

    @Test
    void randomHasNoWeights() {
        List<Server> servers = servers(1, 9);

        run(table(LbPolicy.RANDOM, servers));

        servers.forEach(each -> assertShare(each, 0.5));
    }

    @Test
    void roundRobinIsExactAndSpreadOverTheRound() {
        List<Server> servers = servers(2, 1, 1);
        HostTable<Server> table = table(LbPolicy.ROUND_ROBIN, servers);
        List<Server> picks = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            picks.add(table.pick(Wants.NOTHING));
        }
        for (int at = 0; at + 4 <= picks.size(); at++) {
            assertThat(picks.subList(at, at + 4)).containsAll(servers);
        }
    }

    /** Of two draws the less busy wins, so the busy one is left with (1/3)² of the picks. */
    @Test
    void leastRequestAvoidsTheBusy() {
        List<Server> servers = servers(1, 1, 1);
        servers.getFirst().active = 100;

        run(table(LbPolicy.LEAST_REQUEST, servers));

        assertShare(servers.getFirst(), 1 / 9.0);
    }

    /** With weights, a busy one's is divided by what is under way, and one. */
    @Test
    void leastRequestWithWeightsDividesByTheBusy() {
        List<Server> servers = servers(8, 1);
        servers.getFirst().active = 7;

        run(table(LbPolicy.LEAST_REQUEST, servers));

        servers.forEach(each -> assertShare(each, 0.5));
    }

    /** Source of the expected values: the XXH64 reference implementation. */
    @ParameterizedTest
    @CsvSource({
        "'', 0, ef46db3751d8e999",
        "a, 0, d24ec4f1a98c6e5b",
        "abc, 0, 44bc2cf5ad770999",
        "'Nobody inspects the spammish repetition', 0, fbcea83c8a378bf1",
    })
    void xxHash64(String text, long seed, String hash) {
        assertThat(Long.toHexString(XxHash64.of(text, seed))).isEqualTo(hash);
    }

    @ParameterizedTest
    @EnumSource(names = {"RING_HASH", "MAGLEV"})
    void oneHashGetsOneEndpointWhateverTheOrder(LbPolicy policy) {
        List<Server> servers = equal(10);
        HostTable<Server> table = table(policy, servers);
        HostTable<Server> other = table(policy, servers.reversed());

        new SplittableRandom(3)
                .longs(1000)
                .forEach(hash -> {
                    Server picked = table.pick(Wants.hash(hash));
                    assertThat(table.pick(Wants.hash(hash))).isSameAs(picked);
                    assertThat(other.pick(Wants.hash(hash))).isSameAs(picked);
                });
    }

    /**
     * Of ten endpoints one leaves: its tenth is spread, and little else moves. The ring gives those
     * that stay eleven points more each.
     */
    @ParameterizedTest
    @CsvSource({"RING_HASH, 0.12", "MAGLEV, 0.05"})
    void oneThatLeavesMovesItsOwn(LbPolicy policy, double more) {
        List<Server> servers = equal(10);
        HostTable<Server> before = table(policy, servers);
        HostTable<Server> after = table(policy, servers.subList(0, 9));
        int moved = 0;
        int needlessly = 0;
        for (long hash : new SplittableRandom(5).longs(N).toArray()) {
            Server was = before.pick(Wants.hash(hash));
            if (after.pick(Wants.hash(hash)) != was) {
                moved++;
                needlessly += was == servers.getLast() ? 0 : 1;
            }
        }
        assertThat(needlessly / (double) N).isLessThanOrEqualTo(more);
        assertThat(moved / (double) N).isBetween(0.05, 0.25);
    }

    @ParameterizedTest
    @EnumSource(names = {"RING_HASH", "MAGLEV"})
    void aRetryGoesElsewhere(LbPolicy policy) {
        List<Server> servers = equal(5);
        HostTable<Server> table = table(policy, servers);
        int same = 0;
        for (long hash : new SplittableRandom(5).longs(1000).toArray()) {
            Server first = table.pick(Wants.hash(hash));
            same += table.pick(new Wants(true, hash, List.of(first), 5, 0)) == first ? 1 : 0;
        }
        assertThat(same).isLessThan(20); // five picks of a fifth each
    }

    @Test
    void triedHostsAreAvoidedUntilAttemptsEnd() {
        List<Server> servers = servers(1, 1);
        HostTable<Server> table = table(LbPolicy.ROUND_ROBIN, servers);
        Server first = servers.getFirst();

        for (int i = 0; i < 10; i++) {
            assertThat(table.pick(new Wants(false, 0, List.of(first), 5, 0)))
                    .isSameAs(servers.getLast());
        }
        assertThat(table.pick(new Wants(false, 0, servers, 5, 0))).isNotNull();
    }

    private static List<Server> priorities(int... counts) {
        List<Server> servers = new ArrayList<>();
        for (int priority = 0; priority < counts.length; priority++) {
            for (int i = 0; i < counts[priority]; i++) {
                servers.add(new Server("198.18." + priority + "." + i + ":80", 1, priority));
            }
        }
        return servers;
    }

    private static int picked(List<Server> servers, int priority) {
        return servers.stream().filter(s -> s.priority == priority).mapToInt(s -> s.picked).sum();
    }

    @Test
    void triedPrioritiesAreLeftOut() {
        List<Server> servers = priorities(1, 1);
        HostTable<Server> table = table(LbPolicy.ROUND_ROBIN, servers);

        assertThat(table.pick(new Wants(false, 0, List.of(), 0, 1))).isSameAs(servers.getFirst());
        assertThat(table.pick(new Wants(false, 0, servers.subList(0, 1), 0, 1)))
                .isSameAs(servers.getLast());
        assertThat(table.pick(new Wants(false, 0, servers, 0, 1))) // all tried: anew
                .isSameAs(servers.getFirst());
        assertThat(table.pick(new Wants(false, 0, servers.subList(0, 1), 0, 2)))
                .isSameAs(servers.getFirst());
    }

    /** Source: Envoy, "Priority levels": 5 of 10 healthy bear 70 %. */
    @Test
    void whatAPriorityCannotBearGoesToTheNext() {
        List<Server> servers = priorities(10, 10);
        servers.subList(0, 5).forEach(each -> each.health = Health.UNHEALTHY);

        run(table(LbPolicy.ROUND_ROBIN, servers));

        assertThat((double) picked(servers, 0)).isCloseTo(N * 0.7, offset(fourSigma(0.7)));
        assertThat(servers.subList(0, 5)).allMatch(each -> each.picked == 0);
        assertThat(panics).isZero();
    }

    @Test
    void tooFewHealthyIsAPanic() {
        List<Server> servers = equal(10);
        servers.subList(0, 6).forEach(each -> each.health = Health.UNHEALTHY);

        run(table(LbPolicy.ROUND_ROBIN, servers));

        servers.forEach(each -> assertThat(each.picked).isEqualTo(N / 10));
        assertThat(panics).isEqualTo(N);
    }

    @ParameterizedTest
    @EnumSource
    void noPanicIfItIsSwitchedOff(LbPolicy policy) {
        LoadBalancing never = new LoadBalancing(2, 1024, 1024, 65_537, null, 0, false);
        List<Server> servers = equal(10);
        servers.subList(0, 9).forEach(each -> each.health = Health.UNHEALTHY);

        run(table(policy, never, groups(servers)));
        assertThat(servers.getLast().picked).isEqualTo(N);

        servers.getLast().health = Health.UNHEALTHY;
        assertThat(table(policy, never, groups(servers)).pick(Wants.NOTHING)).isNull();
    }

    @Test
    void degradedTakeWhatTheHealthyCannotBear() {
        List<Server> servers = equal(10);
        servers.subList(0, 5).forEach(each -> each.health = Health.DEGRADED);

        run(table(LbPolicy.RANDOM, servers));

        int degraded = servers.subList(0, 5).stream().mapToInt(each -> each.picked).sum();
        assertThat((double) degraded).isCloseTo(N * 0.3, offset(fourSigma(0.3)));
    }

    /** Source: Envoy, "Locality weighted load balancing". */
    @ParameterizedTest
    @CsvSource({"0, 0.5", "1, 0.5", "2, 0.4118"})
    void localitiesShareByWeightAndHealth(int unhealthy, double share) {
        LoadBalancing weighted = new LoadBalancing(2, 1024, 1024, 65_537, null, 50, true);
        List<Server> here = equal(4);
        List<Server> there = equal(8);
        here.subList(0, unhealthy).forEach(each -> each.health = Health.UNHEALTHY);
        List<Group<Server>> groups =
                List.of(new Group<>("here", 0, 3, here), new Group<>("there", 0, 3, there));

        run(table(LbPolicy.ROUND_ROBIN, weighted, groups));

        int picked = here.stream().mapToInt(each -> each.picked).sum();
        assertThat((double) picked).isCloseTo(N * share, offset(fourSigma(share)));
    }

    @ParameterizedTest
    @CsvSource({"0, 0.1", "30, 0.5", "54, 0.9", "60, 1", "600, 1"})
    void slowStartGrowsWithTime(int seconds, double part) {
        SlowStart slow = new SlowStart(Duration.ofSeconds(60), 1, 10);
        LoadBalancing balancing = new LoadBalancing(2, 1024, 1024, 65_537, slow, 50, false);
        List<Server> servers = servers(1, 1);
        servers.getLast().healthySince = 0;
        HostTable<Server> table = table(LbPolicy.ROUND_ROBIN, balancing, groups(servers));
        now = Duration.ofSeconds(seconds).toNanos();

        for (int i = 0; i < 100; i++) {
            table.pick(Wants.NOTHING); // what was due by the weight that it had
        }
        run(table);

        assertShare(servers.getLast(), part / (1 + part));
    }

    @Test
    void aggressionLiftsTheBeginning() {
        SlowStart slow = new SlowStart(Duration.ofSeconds(100), 2, 10);

        assertThat(SlowStartWeight.part(slow, Duration.ofSeconds(25).toNanos())).isEqualTo(0.5);
        assertThat(SlowStartWeight.part(slow, Duration.ofMillis(1).toNanos())).isEqualTo(0.1);
    }
}
