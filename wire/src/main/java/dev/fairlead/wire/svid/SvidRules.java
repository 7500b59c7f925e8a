package dev.fairlead.wire.svid;

import dev.fairlead.wire.identity.SpiffeId;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * What makes a certificate the identity of a workload.
 *
 * <p>Source: SPIFFE X.509-SVID §2 (one URI SAN), §4 and §5.2 (leaf: no CA, digitalSignature,
 * neither keyCertSign nor cRLSign).
 */
public final class SvidRules {

    private static final int URI_NAME = 6; // GeneralName uniformResourceIdentifier
    private static final int DIGITAL_SIGNATURE = 0;
    private static final int KEY_CERT_SIGN = 5;
    static final int CRL_SIGN = 6;

    private SvidRules() {}

    /**
     * The one SPIFFE ID that {@code leaf} names. CertificateException says which rule it breaks.
     */
    public static SpiffeId idOf(X509Certificate leaf) throws CertificateException {
        if (leaf.getBasicConstraints() >= 0) {
            throw new CertificateException("a CA certificate is no workload's identity");
        }
        boolean[] usage = leaf.getKeyUsage();
        if (usage == null || !usage[DIGITAL_SIGNATURE] || usage[KEY_CERT_SIGN] || usage[CRL_SIGN]) {
            throw new CertificateException("key usage is not that of an SVID leaf");
        }
        @Nullable String uri = null;
        Collection<List<?>> names = leaf.getSubjectAlternativeNames();
        if (names != null) {
            for (List<?> name : names) {
                if (name.get(0).equals(URI_NAME)) {
                    if (uri != null) {
                        throw new CertificateException("more than one URI SAN");
                    }
                    uri = (String) name.get(1);
                }
            }
        }
        if (uri == null) {
            throw new CertificateException("no URI SAN");
        }
        try {
            return SpiffeId.parse(uri);
        } catch (IllegalArgumentException e) {
            throw new CertificateException("URI SAN: " + e.getMessage(), e);
        }
    }

    /** Path validation (RFC 5280) against {@code roots}, with no opinion about names. */
    public static X509TrustManager pkix(List<X509Certificate> roots) throws CertificateException {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            for (int i = 0; i < roots.size(); i++) {
                store.setCertificateEntry(Integer.toString(i), roots.get(i));
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(store);
            for (TrustManager manager : factory.getTrustManagers()) {
                if (manager instanceof X509TrustManager found) {
                    return found;
                }
            }
            throw new IllegalStateException("the JDK has no X.509 trust manager");
        } catch (GeneralSecurityException | IOException e) {
            throw new CertificateException("bundle: " + e.getMessage(), e);
        }
    }
}
