package dev.fairlead.agent.data.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import dev.fairlead.agent.model.cluster.Cluster.LbPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Statistical rows: n = 60,000 picks; bounds are at least 4 sigma of a binomial. */
class BalancerTest {

    private static final int N = 60_000;

    private static final class Server implements Candidate {

        private final int weight;
        private int active;
        private int picked;

        Server(int weight) {
            this.weight = weight;
        }

        @Override
        public int active() {
            return active;
        }

        @Override
        public int weight() {
            return weight;
        }
    }

    private static List<Server> servers(int... weights) {
        List<Server> servers = new ArrayList<>();
        for (int weight : weights) {
            servers.add(new Server(weight));
        }
        return servers;
    }

    private static void run(LbPolicy policy, List<Server> servers) {
        Balancer<Server> balancer = Balancer.of(policy, servers, new SplittableRandom(7));
        for (int i = 0; i < N; i++) {
            Server server = balancer.pick();
            assertThat(server).isNotNull();
            server.picked++;
        }
    }

    private static double fourSigma(double share) {
        return 4 * Math.sqrt(N * share * (1 - share));
    }

    @ParameterizedTest
    @EnumSource
    void nobodyToPick(LbPolicy policy) {
        assertThat(Balancer.of(policy, servers(), new SplittableRandom(1)).pick()).isNull();
    }

    @ParameterizedTest
    @EnumSource
    void theOnlyOne(LbPolicy policy) {
        List<Server> one = servers(9);

        run(policy, one);

        assertThat(one.getFirst().picked).isEqualTo(N);
    }

    @ParameterizedTest
    @EnumSource
    void equalWeightsGetEqualShares(LbPolicy policy) {
        List<Server> servers = servers(1, 1, 1);

        run(policy, servers);

        assertThat(servers)
                .allSatisfy(s ->
                        assertThat((double) s.picked)
                                .isCloseTo(N / 3.0, offset(fourSigma(1 / 3.0))));
    }

    @ParameterizedTest
    @EnumSource
    void weightsGiveShares(LbPolicy policy) {
        List<Server> servers = servers(1, 2, 7);

        run(policy, servers);

        assertThat(servers)
                .allSatisfy(s ->
                        assertThat((double) s.picked)
                                .isCloseTo(
                                        N * s.weight / 10.0, offset(fourSigma(s.weight / 10.0))));
    }

    @Test
    void roundRobinIsExactAndSpreadOverTheRound() {
        List<Server> servers = servers(2, 1, 1);
        Balancer<Server> balancer =
                Balancer.of(LbPolicy.ROUND_ROBIN, servers, new SplittableRandom(2));
        List<Server> picks = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            picks.add(balancer.pick());
        }
        for (int at = 0; at + 4 <= picks.size(); at++) {
            assertThat(picks.subList(at, at + 4)).containsAll(servers);
        }
    }

    @Test
    void aVeryLongRoundIsShortenedAndNobodyIsLeftOut() {
        List<Server> servers = servers(1, 1_000_000);

        run(LbPolicy.ROUND_ROBIN, servers);

        assertThat(servers.getFirst().picked).isBetween(N / 1026 - 1, N / 1024 + 1);
    }

    /** Of two draws the less busy wins, so the busy one is left with (1/3)² of the picks. */
    @Test
    void leastRequestAvoidsTheBusy() {
        List<Server> servers = servers(1, 1, 1);
        servers.getFirst().active = 100;

        run(LbPolicy.LEAST_REQUEST, servers);

        assertThat((double) servers.getFirst().picked)
                .isCloseTo(N / 9.0, offset(fourSigma(1 / 9.0)));
    }
}
