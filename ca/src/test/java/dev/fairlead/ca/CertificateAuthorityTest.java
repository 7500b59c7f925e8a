package dev.fairlead.ca;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.wire.identity.SpiffeId;
import dev.fairlead.wire.svid.CertificateClient;
import dev.fairlead.wire.svid.CertificateClient.Answer;
import dev.fairlead.wire.svid.CertificateClient.Denied;
import dev.fairlead.wire.svid.CertificateClient.Issued;
import dev.fairlead.wire.svid.CertificateClient.Retry;
import dev.fairlead.wire.svid.Pem;
import dev.fairlead.wire.svid.SvidRules;
import dev.fairlead.wire.tokens.BearerToken;
import dev.fairlead.wire.tokens.Caller;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateAuthorityTest {

    private static final Caller NODE_1 = new Caller.Node("node-1");
    private static final Caller NODE_2 = new Caller.Node("node-2");

    @TempDir Path folder;
    private CaFixture fixture;

    @BeforeEach
    void start() throws Exception {
        fixture = new CaFixture(folder, null);
    }

    @AfterEach
    void stop() throws Exception {
        fixture.close();
    }

    private Answer ask(Caller caller, SpiffeId id) {
        return fixture.client(caller).request(id, Duration.ZERO);
    }

    @Test
    void aNodeGetsTheIdentityOfItsPod() throws Exception {
        fixture.pod("reviews-1", "node-1", "reviews", "Running");

        Answer answer = ask(NODE_1, CaFixture.account("reviews"));

        assertThat(answer).isInstanceOf(Issued.class);
        Issued issued = (Issued) answer;
        assertThat(SvidRules.idOf(issued.leaf())).isEqualTo(CaFixture.account("reviews"));
        assertThat(issued.leaf().getSubjectX500Principal().getName()).isEmpty();
        assertThat(issued.leaf().getCriticalExtensionOIDs())
                .containsExactlyInAnyOrder("2.5.29.17", "2.5.29.19", "2.5.29.15");
        assertThat(issued.leaf().getExtendedKeyUsage())
                .containsExactly("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2");
        assertThat(issued.leaf().getNotAfter().toInstant())
                .isBetween(
                        Instant.now().plus(Duration.ofHours(24)).minusSeconds(60),
                        Instant.now().plus(Duration.ofHours(24)));
        assertThat(issued.bundle())
                .isEqualTo(Pem.certificates(Files.readAllBytes(folder.resolve("root.pem"))));
    }

    @Test
    void aNodeDoesNotGetTheIdentityOfAnotherNodesPod() throws Exception {
        fixture.pod("reviews-1", "node-1", "reviews", "Running");

        assertThat(ask(NODE_2, CaFixture.account("reviews"))).isInstanceOf(Denied.class);
        assertThat(fixture.ca.refused()).isEqualTo(1);
    }

    @Test
    void anUnknownPodIsRetry() {
        assertThat(ask(NODE_1, CaFixture.account("nobody"))).isInstanceOf(Retry.class);
    }

    @Test
    void aFinishedPodGivesNoIdentity() throws Exception {
        fixture.pod("job-1", "node-1", "job", "Succeeded");

        assertThat(ask(NODE_1, CaFixture.account("job"))).isInstanceOf(Retry.class);
    }

    @Test
    void aNodeNeverGetsAnIdentityOfTheControlPlane() {
        assertThat(ask(NODE_1, SpiffeId.pilot("cluster.local"))).isInstanceOf(Denied.class);
        assertThat(ask(NODE_1, SpiffeId.ca("cluster.local"))).isInstanceOf(Denied.class);
    }

    @Test
    void aNodeGetsNoIdentityOfAnotherTrustDomain() throws Exception {
        fixture.pod("reviews-1", "node-1", "reviews", "Running");

        assertThat(ask(NODE_1, new SpiffeId("other.org", "default", "reviews")))
                .isInstanceOf(Denied.class);
    }

    @Test
    void pilotGetsItsOwnIdentityOnly() throws Exception {
        fixture.pod("reviews-1", "node-1", "reviews", "Running");

        assertThat(ask(new Caller.Pilot(), SpiffeId.pilot("cluster.local")))
                .isInstanceOf(Issued.class);
        assertThat(ask(new Caller.Pilot(), CaFixture.account("reviews")))
                .isInstanceOf(Denied.class);
    }

    @Test
    void anUnknownTokenIsDenied() throws Exception {
        Path foreign = folder.resolve("foreign.token");
        Files.writeString(foreign, "guess\n");
        Files.setPosixFilePermissions(foreign, PosixFilePermissions.fromString("rw-------"));
        var client =
                new CertificateClient(
                        fixture.channel(SpiffeId.ca("cluster.local")), new BearerToken(foreign));

        Answer answer = client.request(CaFixture.account("reviews"), Duration.ZERO);

        assertThat(answer).isInstanceOf(Denied.class);
        assertThat(answer.toString()).contains("UNAUTHENTICATED");
    }

    @Test
    void aTokenFileThatOthersCanReadIsNotUsed() throws Exception {
        Files.setPosixFilePermissions(
                fixture.tokenFile(NODE_1), PosixFilePermissions.fromString("rw-r--r--"));

        assertThat(ask(NODE_1, CaFixture.account("reviews")).toString())
                .contains("can be used by others");
    }

    @Test
    void theClientRefusesAServerOfAnotherName() {
        var client =
                new CertificateClient(
                        fixture.channel(SpiffeId.pilot("cluster.local")),
                        new BearerToken(fixture.tokenFile(NODE_1)));

        Answer answer = client.request(CaFixture.account("reviews"), Duration.ZERO);

        assertThat(answer).isInstanceOf(Retry.class);
        assertThat(answer.toString()).contains("server is spiffe://cluster.local/ns/");
    }

    @Test
    void compatIstio10GivesNinetyDays() throws Exception {
        fixture.pod("reviews-1", "node-1", "reviews", "Running");
        var mapper = new com.fasterxml.jackson.databind.ObjectMapper();
        fixture.applied.put(
                new dev.fairlead.wire.directory.ObjectKey(
                        "", "ConfigMap", "fairlead-system", "mesh"),
                mapper.readTree("{\"data\":{\"mesh\":\"compat: istio-1.0\\n\"}}"));
        fixture.applied.commit();

        Instant deadline = Instant.now().plusSeconds(10);
        Issued issued;
        do {
            issued = (Issued) ask(NODE_1, CaFixture.account("reviews"));
        } while (issued.leaf().getNotAfter().toInstant().isBefore(days(89))
                && Instant.now().isBefore(deadline));

        assertThat(issued.leaf().getNotAfter().toInstant()).isBetween(days(89), days(90));
    }

    private static Instant days(int days) {
        return Instant.now().plus(Duration.ofDays(days));
    }

    @Test
    void opensslVerifiesTheChain() throws Exception {
        Assumptions.assumeTrue(Files.exists(Path.of("/usr/bin/openssl")), "openssl not installed");
        fixture.pod("reviews-1", "node-1", "reviews", "Running");
        Issued issued = (Issued) ask(NODE_1, CaFixture.account("reviews"));
        Path leaf = folder.resolve("leaf.pem");
        Files.writeString(leaf, Pem.write(List.of(issued.leaf())));

        Process openssl =
                new ProcessBuilder(
                                "openssl",
                                "verify",
                                "-x509_strict",
                                "-purpose",
                                "sslclient",
                                "-CAfile",
                                folder.resolve("root.pem").toString(),
                                leaf.toString())
                        .redirectErrorStream(true)
                        .start();

        String output = new String(openssl.getInputStream().readAllBytes(), UTF_8);
        assertThat(openssl.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(output).endsWith("leaf.pem: OK\n");
    }

    @Test
    void aRestartKeepsTheRoot() throws Exception {
        byte[] before = Files.readAllBytes(folder.resolve("root.pem"));
        fixture.close();
        fixture = new CaFixture(folder, null);

        assertThat(Files.readAllBytes(folder.resolve("root.pem"))).isEqualTo(before);
        assertThat(
                        PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(folder.resolve("ca/ca-key.pem"))))
                .isEqualTo("rw-------");
        assertThat(
                        PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(folder.resolve("ca"))))
                .isEqualTo("rwx------");
    }
}
