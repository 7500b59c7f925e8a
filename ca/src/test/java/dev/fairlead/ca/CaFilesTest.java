package dev.fairlead.ca;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.wire.svid.Pem;
import dev.fairlead.wire.svid.SvidKey;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CaFilesTest {

    @TempDir Path folder;

    private Authority load() throws Exception {
        return new CaFiles(folder, Clock.systemUTC()).loadOrCreate("cluster.local");
    }

    @Test
    void theFirstStartMakesARootAndTheSecondFindsIt() throws Exception {
        X509Certificate made = load().certificate();

        Authority found = load();

        assertThat(found.certificate()).isEqualTo(made);
        assertThat(found.intermediates()).isEmpty();
    }

    @Test
    void aKeyThatOthersCanReadIsRefused() throws Exception {
        load();
        Files.setPosixFilePermissions(
                folder.resolve("ca-key.pem"), PosixFilePermissions.fromString("rw-r-----"));

        assertThatThrownBy(this::load)
                .hasMessageContaining("ca-key.pem can be used by others (mode rw-r-----)");
    }

    @Test
    void aKeyOfAnotherCertificateIsRefused() throws Exception {
        load();
        writeKey(SvidKey.generate());

        assertThatThrownBy(this::load).hasMessageContaining("is not the certificate of ca-key.pem");
    }

    @Test
    void aKeyWithoutItsCertificateIsRefused() throws Exception {
        load();
        Files.delete(folder.resolve("ca-cert.pem"));

        assertThatThrownBy(this::load).hasMessageContaining("only one of ca-key.pem");
    }

    @Test
    void anExpiredAuthorityIsRefused() throws Exception {
        load();
        Clock later = Clock.fixed(Instant.now().plus(Duration.ofDays(4000)), ZoneOffset.UTC);

        assertThatThrownBy(() -> new CaFiles(folder, later).loadOrCreate("cluster.local"))
                .hasMessageContaining("ca-cert.pem: expired at ");
    }

    @Test
    void anIntermediateIsUsedAndPresented() throws Exception {
        Authority root = Leaves.selfSignedRoot("cluster.local", Instant.now());
        X509Certificate intermediate = plugIn(root);

        Authority authority = load();

        assertThat(authority.intermediates()).containsExactly(intermediate);
        assertThat(authority.roots()).containsExactly(root.certificate());
        var leaves = new Leaves(authority, new SecureRandom());
        X509Certificate leaf =
                leaves.issue(
                        CaFixture.account("a"),
                        SvidKey.generate().publicKey(),
                        Instant.now(),
                        Duration.ofDays(365));
        leaf.verify(intermediate.getPublicKey());
        assertThat(leaf.getNotAfter()).isEqualTo(intermediate.getNotAfter());
    }

    @Test
    void anIntermediateOfAnotherRootIsRefused() throws Exception {
        plugIn(Leaves.selfSignedRoot("cluster.local", Instant.now()));
        Authority other = Leaves.selfSignedRoot("cluster.local", Instant.now());
        Files.writeString(folder.resolve("root-cert.pem"), Pem.write(other.roots()));

        assertThatThrownBy(this::load).hasMessageContaining("ca-cert.pem: ");
    }

    /** Puts an intermediate of {@code root} into the folder, 30 days valid. */
    private X509Certificate plugIn(Authority root) throws Exception {
        SvidKey key = SvidKey.generate();
        Instant now = Instant.now();
        var builder =
                new JcaX509v3CertificateBuilder(
                        root.certificate(),
                        BigInteger.TWO,
                        Date.from(now.minusSeconds(60)),
                        Date.from(now.plus(Duration.ofDays(30))),
                        new X500Name("CN=Intermediate"),
                        key.publicKey());
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
        X509Certificate intermediate =
                new JcaX509CertificateConverter()
                        .getCertificate(
                                builder.build(
                                        new JcaContentSignerBuilder("SHA256withECDSA")
                                                .build(root.key())));
        writeKey(key);
        Files.writeString(folder.resolve("ca-cert.pem"), Pem.write(List.of(intermediate)));
        Files.writeString(
                folder.resolve("cert-chain.pem"),
                Pem.write(List.of(intermediate, root.certificate())));
        Files.writeString(folder.resolve("root-cert.pem"), Pem.write(root.roots()));
        return intermediate;
    }

    private void writeKey(SvidKey key) throws Exception {
        Path file = folder.resolve("ca-key.pem");
        Files.writeString(file, Pem.block("PRIVATE KEY", key.privateKey().getEncoded()));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }
}
