package dev.fairlead.wire.tokens;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.wire.svid.Pem;
import dev.fairlead.wire.svid.SvidKey;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What holds of {@code ca-crl.pem}, where it can be read and where it cannot. */
@SuppressWarnings("NullAway.Init") // by start()
class MeshTrustTest {

    private static final X500Name NAME = new X500Name("CN=root");
    private static final String REVOKED = "certificate serial 2 issuer \"CN=root\" is revoked";

    @TempDir Path folder;
    private final SvidKey key = SvidKey.generate();
    private Path list;
    private X509Certificate leaf;
    private MeshTrust trust;

    @BeforeEach
    void start() throws Exception {
        Path roots = folder.resolve("root.pem");
        Files.writeString(roots, Pem.write(List.of(certificate(1, true))));
        leaf = certificate(2, false);
        list = folder.resolve("ca-crl.pem");
        trust = new MeshTrust(roots);
    }

    private X509Certificate certificate(int serial, boolean ca) throws Exception {
        Instant now = Instant.now();
        var builder =
                new JcaX509v3CertificateBuilder(
                        NAME,
                        BigInteger.valueOf(serial),
                        Date.from(now),
                        Date.from(now.plus(Duration.ofHours(1))),
                        ca ? NAME : new X500Name("CN=leaf"),
                        key.publicKey());
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(ca));
        return new JcaX509CertificateConverter().getCertificate(builder.build(signer()));
    }

    private ContentSigner signer() throws Exception {
        return new JcaContentSignerBuilder("SHA256withECDSA").build(key.privateKey());
    }

    private void takeBackTheLeaf() throws Exception {
        var builder = new JcaX509v2CRLBuilder(new X500Principal("CN=root"), new Date());
        builder.addCRLEntry(leaf.getSerialNumber(), new Date(), 0);
        Files.writeString(list, Pem.block("X509 CRL", builder.build(signer()).getEncoded()));
        assertThat(trust.takenBack(List.of(leaf))).isEqualTo(REVOKED);
    }

    @Test
    void withoutAListNothingIsRevokedNorAfterItIsGone() throws Exception {
        assertThat(trust.takenBack(List.of(leaf))).isNull();
        takeBackTheLeaf();

        Files.delete(list);

        assertThat(trust.takenBack(List.of(leaf))).isNull();
    }

    @Test
    void aListThatWasNeverReadableRevokesNothingUntilItIs() throws Exception {
        Files.writeString(list, "broken");
        assertThat(trust.takenBack(List.of(leaf))).isNull();

        takeBackTheLeaf();
    }

    @Test
    void aListThatBreaksLeavesTheLastGoodOne() throws Exception {
        takeBackTheLeaf();

        Files.writeString(list, "broken");

        assertThat(trust.takenBack(List.of(leaf))).isEqualTo(REVOKED);
    }

    /** As where a folder on its path is shut: it cannot be said that it is gone. */
    @Test
    void aListThatCannotBeReachedLeavesTheLastGoodOne() throws Exception {
        takeBackTheLeaf();

        Files.delete(list);
        Files.createSymbolicLink(list, list.getFileName()); // leads to itself

        assertThat(trust.takenBack(List.of(leaf))).isEqualTo(REVOKED);
    }
}
