package dev.fairlead.agent.model.workload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.wire.identity.SpiffeId;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WorkloadIndexTest {

    private static final InetAddress OWN = InetAddress.ofLiteral("198.18.1.9");
    private static final InetAddress REUSED = InetAddress.ofLiteral("198.18.1.10");

    private static Workload workload(String uid, InetAddress... addresses) {
        return new Workload(
                uid,
                "default",
                uid,
                new SpiffeId("cluster.local", "default", "account"),
                Map.of(),
                List.of(addresses),
                "node",
                true,
                false,
                uid,
                List.of(),
                Workload.Membership.UNTOLD);
    }

    @Test
    void anAddressLeadsToItsPod() {
        Workload pod = workload("a", OWN);
        assertThat(new WorkloadIndex(List.of(pod)).at(OWN)).isSameAs(pod);
    }

    @Test
    void anAddressThatTwoPodsHaveLeadsToNeither() {
        var index =
                new WorkloadIndex(List.of(workload("old", REUSED), workload("new", REUSED, OWN)));
        assertThat(index.at(REUSED)).isNull();
        assertThat(index.at(OWN)).isSameAs(index.withUid("new"));
    }
}
