package dev.fairlead.pilot.keys;

import dev.fairlead.wire.svid.Pem;
import dev.fairlead.wire.tokens.WatchedFile;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * By whom servers of key sets are known: the JVM's trust store, and roots of a private authority in
 * a file, which is read again when it changes. Source: Istio, {@code
 * pilot.jwksResolverExtraRootCA}. Thread: any.
 */
final class IssuerRoots {

    private final @Nullable WatchedFile<SSLSocketFactory> file;

    /**
     * @param extra PEM; null: none
     */
    IssuerRoots(@Nullable Path extra) {
        this.file =
                extra == null
                        ? null
                        : new WatchedFile<>(extra, pem -> trusting(Pem.certificates(pem)));
    }

    /** IOException where the file has never been good: what should be trusted is not known. */
    SSLSocketFactory sockets() throws IOException {
        return file == null ? (SSLSocketFactory) SSLSocketFactory.getDefault() : file.get();
    }

    private static SSLSocketFactory trusting(List<X509Certificate> extra)
            throws GeneralSecurityException, IOException {
        List<X509Certificate> roots = new ArrayList<>(extra);
        for (TrustManager own : managers(null)) {
            if (own instanceof X509TrustManager x509) {
                roots.addAll(List.of(x509.getAcceptedIssuers()));
            }
        }
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        for (int i = 0; i < roots.size(); i++) {
            store.setCertificateEntry("root" + i, roots.get(i));
        }
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers(store), null);
        return context.getSocketFactory();
    }

    /** Null: by the JVM's own. */
    private static TrustManager[] managers(@Nullable KeyStore store)
            throws GeneralSecurityException {
        TrustManagerFactory factory =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }
}
