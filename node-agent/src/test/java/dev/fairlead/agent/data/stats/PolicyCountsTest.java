package dev.fairlead.agent.data.stats;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.data.stats.PolicyCounts.Outcome;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PolicyCountsTest {

    private static Map<String, Long> all(PolicyCounts counts) {
        Map<String, Long> all = new TreeMap<>();
        counts.forEach((row, count) -> all.put(row.statName(), count));
        return all;
    }

    @Test
    void eachPolicyHasEnvoysName() {
        PolicyCounts counts = new PolicyCounts();
        counts.inc("", "ns[a]-policy[b]-rule[0]", Outcome.DENIED);
        counts.inc("", "ns[a]-policy[b]-rule[0]", Outcome.DENIED);
        counts.inc("istio_dry_run_deny_", "c", Outcome.SHADOW_DENIED);

        assertThat(all(counts))
                .isEqualTo(
                        Map.of(
                                "rbac.policy.ns[a]-policy[b]-rule[0].denied", 2L,
                                "rbac.istio_dry_run_deny_policy.c.shadow_denied", 1L));
    }

    @Test
    void theyAreBounded() {
        PolicyCounts counts = new PolicyCounts();
        for (int i = 0; i < PolicyCounts.MAX_POLICIES + 5; i++) {
            counts.inc("", "p" + i, Outcome.ALLOWED);
        }
        assertThat(all(counts))
                .hasSize(PolicyCounts.MAX_POLICIES + 1)
                .containsEntry("rbac.policy.others.allowed", 5L);
        counts.inc("", "p0", Outcome.ALLOWED);
        assertThat(all(counts)).containsEntry("rbac.policy.p0.allowed", 2L);
    }

    @Test
    void whatAPodHasCountedGoesOnWithoutIt() {
        WorkerStats stats = new WorkerStats();
        stats.http("pod", "inbound").policies().inc("", "p", Outcome.ALLOWED);
        stats.forget("pod");

        assertThat(all(stats.http("", "inbound").policies()))
                .isEqualTo(Map.of("rbac.policy.p.allowed", 1L));
    }
}
