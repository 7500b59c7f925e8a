package dev.fairlead.agent.data.tls;

import dev.fairlead.wire.identity.SpiffeId;
import dev.fairlead.wire.svid.SvidRules;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.internal.tcnative.SSL;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/** Who the other end of a finished handshake is. */
public final class PeerIdentity {

    private PeerIdentity() {}

    /**
     * The peer's SPIFFE ID.
     *
     * @throws SSLPeerUnverifiedException where the peer has shown none; a connection of ours never
     *     gets there
     */
    public static SpiffeId of(SSLSession session) throws SSLPeerUnverifiedException {
        Certificate[] chain = session.getPeerCertificates();
        if (chain.length > 0 && chain[0] instanceof X509Certificate leaf) {
            try {
                return SvidRules.idOf(leaf);
            } catch (CertificateException e) {
                throw new SSLPeerUnverifiedException("peer: " + e.getMessage());
            }
        }
        throw new SSLPeerUnverifiedException("peer without certificate");
    }

    /**
     * The name that the client asked for as it stands, empty: none. Not by the session, which takes
     * no name with an underscore: Istio's have some.
     */
    public static String serverNameOf(SSLEngine engine) {
        if (engine instanceof ReferenceCountedOpenSslEngine open && open.sslPointer() != 0) {
            String name = SSL.getSniHostname(open.sslPointer());
            return name == null ? "" : name;
        }
        return "";
    }

    /** Whether a finished handshake went on with a session of before. */
    public static boolean isResumed(SSLEngine engine) {
        return engine instanceof ReferenceCountedOpenSslEngine open
                && open.sslPointer() != 0
                && SSL.isSessionReused(open.sslPointer());
    }

    /** What the peer has shown, leaf first; at least one. */
    public static List<X509Certificate> chainOf(SSLSession session)
            throws SSLPeerUnverifiedException {
        List<X509Certificate> chain = new ArrayList<>();
        for (Certificate one : session.getPeerCertificates()) {
            chain.add((X509Certificate) one);
        }
        return chain;
    }
}
