package dev.fairlead.kubernetes.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.kubernetes.KubernetesApi;
import dev.fairlead.wire.tokens.Caller;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequest;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Clock;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** Tokens that the API server of KUBECONFIG makes, as kubelet asks for them. */
@Tag("kube")
@EnabledIfEnvironmentVariable(named = "KUBECONFIG", matches = ".+")
class RealTokensTest {

    private static final long SECONDS = 600; // the API server's least

    private final String namespace = "fairlead-auth-" + Long.toHexString(System.nanoTime());
    private final KubernetesClient client = KubernetesApi.client("test");
    private final TokenReviews reviews = reviews();

    private TokenReviews reviews() {
        return new TokenReviews(
                client, new TokenReviews.Accounts("fairlead", namespace), Clock.systemUTC());
    }

    @BeforeEach
    void makeAccounts() {
        client.resource(
                        new NamespaceBuilder()
                                .withNewMetadata()
                                .withName(namespace)
                                .endMetadata()
                                .build())
                .create();
        for (String account : new String[] {"fairlead-agent", "fairlead-pilot", "reviews"}) {
            client.resource(
                            new ServiceAccountBuilder()
                                    .withNewMetadata()
                                    .withNamespace(namespace)
                                    .withName(account)
                                    .endMetadata()
                                    .build())
                    .create();
        }
    }

    @AfterEach
    void deleteNamespace() {
        client.namespaces().withName(namespace).delete();
        client.close();
    }

    private Pod pod(String name, String account, String node) {
        return client.resource(
                        new PodBuilder()
                                .withNewMetadata()
                                .withNamespace(namespace)
                                .withName(name)
                                .endMetadata()
                                .withNewSpec()
                                .withNodeName(node)
                                .withServiceAccountName(account)
                                .addNewContainer()
                                .withName("c")
                                .withImage("x")
                                .endContainer()
                                .endSpec()
                                .build())
                .create();
    }

    private String token(String account, String audience, @Nullable Pod pod) {
        var spec =
                new TokenRequestBuilder()
                        .withNewSpec()
                        .withAudiences(audience)
                        .withExpirationSeconds(SECONDS);
        if (pod != null) {
            spec.withNewBoundObjectRef()
                    .withApiVersion("v1")
                    .withKind("Pod")
                    .withName(pod.getMetadata().getName())
                    .withUid(pod.getMetadata().getUid())
                    .endBoundObjectRef();
        }
        TokenRequest made =
                client.serviceAccounts()
                        .inNamespace(namespace)
                        .withName(account)
                        .tokenRequest(spec.endSpec().build());
        return made.getStatus().getToken();
    }

    @Test
    void anAgentsTokenIsItsNodes() throws Exception {
        String one = token("fairlead-agent", "fairlead", pod("a1", "fairlead-agent", "node-1"));
        String two = token("fairlead-agent", "fairlead", pod("a2", "fairlead-agent", "node-2"));

        assertThat(reviews.callerOf(one)).isEqualTo(new Caller.Node("node-1"));
        assertThat(reviews.callerOf(two)).isEqualTo(new Caller.Node("node-2"));
    }

    @Test
    void pilotsTokenIsPilots() throws Exception {
        String token = token("fairlead-pilot", "fairlead", pod("p", "fairlead-pilot", "node-1"));

        assertThat(reviews.callerOf(token)).isEqualTo(new Caller.Pilot());
    }

    @Test
    void aTokenForTheApiServerIsNobodys() throws Exception {
        Pod agent = pod("a1", "fairlead-agent", "node-1");
        String issuer = "https://kubernetes.default.svc.cluster.local";

        assertThat(reviews.callerOf(token("fairlead-agent", issuer, agent))).isNull();
    }

    @Test
    void aWorkloadsTokenIsNobodys() throws Exception {
        Pod reviewsPod = pod("reviews-1", "reviews", "node-1");

        assertThat(reviews.callerOf(token("reviews", "fairlead", reviewsPod))).isNull();
    }

    @Test
    void aTokenBoundToNoPodIsNobodys() throws Exception {
        assertThat(reviews.callerOf(token("fairlead-agent", "fairlead", null))).isNull();
    }

    @Test
    void aSpoiltTokenIsNobodys() throws Exception {
        String token = token("fairlead-agent", "fairlead", pod("a1", "fairlead-agent", "node-1"));
        int at = token.length() - 20;
        char other = token.charAt(at) == 'A' ? 'B' : 'A';

        assertThat(reviews.callerOf(token.substring(0, at) + other + token.substring(at + 1)))
                .isNull();
    }

    @Test
    void aPodIsFoundByItsName() throws Exception {
        Pod agent = pod("a1", "fairlead-agent", "node-1");
        var api = new Fabric8ReviewApi(client);

        assertThat(api.pod(namespace, "a1"))
                .isEqualTo(
                        new ReviewApi.BoundPod(
                                agent.getMetadata().getUid(), "fairlead-agent", "node-1"));
        assertThat(api.pod(namespace, "a2")).isNull();
    }

    /** The API server remembers a good token for ten seconds, we for a minute. */
    @Test
    void aDeletedPodsTokenIsNobodysSoon() throws Exception {
        String token = token("fairlead-agent", "fairlead", pod("a1", "fairlead-agent", "node-1"));
        assertThat(reviews.callerOf(token)).isNotNull();

        client.pods().inNamespace(namespace).withName("a1").withGracePeriod(0).delete();

        Instant end = Instant.now().plusSeconds(15);
        while (reviews().callerOf(token) != null) { // one that remembers nothing
            assertThat(Instant.now()).isBefore(end);
            Thread.sleep(100);
        }
    }

    @Test
    void aNewPodOfTheSameNameDoesNotReviveTheToken() throws Exception {
        String token = token("fairlead-agent", "fairlead", pod("a1", "fairlead-agent", "node-1"));
        client.pods().inNamespace(namespace).withName("a1").withGracePeriod(0).delete();
        pod("a1", "fairlead-agent", "node-2");

        assertThat(reviews.callerOf(token)).isNull();
    }
}
