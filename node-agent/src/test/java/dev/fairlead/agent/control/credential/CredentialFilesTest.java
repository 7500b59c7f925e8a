package dev.fairlead.agent.control.credential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.agent.data.tls.TestAuthority;
import dev.fairlead.agent.model.identity.Credential;
import dev.fairlead.agent.model.identity.Credentials;
import dev.fairlead.agent.model.identity.Credentials.Name;
import dev.fairlead.wire.identity.SpiffeId;
import dev.fairlead.wire.svid.Pem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.bouncycastle.asn1.x509.GeneralName;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files that rules name: which are found, and that none leads out of a namespace's folder. */
class CredentialFilesTest {

    private static final String ROOTS = "file-root:/etc/ca.pem";
    private static final String CERTIFICATE = "file-cert:/etc/cert.pem~/etc/key.pem";
    private static final SpiffeId POD = new SpiffeId("cluster.local", "shop", "web");

    @TempDir Path outer;
    private final TestAuthority authority = new TestAuthority("public");
    private final Credential pair = credential();
    private final List<Credentials> heard = new ArrayList<>();
    private Path folder = Path.of("");

    private Credential credential() {
        return authority.certificate(
                Instant.now().plusSeconds(3600), new GeneralName(GeneralName.dNSName, "client"));
    }

    @BeforeEach
    void files() throws IOException {
        folder = Files.createDirectories(outer.resolve("credentials"));
        write(folder.resolve("shop/etc"), pair);
    }

    private void write(Path into, Credential what) throws IOException {
        Files.createDirectories(into);
        Files.writeString(into.resolve("ca.pem"), Pem.write(List.of(authority.root)));
        Files.writeString(into.resolve("cert.pem"), Pem.write(what.certificates()));
        Files.writeString(
                into.resolve("key.pem"),
                Pem.block("PRIVATE KEY", Objects.requireNonNull(what.key()).getEncoded()));
    }

    private Credential read(String namespace, String secret) throws Exception {
        return new CredentialFolder(folder).read(new Name(namespace, secret), null);
    }

    @Test
    void aCertificateHasItsKey() throws Exception {
        Credential read = read("shop", CERTIFICATE);

        assertThat(read.certificates()).isEqualTo(pair.certificates());
        assertThat(read.key()).isEqualTo(pair.key());
        assertThat(read("shop", ROOTS).certificates()).containsExactly(authority.root);
        assertThat(read("shop", "file-root:system").certificates()).hasSizeGreaterThan(20);
    }

