package dev.fairlead.wire.tokens;

import dev.fairlead.wire.svid.Pem;
import dev.fairlead.wire.svid.Revocations;
import dev.fairlead.wire.svid.SvidRules;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The mesh's roots in their file, and {@code ca-crl.pem} beside it: what their issuers have taken
 * back. Both are read again when they change. No such list: nothing is revoked; of one that cannot
 * be read the last good version holds, and where there was none nothing is revoked, with a warning.
 *
 * <p>Thread: any. Cost of a look: a stat of each file.
 */
public final class MeshTrust {

    private static final Logger log = LoggerFactory.getLogger(MeshTrust.class);
    private static final String REVOKED = "ca-crl.pem"; // as Istio's

    private record Roots(X509TrustManager pkix, List<X509Certificate> bundle) {}

    private final WatchedFile<Roots> roots;
    private final Path revokedFile;
    private final WatchedFile<Revocations> revoked;
    private volatile String complaint = "";

    /**
     * @param bundleFile PEM; it may come later
     */
    public MeshTrust(Path bundleFile) {
        roots =
                new WatchedFile<>(
                        bundleFile,
                        content -> {
                            List<X509Certificate> bundle = Pem.certificates(content);
                            return new Roots(SvidRules.pkix(bundle), bundle);
                        });
        revokedFile = bundleFile.resolveSibling(REVOKED);
        revoked = new WatchedFile<>(revokedFile, Revocations::parse);
    }

    /** CertificateException where a server's chain, leaf first, does not lead to a root. */
    void check(X509Certificate[] chain, String authType) throws CertificateException {
        try {
            roots.get().pkix.checkServerTrusted(chain, authType);
        } catch (IOException e) {
            throw new CertificateException("bundle not ready: " + e.getMessage(), e);
        }
        String taken = takenBack(List.of(chain));
        if (taken != null) {
            throw new CertificateException(taken);
        }
    }

    /** Which certificate of a chain, leaf first, its issuer has taken back; null: none. */
    public @Nullable String takenBack(List<X509Certificate> chain) {
        X509Certificate certificate;
        try {
            // not exists(): of a file that cannot be reached that is false, too
            Revocations lists = Files.notExists(revokedFile) ? Revocations.NONE : revoked.get();
            complaint = "";
            certificate = lists.isEmpty() ? null : lists.revoked(chain, roots.get().bundle);
        } catch (IOException e) {
            complain(String.valueOf(e.getMessage()));
            return null;
        }
        return certificate == null
                ? null
                : "certificate serial "
                        + certificate.getSerialNumber().toString(16)
                        + " issuer \""
                        + certificate.getIssuerX500Principal().getName()
                        + "\" is revoked";
    }

    private void complain(String reason) {
        if (!reason.equals(complaint)) {
            complaint = reason;
            log.warn("revocation lists not read reason=\"{}\"", reason);
        }
    }
}
