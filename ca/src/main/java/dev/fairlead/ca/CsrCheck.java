package dev.fairlead.ca;

import java.io.IOException;
import java.io.StringReader;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Set;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;

/**
 * Takes the public key out of a certificate request, once the request proves that its sender holds
 * the private one. Nothing else in the request counts: neither names nor extensions.
 */
final class CsrCheck {

    private static final int MAX_CHARS = 16 * 1024; // RSA 8192 with names takes a quarter
    private static final int MIN_RSA_BITS = 2048;
    private static final int MAX_RSA_BITS = 8192; // verifying more is work for a stranger

    private static final Set<ASN1ObjectIdentifier> SIGNATURES =
            Set.of(
                    X9ObjectIdentifiers.ecdsa_with_SHA256,
                    X9ObjectIdentifiers.ecdsa_with_SHA384,
                    X9ObjectIdentifiers.ecdsa_with_SHA512,
                    PKCSObjectIdentifiers.sha256WithRSAEncryption,
                    PKCSObjectIdentifiers.sha384WithRSAEncryption,
                    PKCSObjectIdentifiers.sha512WithRSAEncryption);

    /** What came of a request. */
    sealed interface Result {}

    record Good(PublicKey key) implements Result {}

    record Bad(String reason) implements Result {}

    private CsrCheck() {}

    static Result check(String pem) {
        if (pem.length() > MAX_CHARS) {
            return new Bad(pem.length() + " characters, at most " + MAX_CHARS);
        }
        try (PemReader reader = new PemReader(new StringReader(pem))) {
            PemObject block = reader.readPemObject();
            if (block == null || !block.getType().endsWith("CERTIFICATE REQUEST")) {
                return new Bad("no PEM block CERTIFICATE REQUEST");
            }
            return check(new JcaPKCS10CertificationRequest(block.getContent()));
        } catch (IOException
                | GeneralSecurityException
                | OperatorCreationException
                | PKCSException
                | RuntimeException e) { // the parser's own exceptions for broken DER
            return new Bad("unreadable: " + e.getClass().getSimpleName());
        }
    }

    private static Result check(JcaPKCS10CertificationRequest request)
            throws GeneralSecurityException, OperatorCreationException, PKCSException {
        if (!SIGNATURES.contains(request.getSignatureAlgorithm().getAlgorithm())) {
            return new Bad("signature algorithm " + request.getSignatureAlgorithm().getAlgorithm());
        }
        AlgorithmIdentifier kind = request.getSubjectPublicKeyInfo().getAlgorithm();
        boolean p256 =
                X9ObjectIdentifiers.id_ecPublicKey.equals(kind.getAlgorithm())
                        && X9ObjectIdentifiers.prime256v1.equals(kind.getParameters());
        boolean rsa = PKCSObjectIdentifiers.rsaEncryption.equals(kind.getAlgorithm());
        if (!p256 && !rsa) {
            return new Bad("key is neither P-256 nor RSA");
        }
        PublicKey key = request.getPublicKey();
        if (key instanceof RSAPublicKey rsaKey) {
            int bits = rsaKey.getModulus().bitLength();
            if (bits < MIN_RSA_BITS || bits > MAX_RSA_BITS) {
                return new Bad("RSA key of " + bits + " bits");
            }
        }
        boolean proven =
                request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key));
        return proven ? new Good(key) : new Bad("signature does not fit the key");
    }
}
