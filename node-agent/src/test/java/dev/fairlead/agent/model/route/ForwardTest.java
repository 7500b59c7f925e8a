package dev.fairlead.agent.model.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.fairlead.agent.model.route.RouteAction.Forward;
import dev.fairlead.agent.model.route.RouteAction.WeightedCluster;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ForwardTest {

    private static final int N = 100_000;
    private static final int SIGMAS = 5;

    @Test
    void sharesFollowTheWeights() {
        var forward =
                Forward.weighted(
                        List.of(
                                new WeightedCluster("v1", 70),
                                new WeightedCluster("none", 0),
                                new WeightedCluster("v2", 25),
                                new WeightedCluster("v3", 5)));
        var random = new Random(42);
        Map<String, Integer> counts = new HashMap<>();
        for (int i = 0; i < N; i++) {
            counts.merge(forward.pick(random).name(), 1, Integer::sum);
        }

        assertThat(counts).containsOnlyKeys("v1", "v2", "v3");
        forward.clusters().stream()
                .filter(c -> c.weight() > 0)
                .forEach(c -> assertShare(counts.getOrDefault(c.name(), 0), c.weight() / 100.0));
    }

    /** n = 100,000, bound 5 sigma of the binomial distribution. */
    private static void assertShare(int count, double share) {
        double sigma = Math.sqrt(N * share * (1 - share));
        assertThat((double) count).isCloseTo(N * share, within(SIGMAS * sigma));
    }

    @Test
    void oneClusterNeedsNoDice() {
        assertThat(Forward.to("v1").pick(new Random(1)).name()).isEqualTo("v1");
    }

    @Test
    void someClusterHasWeight() {
        var nothing = List.of(new WeightedCluster("v1", 0));

        assertThatIllegalArgumentException().isThrownBy(() -> Forward.weighted(nothing));
        assertThatIllegalArgumentException().isThrownBy(() -> Forward.weighted(List.of()));
        assertThatIllegalArgumentException().isThrownBy(() -> new WeightedCluster("v1", -1));
    }
}
