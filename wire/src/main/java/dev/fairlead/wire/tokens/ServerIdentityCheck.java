package dev.fairlead.wire.tokens;

import dev.fairlead.wire.identity.SpiffeId;
import dev.fairlead.wire.svid.SvidRules;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Trusts one server identity under the mesh's roots: the chain must end in one of them, nothing of
 * it may be taken back, and the leaf's one URI SAN must be the expected SPIFFE ID. The host name
 * plays no part. Thread: any.
 */
final class ServerIdentityCheck extends X509ExtendedTrustManager {

    private final MeshTrust trust;
    private final SpiffeId expected;

    ServerIdentityCheck(MeshTrust trust, SpiffeId expected) {
        this.trust = trust;
        this.expected = expected;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType)
            throws CertificateException {
        trust.check(chain, authType);
        SpiffeId actual = SvidRules.idOf(chain[0]);
        if (!actual.equals(expected)) {
            throw new CertificateException("server is " + actual + ", expected " + expected);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        checkServerTrusted(chain, authType);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        checkServerTrusted(chain, authType);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType)
            throws CertificateException {
        throw new CertificateException("checks servers only");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        checkClientTrusted(chain, authType);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        checkClientTrusted(chain, authType);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
