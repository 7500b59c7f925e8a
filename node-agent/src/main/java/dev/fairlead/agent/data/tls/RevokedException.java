package dev.fairlead.agent.data.tls;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import org.jspecify.annotations.Nullable;

/** A chain with a certificate that its issuer has taken back. */
public final class RevokedException extends CertificateException {

    private static final long serialVersionUID = 1;

    RevokedException(X509Certificate certificate) {
        super(describe(certificate) + " is revoked");
    }

    /** Which certificate it is, for logs. */
    static String describe(X509Certificate certificate) {
        return "certificate serial "
                + certificate.getSerialNumber().toString(16)
                + " issuer \""
                + certificate.getIssuerX500Principal().getName()
                + "\"";
    }

    /** Whether that is why a handshake of ours has failed. */
    public static boolean isWhy(@Nullable Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof RevokedException) {
                return true;
            }
        }
        return false;
    }
}
