package dev.fairlead.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** Against the API server of KUBECONFIG, in a namespace of its own. */
@Tag("kube")
@EnabledIfEnvironmentVariable(named = "KUBECONFIG", matches = ".+")
class LeaseLeadershipTest {

    private final String namespace = "fairlead-lease-" + Long.toHexString(System.nanoTime());
    private final KubernetesClient client = KubernetesApi.client("test");

    @BeforeEach
    void makeNamespace() {
        client.resource(
                        new NamespaceBuilder()
                                .withNewMetadata()
                                .withName(namespace)
                                .endMetadata()
                                .build())
                .create();
    }

    @AfterEach
    void deleteNamespace() {
        client.namespaces().withName(namespace).delete();
        client.close();
    }

    private LeaseLeadership candidate(String name, BlockingQueue<String> news) {
        var candidate = new LeaseLeadership(client, namespace, "lease", name);
        candidate.onChange(leads -> news.add(name + " " + leads));
        return candidate;
    }

    @Test
    void whoStopsHandsOver() throws Exception {
        BlockingQueue<String> news = new LinkedBlockingQueue<>();
        var first = candidate("first", news);
        assertThat(news.poll(20, TimeUnit.SECONDS)).isEqualTo("first true");
        try (var second = candidate("second", news)) {
            assertThat(second.leads()).isFalse();
            first.close();
            assertThat(news.poll(30, TimeUnit.SECONDS)).isIn("first false", "second true");
            while (!second.leads()) {
                assertThat(news.poll(30, TimeUnit.SECONDS)).isNotNull();
            }
            assertThat(first.leads()).isFalse();
        }
    }
}
