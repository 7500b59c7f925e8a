package dev.fairlead.pilot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.pilot.generate.ResourceType;
import dev.fairlead.pilot.testing.Await;
import dev.fairlead.pilot.testing.FakeAgent;
import dev.fairlead.pilot.testing.TestPilot;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Against the API server that KUBECONFIG names. */
@Tag("kube")
class KubernetesServingTest {

    @Test
    void whatIsAppliedIsServed() throws Exception {
        var config =
                new PilotConfig.Cluster.Kubernetes(
                        "fairlead-system", "fairlead", new InetSocketAddress(0), "replica-1");
        try (var cluster = new KubernetesCluster(config);
                var pilot = new TestPilot(cluster);
                var agent = new FakeAgent(pilot.channel("node-1")).connect()) {
            Await.until("synced", () -> pilot.pilot().ready());
            Await.until("served", () -> !agent.held(ResourceType.CLUSTER).isEmpty());
            System.out.println(agent.held(ResourceType.CLUSTER).keySet());
            System.out.println(pilot.pilot().metrics().text());
            Thread.sleep(20000);
            assertThat(agent.held(ResourceType.CLUSTER)).isNotEmpty();
        }
    }
}