    /** Keys as Kubernetes calls them, or Istio; roots within the Secret, or in one beside it. */
    @Test
    void secretsAreFolders() throws Exception {
        Path secrets = folder.resolve("shop/secrets");
        for (String own : List.of("one", "two")) {
            write(secrets.resolve(own), pair);
        }
        rename(secrets.resolve("one"), "cert.pem", "tls.crt", "key.pem", "tls.key");
        rename(secrets.resolve("one"), "ca.pem", "ca.crt");
        rename(secrets.resolve("two"), "cert.pem", "cert", "key.pem", "key");
        Files.createDirectories(secrets.resolve("two-cacert"));
        Files.move(secrets.resolve("two/ca.pem"), secrets.resolve("two-cacert/cacert"));

        for (String name : List.of("one", "two")) {
            assertThat(read("shop", "kubernetes://" + name).key()).isEqualTo(pair.key());
            assertThat(read("shop", "kubernetes://" + name + "-cacert").certificates())
                    .containsExactly(authority.root);
        }
        write(folder.resolve("other/etc"), pair);
        Path beside = Files.createDirectories(secrets.resolve("one-cacert")).resolve("ca.crt");
        Files.createSymbolicLink(beside, folder.resolve("other/etc/ca.pem"));
        assertThatThrownBy(() -> read("shop", "kubernetes://one-cacert"))
                .as("what is there and wrong is not made good by what stands beside it")
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> read("shop", "kubernetes://three"))
                .hasMessage("/secrets/three/cert: no such file for namespace shop");
    }

    private static void rename(Path in, String... names) throws IOException {
        for (int i = 0; i < names.length; i += 2) {
            Files.move(in.resolve(names[i]), in.resolve(names[i + 1]));
        }
    }

    /**
     * As the kubelet projects Secrets: all names are links, through one that is changed at once.
     */
    @Test
    void linksWithinTheFolderAreFollowed() throws Exception {
        Path own = folder.resolve("shop");
        write(own.resolve("..2026_11_30"), pair);
        Files.createSymbolicLink(own.resolve("..data"), Path.of("..2026_11_30"));
        Files.createSymbolicLink(own.resolve("ca.pem"), Path.of("..data/ca.pem"));

        assertThat(read("shop", "file-root:/ca.pem").certificates())
                .containsExactly(authority.root);
    }

    @ParameterizedTest
    @CsvSource({
        "shop, file-root:/../other/etc/ca.pem",
        "shop, file-root:/etc/../../other/etc/ca.pem",
        "shop, file-root:../secret.pem",
        "shop, file-root:/../../secret.pem",
        "shop, file-root:/out/ca.pem",
        "shop, file-root:/file.pem",
        "shop, file-root:/etc",
        "shop, file-root:/",
        "shop, file-root:/missing.pem",
        "shop, file-root:/etc/ca.pem~/missing.pem",
        "shop, file-root:/etc/ca.pem~/../other/etc/crl.pem",
        "shop, file-root:system~/missing.pem",
        "shop, file-cert:/etc/cert.pem",
        "shop, file-cert:/etc/cert.pem~/../other/etc/key.pem",
        "shop, kubernetes://own",
        "shop, kubernetes://../../other/etc",
        "shop, kubernetes://-cacert",
        "linked, file-root:/ca.pem",
        ".., file-root:/secret.pem",
        "., file-root:/shop/etc/ca.pem",
        "shop/etc, file-root:/ca.pem",
        "nobody, file-root:/etc/ca.pem"
    })
    void nothingElseIsRead(String namespace, String secret) throws Exception {
        write(folder.resolve("other/etc"), pair);
        Files.writeString(folder.resolve("other/etc/crl.pem"), authority.crl(Instant.now()));
        Files.copy(folder.resolve("shop/etc/ca.pem"), outer.resolve("secret.pem"));
        Files.createSymbolicLink(folder.resolve("shop/out"), folder.resolve("other/etc"));
        Files.createSymbolicLink(folder.resolve("shop/file.pem"), outer.resolve("secret.pem"));
        Files.createDirectories(outer.resolve("elsewhere"));
        Files.copy(outer.resolve("secret.pem"), outer.resolve("elsewhere/ca.pem"));
        Files.createSymbolicLink(folder.resolve("linked"), outer.resolve("elsewhere"));

        assertThatThrownBy(() -> read(namespace, secret)).isInstanceOf(IOException.class);
    }

    @Test
    void whatIssuersHaveTakenBackStandsBesideTheirRoots() throws Exception {
        String lists = authority.crl(Instant.now(), pair.certificates().getFirst());
        Files.writeString(folder.resolve("shop/etc/crl.pem"), lists);
        Path secret = Files.createDirectories(folder.resolve("shop/secrets/own"));
        Path alone = Files.createDirectories(folder.resolve("shop/secrets/alone-cacert"));
        for (Path each : List.of(secret, alone)) {
            Files.copy(folder.resolve("shop/etc/ca.pem"), each.resolve("ca.crt"));
        }
        Files.writeString(secret.resolve("ca.crl"), lists);
        Files.writeString(alone.resolve("crl"), lists);

        for (String name :
                List.of(
                        ROOTS + "~/etc/crl.pem",
                        "file-root:system~/etc/crl.pem",
                        "kubernetes://own-cacert",
                        "kubernetes://alone-cacert")) {
            Credential read = read("shop", name);
            assertThat(read.revoked().revoked(pair.certificates(), List.of(authority.root)))
                    .as(name)
                    .isEqualTo(pair.certificates().getFirst());
            Files.writeString(folder.resolve("shop/etc/crl.pem"), lists);
            assertThat(new CredentialFolder(folder).read(new Name("shop", name), read))
                    .isSameAs(read);
        }
        Files.writeString(secret.resolve("ca.crl"), "broken");
        assertThatThrownBy(() -> read("shop", "kubernetes://own-cacert"))
                .as("rather nobody than who may be taken back")
                .hasMessage("no block X509 CRL");
    }

    @Test
    void changedListsAreAnotherCredential() throws Exception {
        Path file = folder.resolve("shop/etc/crl.pem");
        Files.writeString(file, authority.crl(Instant.now()));
        Credential before = read("shop", ROOTS + "~/etc/crl.pem");
        Files.writeString(file, authority.crl(Instant.now(), pair.certificates().getFirst()));

        Credential after =
                new CredentialFolder(folder)
                        .read(new Name("shop", ROOTS + "~/etc/crl.pem"), before);

        assertThat(after).isNotEqualTo(before);
        assertThat(after.revoked().count()).isEqualTo(1);
    }

    @Test
    void withoutAFolderThereAreNoFiles() {
        assertThatThrownBy(() -> new CredentialFolder(null).read(new Name("shop", ROOTS), null))
                .hasMessageContaining("FAIRLEAD_CREDENTIALS_DIR");
    }

    @Test
    void aKeyOfAnotherCertificateIsNoPair() throws Exception {
        write(folder.resolve("shop/new"), credential());

        assertThatThrownBy(() -> read("shop", "file-cert:/etc/cert.pem~/new/key.pem"))
                .hasMessage("the key is not the certificate's");
    }

    @Test
    void whatIsWrongIsSaidWithoutTheKey() throws Exception {
        Files.writeString(folder.resolve("shop/etc/key.pem"), "-----BEGIN SECRET-----\nhunter2\n");

        assertThatThrownBy(() -> read("shop", CERTIFICATE))
                .hasMessage("no unencrypted private key in PEM")
                .hasNoCause();
        assertThat(pair.toString()).doesNotContain("Key");
    }

    @Test
    void theyComeAndGoWithPodsAndClustersAndChangeWithFiles() throws Exception {
        try (var watch = new CredentialWatch(folder, heard::add)) {
            watch.clustersName(Set.of(CERTIFICATE, ROOTS));
            assertThat(heard).isEmpty();

            watch.podsCome(POD);
            assertThat(heard.getLast().get("shop", CERTIFICATE)).isNotNull();
            assertThat(heard.getLast().all()).hasSize(2);
            watch.look();
            assertThat(heard).hasSize(1);

            Credential renewed = credential();
            write(folder.resolve("shop/etc"), renewed);
            watch.look();
            Credential now = Objects.requireNonNull(heard.getLast().get("shop", CERTIFICATE));
            assertThat(now.certificates()).isEqualTo(renewed.certificates());

            watch.clustersName(Set.of(ROOTS));
            assertThat(heard.getLast().all()).containsOnlyKeys(new Name("shop", ROOTS));

            watch.podsGo(POD);
            assertThat(heard.getLast()).isEqualTo(Credentials.NONE);
        }
    }
}
