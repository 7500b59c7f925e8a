package dev.fairlead.ca;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.kubernetes.KubernetesApi;
import dev.fairlead.wire.svid.Pem;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** Against the API server of KUBECONFIG, in a namespace of its own. */
@Tag("kube")
@EnabledIfEnvironmentVariable(named = "KUBECONFIG", matches = ".+")
class KubernetesBackingTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final String namespace = "fairlead-ca-" + Long.toHexString(System.nanoTime());
    private final KubernetesClient client = KubernetesApi.client("test");
    private final Lifetimes lifetimes = new Lifetimes(null);

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

    private KubernetesBacking open() throws Exception {
        return KubernetesBacking.open(
                new CaConfig.Kubernetes(namespace, "fairlead"),
                "cluster.local",
                lifetimes,
                Clock.systemUTC());
    }

    private String bundle() {
        return client.configMaps()
                .inNamespace(namespace)
                .withName("fairlead-root")
                .get()
                .getData()
                .get("root.pem");
    }

    private void plugIn(Authority authority) {
        Map<String, String> data = new HashMap<>();
        AuthorityPem.write(authority)
                .forEach((key, part) -> data.put(key, Base64.getEncoder().encodeToString(part)));
        client.resource(
                        new SecretBuilder()
                                .withNewMetadata()
                                .withNamespace(namespace)
                                .withName("cacerts")
                                .endMetadata()
                                .withData(data)
                                .build())
                .serverSideApply();
    }

    @Test
    void replicasThatStartTogetherHaveOneRoot() throws Exception {
        List<Callable<KubernetesBacking>> starts = List.of(this::open, this::open, this::open);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var replicas = threads.invokeAll(starts);
            var roots = new java.util.HashSet<>();
            for (var replica : replicas) {
                try (KubernetesBacking one = replica.get()) {
                    one.look();
                    roots.add(one.trust().present().bundle());
                    assertThat(bundle()).isEqualTo(Pem.write(one.trust().present().bundle()));
                }
            }
            assertThat(roots).hasSize(1);
        }
    }

    @Test
    void whatSomebodyBreaksIsRepaired() throws Exception {
        try (KubernetesBacking ca = open()) {
            String before = bundle();
            client.configMaps()
                    .inNamespace(namespace)
                    .withName("fairlead-root")
                    .edit(map -> {
                        map.setData(Map.of("root.pem", "nonsense"));
                        return map;
                    });
            ca.look();
            assertThat(bundle()).isEqualTo(before);

            client.configMaps().inNamespace(namespace).withName("fairlead-root").delete();
            client.secrets().inNamespace(namespace).withName("fairlead-ca").delete();
            ca.look();
            assertThat(bundle()).isEqualTo(before);
        }
        try (KubernetesBacking again = open()) {
            assertThat(bundle()).isEqualTo(Pem.write(again.trust().present().bundle()));
        }
    }

    @Test
    void listsOfRevokedCertificatesStandBesideTheRoots() throws Exception {
        Authority given = Leaves.selfSignedRoot("cluster.local", Instant.now());
        String list = RevokedPemTest.list(given, 77);
        plugIn(given);
        client.secrets()
                .inNamespace(namespace)
                .withName("cacerts")
                .edit(secret -> {
                    secret.getData()
                            .put(
                                    "ca-crl.pem",
                                    Base64.getEncoder()
                                            .encodeToString(
                                                    list.getBytes(StandardCharsets.US_ASCII)));
                    return secret;
                });
        try (KubernetesBacking ca = open()) {
            ca.look();
            assertThat(
                            client.configMaps()
                                    .inNamespace(namespace)
                                    .withName("fairlead-root")
                                    .get()
                                    .getData())
                    .containsEntry("ca-crl.pem", list)
                    .containsKey("root.pem");
        }
    }

    @Test
    void whatTheUserPlugsInComesFirst() throws Exception {
        Authority given = Leaves.selfSignedRoot("cluster.local", Instant.now());
        plugIn(given);

        try (KubernetesBacking ca = open()) {
            assertThat(ca.trust().present().authority().sameAs(given)).isTrue();
            assertThat(bundle()).isEqualTo(Pem.write(given.roots()));
            assertThat(ca.trust().present().bundle()).isEqualTo(given.roots());

            Authority next = Leaves.selfSignedRoot("cluster.local", Instant.now());
            plugIn(next);
            ca.look();
            assertThat(ca.trust().present().authority().sameAs(given)).isTrue();
            assertThat(bundle())
                    .contains(Pem.write(given.roots()))
                    .contains(Pem.write(next.roots()));

            client.secrets().inNamespace(namespace).withName("cacerts").delete();
            ca.look();
            assertThat(ca.trust().present().authority().sameAs(given)).isTrue();
        }
    }

    @Test
    void aBrokenPluggedInKeyIsNamedAtTheStartAndIgnoredLater() throws Exception {
        Authority given = Leaves.selfSignedRoot("cluster.local", Instant.now());
        Authority other = Leaves.selfSignedRoot("cluster.local", Instant.now());
        var broken = new Authority(other.key(), given.certificate(), List.of(), given.roots());
        plugIn(broken);
        assertThatThrownBy(this::open)
                .hasMessage(
                        "secret "
                                + namespace
                                + "/cacerts key ca-cert.pem: is not the certificate of ca-key.pem");

        plugIn(given);
        try (KubernetesBacking ca = open()) {
            plugIn(broken);
            ca.look();
            assertThat(ca.trust().present().authority().sameAs(given)).isTrue();
        }
    }

    @Test
    void theMeshSettingIsFollowed() throws Exception {
        try (KubernetesBacking ca = open()) {
            assertThat(lifetimes.most()).isEqualTo(Lifetimes.MODERN);
            client.resource(
                            new io.fabric8.kubernetes.api.model.ConfigMapBuilder()
                                    .withNewMetadata()
                                    .withNamespace(namespace)
                                    .withName("mesh")
                                    .endMetadata()
                                    .addToData("mesh", "compat: istio-1.0\n")
                                    .build())
                    .create();
            ca.look();
            assertThat(lifetimes.most()).isEqualTo(Lifetimes.ISTIO_1_0);
        }
    }

    @Test
    void podsAreFoundByAccountAndNode() throws Exception {
        try (var pods = new KubernetesPods(client)) {
            pod("reviews-1", "node-1", "Running");
            var reviews = new PodIndex.Account(namespace, "reviews");
            assertThat(pods.nodesOfNow(reviews, "node-1")).containsExactly("node-1");
            assertThat(pods.nodesOfNow(new PodIndex.Account(namespace, "x"), "node-1")).isEmpty();
            await(() -> pods.synced() && pods.nodesOf(reviews).contains("node-1"));

            pod("reviews-2", "node-2", "Running"); // by a watch event, not the first list
            await(() -> pods.nodesOf(reviews).contains("node-2"));
            pod("reviews-3", "node-3", "Succeeded");
            client.pods().inNamespace(namespace).withName("reviews-1").withGracePeriod(0).delete();
            await(() -> pods.nodesOf(reviews).equals(java.util.Set.of("node-2")));
            assertThat(pods.nodesOfNow(reviews, "node-3")).containsExactly("node-2");
        }
    }

    private void pod(String name, String node, String phase) {
        client.resource(
                        new PodBuilder()
                                .withNewMetadata()
                                .withNamespace(namespace)
                                .withName(name)
                                .endMetadata()
                                .withNewSpec()
                                .withNodeName(node)
                                .withServiceAccountName("reviews")
                                .addNewContainer()
                                .withName("c")
                                .withImage("x")
                                .endContainer()
                                .endSpec()
                                .build())
                .create();
        client.pods()
                .inNamespace(namespace)
                .withName(name)
                .editStatus(pod -> {
                    pod.getStatus().setPhase(phase);
                    return pod;
                });
    }

    private static void await(Callable<Boolean> condition) throws Exception {
        Instant end = Instant.now().plus(PATIENCE);
        while (!condition.call()) {
            assertThat(Instant.now()).isBefore(end);
            Thread.sleep(20);
        }
    }
}
