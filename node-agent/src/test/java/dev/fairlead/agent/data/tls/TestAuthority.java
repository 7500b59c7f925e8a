package dev.fairlead.agent.data.tls;

import dev.fairlead.agent.model.identity.Svid;
import dev.fairlead.wire.identity.SpiffeId;
import dev.fairlead.wire.svid.SvidKey;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/** Signs whatever a test asks for, also what ca never would. */
public final class TestAuthority {

    private static final AtomicLong SERIAL = new AtomicLong(1);

    private final SvidKey key = SvidKey.generate();
    public final X509Certificate root;

    public TestAuthority(String name) {
        X500Name subject = new X500Name("CN=" + name);
        root = sign(key, subject, subject, key, null, Instant.now().plus(Duration.ofDays(1)));
    }

    public Svid svid(SpiffeId id) {
        return svid(id, Instant.now().plus(Duration.ofHours(1)));
    }

    Svid svid(SpiffeId id, Instant notAfter) {
        SvidKey own = SvidKey.generate();
        X509Certificate leaf =
                sign(
                        own,
                        new X500Name(new RDN[0]),
                        new X500Name(root.getSubjectX500Principal().getName()),
                        key,
                        id.uri(),
                        notAfter);
        return new Svid(id, own.privateKey(), List.of(leaf), List.of(root));
    }

    private static X509Certificate sign(
            SvidKey of,
            X500Name subject,
            X500Name issuer,
            SvidKey by,
            @Nullable String uri,
            Instant until) {
        try {
            var builder =
                    new JcaX509v3CertificateBuilder(
                            issuer,
                            BigInteger.valueOf(SERIAL.getAndIncrement()),
                            Date.from(until.minus(Duration.ofDays(2))),
                            Date.from(until),
                            subject,
                            of.publicKey());
            builder.addExtension(
                    Extension.basicConstraints, true, new BasicConstraints(uri == null));
            builder.addExtension(
                    Extension.keyUsage,
                    true,
                    new KeyUsage(uri == null ? KeyUsage.keyCertSign : KeyUsage.digitalSignature));
            if (uri != null) {
                builder.addExtension(
                        Extension.subjectAlternativeName,
                        true,
                        new GeneralNames(
                                new GeneralName(GeneralName.uniformResourceIdentifier, uri)));
            }
            return new JcaX509CertificateConverter()
                    .getCertificate(
                            builder.build(
                                    new JcaContentSignerBuilder("SHA256withECDSA")
                                            .build(by.privateKey())));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
