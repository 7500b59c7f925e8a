package dev.fairlead.agent.data.tls;

import dev.fairlead.wire.identity.SpiffeId;
import dev.fairlead.wire.svid.Revocations;
import dev.fairlead.wire.svid.SvidRules;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Whom to trust under one bundle: a client of our trust domains; a server that the connection
 * expects. Called in every handshake, and for the peer of a session that is resumed. Thread: any.
 */
final class PeerTrust extends X509ExtendedTrustManager {

    private static final String RESUMED = "UNKNOWN"; // how keys were exchanged, to the JDK
    private static final X509Certificate[] NONE = {}; // clients choose without our hint

    private final X509TrustManager pkix;
    private final List<X509Certificate> bundle;
    private final String trustDomain;
    private final Supplier<Revocations> revocations;
    private final VerifiedChains verified;
    private final TlsCounters counters;

    PeerTrust(
            List<X509Certificate> bundle,
            String trustDomain,
            InstantSource clock,
            TlsCounters counters,
            Supplier<Revocations> revocations) {
        try {
            pkix = SvidRules.pkix(bundle);
        } catch (CertificateException e) {
            throw new IllegalArgumentException("bundle: " + e.getMessage(), e);
        }
        this.bundle = List.copyOf(bundle);
        this.trustDomain = trustDomain;
        this.revocations = revocations;
        this.verified = new VerifiedChains(clock);
        this.counters = counters;
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        SpiffeId peer = identify(chain, () -> pkix.checkClientTrusted(chain, authType));
        if (!AcceptedClients.contains(engine, peer, trustDomain)) {
            counters.wrongPeer.increment();
            throw new CertificateException(
                    "client is "
                            + peer
                            + ", expected trust domain "
                            + AcceptedClients.describe(engine, trustDomain));
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        SpiffeId peer = identify(chain, () -> pkix.checkServerTrusted(chain, authType));
        if (!ExpectedPeers.contains(engine, peer)) {
            counters.wrongPeer.increment();
            throw new WrongPeerException(
                    "server is " + peer + ", expected " + ExpectedPeers.describe(engine));
        }
    }

    /**
     * What was checked when the session began is checked again: certificates expire, are taken
     * back, and trust domains cease to be ours.
     *
     * @param engine whose handshake has resumed a session
     */
    void checkResumed(SSLEngine engine) throws CertificateException {
        X509Certificate[] chain;
        try {
            chain = PeerIdentity.chainOf(engine.getSession()).toArray(X509Certificate[]::new);
        } catch (SSLPeerUnverifiedException e) {
            throw new CertificateException("a session without a peer", e);
        }
        if (engine.getUseClientMode()) {
            checkServerTrusted(chain, RESUMED, engine);
        } else {
            checkClientTrusted(chain, RESUMED, engine);
        }
    }

    private SpiffeId identify(X509Certificate[] chain, VerifiedChains.Check check)
            throws CertificateException {
        try {
            SpiffeId id = verified.identify(chain, check);
            requireNotRevoked(List.of(chain));
            counters.verified.increment();
            return id;
        } catch (CertificateException e) {
            counters.untrusted.increment();
            throw e;
        }
    }

    private void requireNotRevoked(List<X509Certificate> chain) throws RevokedException {
        X509Certificate revoked = revoked(chain);
        if (revoked != null) {
            counters.revoked.increment();
            throw new RevokedException(revoked);
        }
    }

    /** The one of a chain that its issuer has taken back; null: none. */
    @Nullable X509Certificate revoked(List<X509Certificate> chain) {
        return revocations.get().revoked(chain, bundle);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return NONE;
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType)
            throws CertificateException {
        throw new CertificateException("checks connections of ours only");
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
