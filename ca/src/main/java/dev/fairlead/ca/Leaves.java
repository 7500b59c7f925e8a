package dev.fairlead.ca;

import dev.fairlead.wire.identity.SpiffeId;
import dev.fairlead.wire.svid.SvidKey;
import java.math.BigInteger;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * Makes certificates: SVID leaves, and the root of a mesh that brings none.
 *
 * <p>A leaf has no subject, one critical SAN with the SPIFFE ID, no CA rights, digitalSignature,
 * and serves as client and server. Thread: any. Source: SPIFFE X.509-SVID §2-§4, RFC 5280 §4.2.1.6.
 */
final class Leaves {

    static final Duration BACKDATE = Duration.ofMinutes(1); // clocks of nodes differ by less
    private static final Duration ROOT_LIFETIME = Duration.ofDays(3650);
    private static final int SERIAL_BITS = 127; // positive and within RFC 5280's 20 bytes
    private static final X500Name NO_SUBJECT = new X500Name(new org.bouncycastle.asn1.x500.RDN[0]);

    private final Authority authority;
    private final SecureRandom random;

    Leaves(Authority authority, SecureRandom random) {
        this.authority = authority;
        this.random = random;
    }

    /** A certificate of {@code key} for {@code id} that ends after {@code lifetime} at most. */
    X509Certificate issue(SpiffeId id, PublicKey key, Instant now, Duration lifetime) {
        Instant signerEnd = authority.certificate().getNotAfter().toInstant();
        Instant end = now.plus(lifetime);
        var builder =
                new JcaX509v3CertificateBuilder(
                        X500Name.getInstance(
                                authority.certificate().getSubjectX500Principal().getEncoded()),
                        serial(random),
                        Date.from(now.minus(BACKDATE)),
                        Date.from(end.isAfter(signerEnd) ? signerEnd : end),
                        NO_SUBJECT,
                        key);
        try {
            var san =
                    new GeneralNames(
                            new GeneralName(GeneralName.uniformResourceIdentifier, id.uri()));
            builder.addExtension(Extension.subjectAlternativeName, true, san);
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            builder.addExtension(
                    Extension.extendedKeyUsage,
                    false,
                    new ExtendedKeyUsage(
                            new KeyPurposeId[] {
                                KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth
                            }));
            builder.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    new JcaX509ExtensionUtils()
                            .createAuthorityKeyIdentifier(authority.certificate()));
            return sign(builder, authority);
        } catch (CertIOException | java.security.GeneralSecurityException e) {
            throw new IllegalStateException("certificate for " + id, e);
        }
    }

    /** A new root, P-256, ten years. */
    static Authority selfSignedRoot(String trustDomain, Instant now) {
        SvidKey key = SvidKey.generate();
        X500Name name =
                new X500NameBuilder(BCStyle.INSTANCE)
                        .addRDN(BCStyle.O, trustDomain)
                        .addRDN(BCStyle.CN, "Fairlead root")
                        .build();
        var builder =
                new JcaX509v3CertificateBuilder(
                        name,
                        serial(new SecureRandom()),
                        Date.from(now.minus(BACKDATE)),
                        Date.from(now.plus(ROOT_LIFETIME)),
                        name,
                        key.publicKey());
        try {
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
            builder.addExtension(
                    Extension.keyUsage,
                    true,
                    new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            builder.addExtension(
                    Extension.subjectKeyIdentifier,
                    false,
                    new JcaX509ExtensionUtils().createSubjectKeyIdentifier(key.publicKey()));
            // the name signs itself: the certificate field of this Authority is not read before
            X509Certificate root = sign(builder, key.privateKey(), "SHA256withECDSA");
            return new Authority(key.privateKey(), root, List.of(), List.of(root));
        } catch (CertIOException | java.security.GeneralSecurityException e) {
            throw new IllegalStateException("root certificate", e);
        }
    }

    private static X509Certificate sign(X509v3CertificateBuilder builder, Authority authority)
            throws CertificateException {
        return sign(builder, authority.key(), authority.signatureAlgorithm());
    }

    private static X509Certificate sign(
            X509v3CertificateBuilder builder, java.security.PrivateKey key, String algorithm)
            throws CertificateException {
        try {
            return new JcaX509CertificateConverter()
                    .getCertificate(
                            builder.build(new JcaContentSignerBuilder(algorithm).build(key)));
        } catch (OperatorCreationException e) {
            throw new CertificateException(e);
        }
    }

    private static BigInteger serial(SecureRandom random) {
        return new BigInteger(SERIAL_BITS, random).setBit(SERIAL_BITS - 1);
    }
}
