package dev.fairlead.pilot.admission.certificate;

import dev.fairlead.wire.svid.SvidKey;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Makes the webhook's certificates: ECDSA P-256, a CA for ten years, leaves for 90 days. */
final class Mint {

    static final Duration AUTHORITY_LIFETIME = Duration.ofDays(3650);
    static final Duration LEAF_LIFETIME = Duration.ofDays(90);
    static final Duration BACKDATE = Duration.ofMinutes(5); // the API server's clock may be behind
    private static final X500Name AUTHORITY = new X500Name("CN=Fairlead webhook CA");
    private static final int SERIAL_BITS = 127; // positive and within RFC 5280's 20 bytes

    private final List<String> names;
    private final SecureRandom random;

    /** {@code names}: DNS names by which the API server calls. */
    Mint(List<String> names, SecureRandom random) {
        this.names = List.copyOf(names);
        this.random = random;
    }

    Material begin(Instant now) {
        SvidKey key = SvidKey.generate();
        X509Certificate authority = authority(key, now);
        return withLeaf(List.of(authority), key.privateKey(), now);
    }

    /** A new authority beside those of {@code old}; the leaf stays. */
    Material newAuthority(Material old, Instant now) {
        SvidKey key = SvidKey.generate();
        List<X509Certificate> all = new ArrayList<>();
        all.add(authority(key, now));
        all.addAll(old.authorities());
        return new Material(all, key.privateKey(), old.leaf(), old.leafKey());
    }

    Material newLeaf(Material old, Instant now) {
        return withLeaf(old.authorities(), old.authorityKey(), now);
    }

    private Material withLeaf(List<X509Certificate> authorities, PrivateKey signer, Instant now) {
        SvidKey key = SvidKey.generate();
        Instant most = authorities.getFirst().getNotAfter().toInstant();
        Instant end = now.plus(LEAF_LIFETIME);
        var builder =
                builder(
                        new X500Name("CN=" + names.getFirst()),
                        key.publicKey(),
                        now,
                        end.isAfter(most) ? most : end);
        GeneralName[] sans =
                names.stream()
                        .map(name -> new GeneralName(GeneralName.dNSName, name))
                        .toArray(GeneralName[]::new);
        add(builder, Extension.subjectAlternativeName, false, new GeneralNames(sans));
        add(builder, Extension.basicConstraints, true, new BasicConstraints(false));
        add(builder, Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
        add(
                builder,
                Extension.extendedKeyUsage,
                false,
                new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth));
        add(
                builder,
                Extension.authorityKeyIdentifier,
                false,
                identifiers().createAuthorityKeyIdentifier(authorities.getFirst().getPublicKey()));
        return new Material(authorities, signer, sign(builder, signer), key.privateKey());
    }

    private X509Certificate authority(SvidKey key, Instant now) {
        var builder = builder(AUTHORITY, key.publicKey(), now, now.plus(AUTHORITY_LIFETIME));
        add(builder, Extension.basicConstraints, true, new BasicConstraints(0));
        add(builder, Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign));
        add(
                builder,
                Extension.subjectKeyIdentifier,
                false,
                identifiers().createSubjectKeyIdentifier(key.publicKey()));
        return sign(builder, key.privateKey());
    }

    private X509v3CertificateBuilder builder(
            X500Name subject, PublicKey key, Instant now, Instant end) {
        return new JcaX509v3CertificateBuilder(
                AUTHORITY,
                new BigInteger(SERIAL_BITS, random).setBit(SERIAL_BITS - 1),
                Date.from(now.minus(BACKDATE)),
                Date.from(end),
                subject,
                key);
    }

    private static JcaX509ExtensionUtils identifiers() {
        try {
            return new JcaX509ExtensionUtils();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("SHA-1 of the JDK", e);
        }
    }

    private static void add(
            X509v3CertificateBuilder builder,
            ASN1ObjectIdentifier extension,
            boolean critical,
            ASN1Encodable value) {
        try {
            builder.addExtension(extension, critical, value);
        } catch (IOException e) {
            throw new IllegalStateException("extension " + extension, e);
        }
    }

    private static X509Certificate sign(X509v3CertificateBuilder builder, PrivateKey signer) {
        try {
            return new JcaX509CertificateConverter()
                    .getCertificate(
                            builder.build(
                                    new JcaContentSignerBuilder("SHA256withECDSA").build(signer)));
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException("webhook certificate", e);
        }
    }
}
