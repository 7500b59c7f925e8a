package dev.fairlead.pilot.admission.certificate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.kubernetes.KubernetesApi;
import dev.fairlead.kubernetes.Leadership;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhookConfigurationBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** Against the API server of KUBECONFIG; the webhook matches nothing there. */
@Tag("kube")
@EnabledIfEnvironmentVariable(named = "KUBECONFIG", matches = ".+")
class WebhookCertificatesTest {

    private final String namespace = "fairlead-webhook-" + Long.toHexString(System.nanoTime());
    private final String configuration = namespace;
    private final KubernetesClient client = KubernetesApi.client("test");
    private final TurnedClock clock = new TurnedClock();

    private static final class TurnedClock extends Clock {
        private Instant now = Instant.now();

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }

    /** Leads, or does not, for good. */
    private record Fixed(boolean leads) implements Leadership {
        @Override
        public void onChange(Consumer<Boolean> listener) {
            if (leads) {
                listener.accept(true);
            }
        }
    }

    @BeforeEach
    void make() {
        client.resource(
                        new NamespaceBuilder()
                                .withNewMetadata()
                                .withName(namespace)
                                .endMetadata()
                                .build())
                .create();
        var hooks = new ValidatingWebhookConfigurationBuilder();
        hooks.withNewMetadata().withName(configuration).endMetadata();
        for (String name : List.of("a.fairlead.dev", "b.fairlead.dev")) {
            hooks.addNewWebhook()
                    .withName(name)
                    .withAdmissionReviewVersions("v1")
                    .withSideEffects("None")
                    .withNewClientConfig()
                    .withNewService()
                    .withNamespace(namespace)
                    .withName("fairlead-pilot")
                    .endService()
                    .endClientConfig()
                    .endWebhook();
        }
        client.resource(hooks.build()).create();
    }

    @AfterEach
    void delete() {
        client.admissionRegistration()
                .v1()
                .validatingWebhookConfigurations()
                .withName(configuration)
                .delete();
        client.namespaces().withName(namespace).delete();
        client.close();
    }

    private WebhookCertificates replica(boolean leads) {
        return new WebhookCertificates(
                new WebhookObjects(client, namespace, configuration),
                namespace,
                new Fixed(leads),
                clock);
    }

    private WebhookObjects objects() {
        return new WebhookObjects(client, namespace, configuration);
    }

    private List<String> bundles() {
        return WebhookObjects.bundles(objects().configuration());
    }

    private Material material() {
        return java.util.Objects.requireNonNull(objects().stored().material());
    }

    @Test
    void theLeaderMakesItAndAllServeIt() {
        var leader = replica(true);
        var follower = replica(false);
        follower.look();
        assertThat(follower.key()).isNotDone();

        leader.look();
        follower.look();

        assertThat(bundles()).containsExactly(material().bundle(), material().bundle());
        assertThat(leader.key().join().chain()).containsExactly(material().leaf());
        assertThat(follower.key().join().chain()).containsExactly(material().leaf());
    }

    @Test
    void whatSomebodyChangesIsRepaired() {
        var leader = replica(true);
        leader.look();
        Material made = material();
        objects().trust(java.util.Objects.requireNonNull(objects().configuration()), "spoilt");
        client.secrets().inNamespace(namespace).withName("fairlead-webhook").delete();

        leader.look();

        assertThat(material().leaf()).isEqualTo(made.leaf());
        assertThat(bundles()).containsExactly(made.bundle(), made.bundle());
    }

    @Test
    void aRenewedLeafIsTakenOver() {
        var leader = replica(true);
        var follower = replica(false);
        leader.look();
        follower.look();
        var first = material().leaf();

        clock.now = clock.now.plus(Duration.ofDays(61));
        leader.look();
        follower.look();

        assertThat(material().leaf()).isNotEqualTo(first);
        assertThat(follower.key().join().chain()).containsExactly(material().leaf());
        assertThat(bundles()).containsExactly(material().bundle(), material().bundle());
    }

    @Test
    void anAuthorityIsChangedWithoutAGap() {
        var leader = replica(true);
        leader.look();
        var old = material().authority();

        clock.now = clock.now.plus(Duration.ofDays(3650 - 370));
        leader.look(); // a leaf
        clock.now = clock.now.plus(Duration.ofDays(10));
        leader.look(); // an authority, and the trust in it
        assertThat(material().authorities()).hasSize(2).contains(old);
        assertThat(material().leafIsItsOwn()).isFalse();
        assertThat(bundles()).containsExactly(material().bundle(), material().bundle());

        clock.now = clock.now.plus(Duration.ofMinutes(2));
        leader.look();
        assertThat(material().leafIsItsOwn()).isTrue();

        clock.now = clock.now.plus(Duration.ofHours(2));
        leader.look();
        assertThat(material().authorities()).hasSize(1).doesNotContain(old);
        assertThat(bundles()).containsExactly(material().bundle(), material().bundle());
    }
}
