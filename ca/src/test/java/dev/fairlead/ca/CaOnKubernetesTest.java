package dev.fairlead.ca;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.kubernetes.KubernetesApi;
import dev.fairlead.wire.identity.SpiffeId;
import dev.fairlead.wire.svid.CertificateClient;
import dev.fairlead.wire.svid.CertificateClient.Answer;
import dev.fairlead.wire.svid.CertificateClient.Denied;
import dev.fairlead.wire.svid.CertificateClient.Issued;
import dev.fairlead.wire.svid.CertificateClient.Retry;
import dev.fairlead.wire.svid.SvidRules;
import dev.fairlead.wire.tokens.BearerToken;
import dev.fairlead.wire.tokens.PrivateFile;
import dev.fairlead.wire.tokens.SpiffeTls;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.grpc.ManagedChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/** A ca in this process beside the API server of KUBECONFIG: who gets what by which token. */
@Tag("kube")
@EnabledIfEnvironmentVariable(named = "KUBECONFIG", matches = ".+")
class CaOnKubernetesTest {

    private static final String API_AUDIENCE = "https://kubernetes.default.svc.cluster.local";
    private static final long SECONDS = 600; // the API server's least

    @TempDir Path folder;
    private final String namespace = "fairlead-trust-" + Long.toHexString(System.nanoTime());
    private final KubernetesClient client = KubernetesApi.client("test");
    private CertificateAuthority ca;
    private ManagedChannel channel;

    @BeforeEach
    void start() throws Exception {
        client.resource(
                        new NamespaceBuilder()
                                .withNewMetadata()
                                .withName(namespace)
                                .endMetadata()
                                .build())
                .create();
        for (String account : new String[] {"fairlead-agent", "reviews"}) {
            client.resource(
                            new ServiceAccountBuilder()
                                    .withNewMetadata()
                                    .withNamespace(namespace)
                                    .withName(account)
                                    .endMetadata()
                                    .build())
                    .create();
        }
        pod("agent-1", "fairlead-agent", "node-1");
        pod("agent-2", "fairlead-agent", "node-2");
        var any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        ca =
                CertificateAuthority.start(
                        new CaConfig(
                                new CaConfig.Kubernetes(namespace, "fairlead"),
                                any,
                                any,
                                "cluster.local",
                                null),
                        Clock.systemUTC());
        Path root = folder.resolve("root.pem");
        Files.writeString(
                root,
                client.configMaps()
                        .inNamespace(namespace)
                        .withName("fairlead-root")
                        .get()
                        .getData()
                        .get("root.pem"));
        channel =
                SpiffeTls.channel("127.0.0.1:" + ca.port(), root, SpiffeId.ca("cluster.local"))
                        .build();
    }

    @AfterEach
    void stop() {
        channel.shutdownNow();
        ca.close();
        client.namespaces().withName(namespace).delete();
        client.close();
    }

    private void pod(String name, String account, String node) {
        client.resource(
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

    /** What ca answers to the token of {@code pod}, made for {@code audience}. */
    private Answer ask(String pod, String audience, String wanted) throws Exception {
        var found = client.pods().inNamespace(namespace).withName(pod).get();
        String token =
                client.serviceAccounts()
                        .inNamespace(namespace)
                        .withName(found.getSpec().getServiceAccountName())
                        .tokenRequest(
                                new TokenRequestBuilder()
                                        .withNewSpec()
                                        .withAudiences(audience)
                                        .withExpirationSeconds(SECONDS)
                                        .withNewBoundObjectRef()
                                        .withApiVersion("v1")
                                        .withKind("Pod")
                                        .withName(pod)
                                        .withUid(found.getMetadata().getUid())
                                        .endBoundObjectRef()
                                        .endSpec()
                                        .build())
                        .getStatus()
                        .getToken();
        Path file = folder.resolve("token");
        PrivateFile.write(file, token.getBytes(StandardCharsets.US_ASCII));
        return new CertificateClient(channel, new BearerToken(file))
                .request(new SpiffeId("cluster.local", namespace, wanted), Duration.ZERO);
    }

    @Test
    void aNodeGetsTheIdentitiesOfItsOwnPodsOnly() throws Exception {
        pod("reviews-1", "reviews", "node-1"); // a moment ago: the watch may not know it yet

        Answer own = ask("agent-1", "fairlead", "reviews");
        assertThat(own).isInstanceOf(Issued.class);
        assertThat(SvidRules.idOf(((Issued) own).leaf()))
                .isEqualTo(new SpiffeId("cluster.local", namespace, "reviews"));

        Answer others = ask("agent-2", "fairlead", "reviews");
        Instant end = Instant.now().plusSeconds(10);
        while (others instanceof Retry && Instant.now().isBefore(end)) { // not in the index yet
            others = ask("agent-2", "fairlead", "reviews");
        }
        assertThat(others).isInstanceOf(Denied.class);
        assertThat(others.toString()).contains("no pod of this account runs on node-2");
    }

    @Test
    void aStolenWorkloadTokenIsNobodys() throws Exception {
        pod("reviews-1", "reviews", "node-1");

        for (String audience : new String[] {"fairlead", API_AUDIENCE}) {
            Answer answer = ask("reviews-1", audience, "reviews");
            assertThat(answer).isInstanceOf(Denied.class);
            assertThat(answer.toString()).contains("UNAUTHENTICATED");
        }
        assertThat(ask("agent-1", API_AUDIENCE, "reviews").toString()).contains("UNAUTHENTICATED");
    }

    @Test
    void itIsReadyAndCounts() throws Exception {
        pod("reviews-1", "reviews", "node-1");
        assertThat(ask("agent-1", "fairlead", "reviews")).isInstanceOf(Issued.class);

        Instant end = Instant.now().plusSeconds(20);
        while (get("/ready").statusCode() != 200) {
            assertThat(Instant.now()).isBefore(end);
            Thread.sleep(50);
        }
        assertThat(get("/metrics").body()).contains("fairlead_ca_issued_total 1.0");
    }

    private HttpResponse<String> get(String path) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(
                                        URI.create("http://127.0.0.1:" + ca.metricsPort() + path))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }
}
