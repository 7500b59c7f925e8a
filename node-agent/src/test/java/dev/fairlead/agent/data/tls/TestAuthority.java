package dev.fairlead.agent.data.tls;

import dev.fairlead.agent.model.identity.Credential;
import dev.fairlead.agent.model.identity.Svid;
import dev.fairlead.wire.identity.SpiffeId;
import dev.fairlead.wire.svid.Pem;
import dev.fairlead.wire.svid.Revocations;
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
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/** Signs whatever a test asks for, also what ca never would. */
public final class TestAuthority {

    private static final AtomicLong SERIAL = new AtomicLong(1);

    private final SvidKey key = SvidKey.generate();
    public final X509Certificate root;
    private final List<X509Certificate> above;
    private final X509Certificate anchor;

    public TestAuthority(String name) {
        X500Name subject = new X500Name("CN=" + name);
        root = sign(key, subject, subject, key, null, Instant.now().plus(Duration.ofDays(1)));
        above = List.of();
        anchor = root;
    }

    private TestAuthority(String name, TestAuthority signer) {
        root =
                sign(
                        key,
                        new X500Name("CN=" + name),
                        name(signer.root),
                        signer.key,
                        null,
                        Instant.now().plus(Duration.ofDays(1)));
        above =
                java.util.stream.Stream.concat(
                                java.util.stream.Stream.of(root), signer.above.stream())
                        .toList();
        anchor = signer.anchor;
    }

    /** An intermediate under this one; its {@link #root} is its own certificate. */
    public TestAuthority intermediate(String name) {
        return new TestAuthority(name, this);
    }

    private static X500Name name(X509Certificate certificate) {
        return new X500Name(certificate.getSubjectX500Principal().getName());
    }

    /** This authority's list of what it takes back, as PEM; over at {@code nextUpdate}. */
    public String crl(Instant nextUpdate, X509Certificate... revoked) {
        try {
            var builder =
                    new JcaX509v2CRLBuilder(
                            root.getSubjectX500Principal(),
                            Date.from(nextUpdate.minus(Duration.ofDays(1))));
            builder.setNextUpdate(Date.from(nextUpdate));
            for (X509Certificate each : revoked) {
                builder.addCRLEntry(each.getSerialNumber(), new Date(), CRLReason.keyCompromise);
            }
            byte[] der =
                    builder.build(
                                    new JcaContentSignerBuilder("SHA256withECDSA")
                                            .build(key.privateKey()))
                            .getEncoded();
            return Pem.block("X509 CRL", der);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    public Revocations revoking(X509Certificate... revoked) {
        try {
            return Revocations.parse(
                    crl(Instant.now().plus(Duration.ofDays(1)), revoked)
                            .getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
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
        List<X509Certificate> chain = new java.util.ArrayList<>(List.of(leaf));
        chain.addAll(above);
        return new Svid(id, own.privateKey(), chain, List.of(anchor));
    }

    /** A leaf of that subject with these names. */
    public X509Certificate leaf(X500Name subject, GeneralName... names) {
        return sign(
                SvidKey.generate(),
                subject,
                new X500Name(root.getSubjectX500Principal().getName()),
                key,
                false,
                names,
                Instant.now().plus(Duration.ofHours(1)));
    }

    /** The root, as what a rule names. */
    public Credential roots() {
        return new Credential("roots " + root.getSerialNumber(), null, List.of(root));
    }

    /** A certificate of these names with its key, for no workload. */
    public Credential certificate(Instant notAfter, GeneralName... names) {
        return certificate(notAfter, new X500Name("CN=" + names[0].getName()), names);
    }

    public Credential certificate(Instant notAfter, X500Name subject, GeneralName... names) {
        SvidKey own = SvidKey.generate();
        X509Certificate leaf =
                sign(
                        own,
                        subject,
                        new X500Name(root.getSubjectX500Principal().getName()),
                        key,
                        false,
                        names,
                        notAfter);
        return new Credential("leaf " + leaf.getSerialNumber(), own.privateKey(), List.of(leaf));
    }

    private static X509Certificate sign(
            SvidKey of,
            X500Name subject,
            X500Name issuer,
            SvidKey by,
            @Nullable String uri,
            Instant until) {
        GeneralName[] names =
                uri == null
                        ? new GeneralName[0]
                        : new GeneralName[] {
                            new GeneralName(GeneralName.uniformResourceIdentifier, uri)
                        };
        return sign(of, subject, issuer, by, uri == null, names, until);
    }

    private static X509Certificate sign(
            SvidKey of,
            X500Name subject,
            X500Name issuer,
            SvidKey by,
            boolean ca,
            GeneralName[] names,
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
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(ca));
            builder.addExtension(
                    Extension.keyUsage,
                    true,
                    new KeyUsage(
                            ca
                                    ? KeyUsage.keyCertSign | KeyUsage.cRLSign
                                    : KeyUsage.digitalSignature));
            if (names.length > 0) {
                builder.addExtension(
                        Extension.subjectAlternativeName, true, new GeneralNames(names));
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
