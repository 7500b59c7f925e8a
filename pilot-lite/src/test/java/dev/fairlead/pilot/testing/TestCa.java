package dev.fairlead.pilot.testing;

import dev.fairlead.wire.identity.SpiffeId;
import dev.fairlead.wire.svid.Pem;
import dev.fairlead.wire.svid.SvidKey;
import dev.fairlead.wire.tokens.LiveKey;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A root for one test, and the certificates that it gives. */
public final class TestCa {

    private static final X500Principal NAME = new X500Principal("O=test root");

    private final SvidKey key = SvidKey.generate();
    private final X509Certificate root;

    public TestCa() throws Exception {
        root = certificate(NAME, key.publicKey(), true, null);
    }

    public void writeBundle(Path file) throws Exception {
        Files.writeString(file, Pem.write(List.of(root)));
    }

    /** A server key with a certificate for this identity. */
    public LiveKey serve(SpiffeId id) throws Exception {
        SvidKey server = SvidKey.generate();
        X509Certificate leaf =
                certificate(
                        new X500Principal("O=test"),
                        server.publicKey(),
                        false,
                        new GeneralNames(
                                new GeneralName(GeneralName.uniformResourceIdentifier, id.uri())));
        return new LiveKey(server.privateKey(), List.of(leaf));
    }

    private X509Certificate certificate(
            X500Principal subject,
            PublicKey publicKey,
            boolean authority,
            @org.jspecify.annotations.Nullable GeneralNames names)
            throws Exception {
        Instant now = Instant.now();
        var builder =
                new JcaX509v3CertificateBuilder(
                        NAME,
                        BigInteger.valueOf(System.nanoTime()),
                        Date.from(now.minus(Duration.ofMinutes(1))),
                        Date.from(now.plus(Duration.ofHours(1))),
                        subject,
                        publicKey);
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
        builder.addExtension(
                Extension.keyUsage,
                true,
                new KeyUsage(authority ? KeyUsage.keyCertSign : KeyUsage.digitalSignature));
        if (names != null) {
            builder.addExtension(Extension.subjectAlternativeName, true, names);
        }
        var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(key.privateKey());
        return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
    }
}
