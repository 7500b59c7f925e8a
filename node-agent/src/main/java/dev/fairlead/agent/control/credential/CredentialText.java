package dev.fairlead.agent.control.credential;

import dev.fairlead.agent.model.identity.Credential;
import dev.fairlead.wire.svid.Revocations;
import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** PEM texts as credentials. What is wrong is said without a byte of the text. */
final class CredentialText {

    private static final int MAX_CERTIFICATES = 1024;
    private static final byte[] PROBE = {1, 2, 3};
    private static final byte[] SYSTEM = {0}; // no PEM begins so

    private CredentialText() {}

    /**
     * Roots, and what their issuers have taken back.
     *
     * @param pem null: those by which this process knows public servers
     * @param lists null: nothing is taken back
     */
    static Credential roots(
            byte @Nullable [] pem, byte @Nullable [] lists, @Nullable Credential before)
            throws GeneralSecurityException {
        byte[] roots = pem == null ? SYSTEM : pem;
        String version = lists == null ? version(roots) : version(roots, lists);
        if (before != null && before.version().equals(version)) {
            return before;
        }
        return new Credential(
                version,
                null,
                pem == null ? systemRoots() : certificates(pem),
                lists == null ? Revocations.NONE : Revocations.parse(lists));
    }

    /** A certificate with the key that belongs to it. */
    static Credential certificate(byte[] chain, byte[] key, @Nullable Credential before)
            throws GeneralSecurityException {
        String version = version(chain, key);
        if (before != null && before.version().equals(version)) {
            return before;
        }
        List<X509Certificate> certificates = certificates(chain);
        PrivateKey secret = PrivateKeyPem.read(key);
        requirePair(secret, certificates.getFirst());
        return new Credential(version, secret, certificates);
    }

    private static void requirePair(PrivateKey key, X509Certificate leaf)
            throws GeneralSecurityException {
        if (!key.getAlgorithm().equals(leaf.getPublicKey().getAlgorithm())) {
            throw new CertificateException("the key is not the certificate's");
        }
        String algorithm =
                switch (key.getAlgorithm()) {
                    case "RSA" -> "SHA256withRSA";
                    case "EC" -> "SHA256withECDSA";
                    default ->
                            throw new CertificateException(
                                    "keys are RSA's or ECDSA's, not " + key.getAlgorithm());
                };
        Signature signing = Signature.getInstance(algorithm);
        signing.initSign(key);
        signing.update(PROBE);
        byte[] signed = signing.sign();
        signing.initVerify(leaf.getPublicKey());
        signing.update(PROBE);
        if (!signing.verify(signed)) {
            throw new CertificateException("the key is not the certificate's");
        }
    }

    private static List<X509Certificate> certificates(byte[] pem) throws CertificateException {
        Collection<? extends Certificate> all;
        try {
            all =
                    CertificateFactory.getInstance("X.509")
                            .generateCertificates(new ByteArrayInputStream(pem));
        } catch (CertificateException e) {
            throw new CertificateException("certificates that cannot be read", e);
        }
        if (all.isEmpty() || all.size() > MAX_CERTIFICATES) {
            throw new CertificateException(
                    all.size() + " certificates, expected 1 to " + MAX_CERTIFICATES);
        }
        List<X509Certificate> certificates = new ArrayList<>(all.size());
        for (Certificate one : all) {
            certificates.add((X509Certificate) one);
        }
        return certificates;
    }

    private static List<X509Certificate> systemRoots() throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init((KeyStore) null);
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509TrustManager system) {
                return List.of(system.getAcceptedIssuers());
            }
        }
        throw new CertificateException("this machine has no roots");
    }

    private static String version(byte[]... texts) throws GeneralSecurityException {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        for (byte[] text : texts) {
            digest.update(MessageDigest.getInstance("SHA-256").digest(text));
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
