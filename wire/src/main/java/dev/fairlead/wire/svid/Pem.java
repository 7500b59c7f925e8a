package dev.fairlead.wire.svid;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;

/** Certificates as PEM text. */
public final class Pem {

    private static final int MAX_CERTIFICATES = 64; // a bundle under rotation has a handful
    private static final Base64.Encoder BASE64 =
            Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));

    private Pem() {}

    /** All certificates in {@code pem}, in order; at least one. */
    public static List<X509Certificate> certificates(byte[] pem) throws CertificateException {
        List<X509Certificate> all =
                CertificateFactory.getInstance("X.509")
                        .generateCertificates(new ByteArrayInputStream(pem))
                        .stream()
                        .map(X509Certificate.class::cast)
                        .toList();
        if (all.isEmpty() || all.size() > MAX_CERTIFICATES) {
            throw new CertificateException(
                    all.size() + " certificates, expected 1 to " + MAX_CERTIFICATES);
        }
        return all;
    }

    public static List<X509Certificate> certificates(String pem) throws CertificateException {
        return certificates(pem.getBytes(StandardCharsets.US_ASCII));
    }

    /** The certificates one after the other. */
    public static String write(List<X509Certificate> certificates) {
        StringBuilder text = new StringBuilder();
        for (X509Certificate certificate : certificates) {
            try {
                text.append(block("CERTIFICATE", certificate.getEncoded()));
            } catch (CertificateEncodingException e) {
                throw new IllegalArgumentException(e);
            }
        }
        return text.toString();
    }

    /** One PEM block. */
    public static String block(String label, byte[] der) {
        return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
                .formatted(label, BASE64.encodeToString(der), label);
    }
}
