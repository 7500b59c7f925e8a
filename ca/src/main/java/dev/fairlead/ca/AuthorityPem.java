package dev.fairlead.ca;

import dev.fairlead.wire.svid.Pem;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;

/**
 * An authority out of PEM parts: {@code ca-key.pem}, {@code ca-cert.pem} (signs), {@code
 * root-cert.pem} (is trusted; may hold several), {@code cert-chain.pem} (optional: what is between
 * the two). Names as Istio's plugged-in {@code cacerts}.
 *
 * <p>Everything that would make certificates worthless is a {@link BadAuthority} that names the
 * part.
 */
final class AuthorityPem {

    static final String KEY = "ca-key.pem";
    static final String CERTIFICATE = "ca-cert.pem";
    static final String ROOT = "root-cert.pem";
    static final String CHAIN = "cert-chain.pem";
    static final String REVOKED = "ca-crl.pem";
    private static final int KEY_CERT_SIGN = 5;

    /** Parts that do not make an authority, in one clear line. */
    static final class BadAuthority extends IOException {
        private static final long serialVersionUID = 1;

        BadAuthority(String message, Throwable cause) {
            super(message, cause);
        }
    }

    private final Map<String, byte[]> parts;
    private final UnaryOperator<String> place;

    private AuthorityPem(Map<String, byte[]> parts, UnaryOperator<String> place) {
        this.parts = parts;
        this.place = place;
    }

    /** {@code place} says where the part of that name stands, for messages. */
    static Authority read(Map<String, byte[]> parts, UnaryOperator<String> place, Instant now)
            throws BadAuthority {
        return new AuthorityPem(parts, place).read(now);
    }

    /** The parts of {@code authority}, to be kept. */
    static Map<String, byte[]> write(Authority authority) {
        byte[] roots = bytes(Pem.write(authority.roots()));
        return Map.of(
                KEY, bytes(Pem.block("PRIVATE KEY", authority.key().getEncoded())),
                CERTIFICATE, bytes(Pem.write(List.of(authority.certificate()))),
                ROOT, roots);
    }

    private Authority read(Instant now) throws BadAuthority {
        PrivateKey key = key();
        List<X509Certificate> signing = certificates(CERTIFICATE);
        List<X509Certificate> roots = certificates(ROOT);
        List<X509Certificate> above = new ArrayList<>(signing.subList(1, signing.size()));
        if (parts.containsKey(CHAIN)) {
            above.addAll(certificates(CHAIN));
        }
        above.remove(signing.getFirst()); // Istio's cert-chain.pem begins with ca-cert.pem
        above.removeAll(roots);
        Authority authority = new Authority(key, signing.getFirst(), above, roots);
        try {
            check(authority, now);
        } catch (GeneralSecurityException e) {
            throw new BadAuthority(place.apply(CERTIFICATE) + ": " + e.getMessage(), e);
        }
        return authority;
    }

    private static void check(Authority authority, Instant now) throws GeneralSecurityException {
        X509Certificate signing = authority.certificate();
        boolean[] usage = signing.getKeyUsage();
        if (signing.getBasicConstraints() < 0 || (usage != null && !usage[KEY_CERT_SIGN])) {
            throw new CertificateException("not a CA certificate");
        }
        if (now.isAfter(signing.getNotAfter().toInstant())) {
            throw new CertificateException("expired at " + signing.getNotAfter().toInstant());
        }
        if (now.isBefore(signing.getNotBefore().toInstant())) {
            throw new CertificateException(
                    "not valid before " + signing.getNotBefore().toInstant());
        }
        Signature signature = Signature.getInstance(authority.signatureAlgorithm());
        signature.initSign(authority.key());
        signature.update(signing.getEncoded());
        byte[] signed = signature.sign();
        if (!verifies(authority, signed)) {
            throw new CertificateException("is not the certificate of " + KEY);
        }
        requirePathToRoot(authority, now);
    }

    private static boolean verifies(Authority authority, byte[] signed) {
        try {
            Signature signature = Signature.getInstance(authority.signatureAlgorithm());
            signature.initVerify(authority.certificate().getPublicKey());
            signature.update(authority.certificate().getEncoded());
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false; // another kind of key
        }
    }

    private static void requirePathToRoot(Authority authority, Instant now)
            throws GeneralSecurityException {
        if (authority.intermediates().isEmpty()) {
            return;
        }
        var parameters =
                new PKIXParameters(
                        authority.roots().stream()
                                .map(root -> new TrustAnchor(root, null))
                                .collect(Collectors.toSet()));
        parameters.setRevocationEnabled(false);
        parameters.setDate(Date.from(now));
        var path = CertificateFactory.getInstance("X.509");
        CertPathValidator.getInstance("PKIX")
                .validate(path.generateCertPath(authority.intermediates()), parameters);
    }

    private PrivateKey key() throws BadAuthority {
        try (Reader in =
                        new InputStreamReader(
                                new java.io.ByteArrayInputStream(part(KEY)),
                                StandardCharsets.US_ASCII);
                PEMParser parser = new PEMParser(in)) {
            Object found = parser.readObject();
            if (found != null && found.getClass().getSimpleName().equals("ASN1ObjectIdentifier")) {
                found = parser.readObject(); // openssl puts "EC PARAMETERS" before the key
            }
            var converter = new JcaPEMKeyConverter();
            return switch (found) {
                case PEMKeyPair pair -> converter.getPrivateKey(pair.getPrivateKeyInfo());
                case PrivateKeyInfo info -> converter.getPrivateKey(info);
                case null, default ->
                        throw new IOException("expected an unencrypted EC or RSA private key");
            };
        } catch (BadAuthority e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw new BadAuthority(place.apply(KEY) + ": " + e.getMessage(), e);
        }
    }

    private List<X509Certificate> certificates(String name) throws BadAuthority {
        try {
            return Pem.certificates(part(name));
        } catch (CertificateException e) {
            throw new BadAuthority(place.apply(name) + ": " + e.getMessage(), e);
        }
    }

    private byte[] part(String name) throws BadAuthority {
        byte[] part = parts.get(name);
        if (part == null) {
            throw new BadAuthority(
                    place.apply(name) + " is missing", new java.util.NoSuchElementException(name));
        }
        return part;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
