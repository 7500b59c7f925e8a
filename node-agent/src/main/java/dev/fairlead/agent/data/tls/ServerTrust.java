package dev.fairlead.agent.data.tls;

import dev.fairlead.agent.model.cluster.SubjectAltName;
import dev.fairlead.agent.model.identity.Credential;
import dev.fairlead.wire.svid.SvidRules;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Which servers outside the mesh to trust: those that {@code roots} vouch for and have not taken
 * back, and that have a name that is asked for, or any. Called in every handshake, since none is
 * resumed. Thread: any.
 *
 * <p>Source: Envoy, CertificateValidationContext, and auto_san_validation of
 * UpstreamHttpProtocolOptions.
 */
final class ServerTrust extends X509ExtendedTrustManager {

    private static final X509Certificate[] NONE = {};
    private static final char MARK = '/'; // so that no engine takes it for a server name

    private final @Nullable X509TrustManager pkix;
    private final @Nullable Credential roots;
    private final Set<SubjectAltName> names;
    private final TlsCounters counters;

    ServerTrust(@Nullable Credential roots, Set<SubjectAltName> names, TlsCounters counters) {
        try {
            pkix = roots == null ? null : SvidRules.pkix(roots.certificates());
        } catch (CertificateException e) {
            throw new IllegalArgumentException("roots: " + e.getMessage(), e);
        }
        this.roots = roots;
        this.names = names;
        this.counters = counters;
    }

    /** The host that an engine's server must be, as its peer host; null: whoever has a name. */
    static @Nullable String asPeerHost(@Nullable String host) {
        return host == null ? null : MARK + host;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        if (pkix == null || roots == null) {
            return;
        }
        try {
            pkix.checkServerTrusted(chain, authType);
            requireNotRevoked(List.of(chain), roots);
        } catch (CertificateException e) {
            counters.untrusted.increment();
            throw e;
        }
        String host = engine.getPeerHost();
        Set<SubjectAltName> wanted =
                host == null || host.isEmpty() ? names : ServerNames.ofHost(host.substring(1));
        if (!wanted.isEmpty() && !ServerNames.has(chain[0], wanted)) {
            counters.wrongPeer.increment();
            throw new WrongPeerException(
                    "server has none of the names " + wanted.stream().map(n -> n.value()).toList());
        }
        counters.verified.increment();
    }

    private void requireNotRevoked(List<X509Certificate> chain, Credential by)
            throws RevokedException {
        X509Certificate revoked = by.revoked().revoked(chain, by.certificates());
        if (revoked != null) {
            counters.revoked.increment();
            throw new RevokedException(revoked);
        }
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return NONE;
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        throw new CertificateException("checks servers only");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType)
            throws CertificateException {
        throw new CertificateException("checks servers only");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType)
            throws CertificateException {
        throw new CertificateException("checks connections of ours only");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        checkClientTrusted(chain, authType);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        checkServerTrusted(chain, authType);
    }
}
