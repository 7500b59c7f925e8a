package dev.fairlead.agent.data.tls;

import dev.fairlead.agent.model.cluster.TlsOrigination;
import dev.fairlead.agent.model.cluster.UpstreamTls;
import dev.fairlead.agent.model.identity.Credential;
import dev.fairlead.agent.model.identity.Credentials;
import dev.fairlead.agent.model.identity.Svid;
import dev.fairlead.agent.model.listener.ServerTls;
import dev.fairlead.wire.identity.SpiffeId;
import dev.fairlead.wire.svid.Revocations;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.handler.ssl.ReferenceCountedOpenSslContext;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslHandler;
import io.netty.internal.tcnative.SSL;
import java.net.InetSocketAddress;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The TLS contexts of all identities of this node.
 *
 * <p>Credentials that rules name are put in whole, by another. SVIDs are put in and taken out under
 * a lock; worker loops make handlers. Sessions between workloads are resumed within one SVID, mode,
 * expectation and destination, never across: tickets are of their context's own keys, and end with
 * it. The peer of a resumed one is checked again. Cost of a first connection in a mode: a context,
 * 0.03 ms; of others: an engine.
 */
public final class TlsContexts implements TlsStore {

    private static final Logger log = LoggerFactory.getLogger(TlsContexts.class);
    private static final int NO_PORT = 0; // nothing is kept by it

    private final String trustDomain;
    private final InstantSource clock;
    private final TlsCounters counters = new TlsCounters();
    private final Map<SpiffeId, IdentityContexts> identities = new ConcurrentHashMap<>();
    private final LiveConnections live = new LiveConnections();
    private volatile Revocations revocations = Revocations.NONE;
    private volatile Credentials credentials = Credentials.NONE;

    public TlsContexts(String trustDomain, InstantSource clock) {
        this.trustDomain = trustDomain;
        this.clock = clock;
    }

    /**
     * Handshakes from now on use {@code svid}. Open connections keep what they have. Contexts of
     * the modes in use are made here, off the loops.
     */
    public synchronized void install(Svid svid) {
        IdentityContexts next = new IdentityContexts(svid, trustOf(svid), counters);
        IdentityContexts old = identities.get(svid.id());
        if (old != null) {
            old.modes().forEach(next::prepare);
        }
        identities.put(svid.id(), next);
        if (old != null) {
            old.retire();
        }
    }

    private PeerTrust trustOf(Svid svid) {
        for (IdentityContexts other : identities.values()) {
            if (other.svid().bundle().equals(svid.bundle())) {
                return other.trust();
            }
        }
        return new PeerTrust(svid.bundle(), trustDomain, clock, counters, () -> revocations);
    }

    /**
     * Handshakes from now on refuse what these lists name, and open connections that rest on it
     * end. Returns how many that were.
     */
    public int revoke(Revocations now) {
        revocations = now;
        renew();
        int ended = now.isEmpty() ? 0 : live.endRevoked();
        counters.revoked.add(ended);
        return ended;
    }

    /** Sessions of before cannot be resumed any more. */
    private synchronized void renew() {
        for (IdentityContexts each : List.copyOf(identities.values())) {
            install(each.svid());
        }
    }

    private boolean isRevoked(List<X509Certificate> chain) {
        for (IdentityContexts identity : identities.values()) {
            if (identity.trust().revoked(chain) != null) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void guard(Channel channel, List<X509Certificate> chain, Runnable revoked) {
        live.add(channel, () -> isRevoked(chain), revoked);
        if (!revocations.isEmpty() && isRevoked(chain)) { // a list that came during the handshake
            revoked.run();
        }
    }

    @Override
    public void guard(
            Channel channel,
            List<X509Certificate> chain,
            SpiffeId self,
            TlsOrigination tls,
            Runnable revoked) {
        String roots = tls.roots();
        if (roots == null) {
            return; // the server is whoever it is
        }
        String namespace = self.namespace();
        live.add(channel, () -> isRevoked(chain, namespace, roots), revoked);
        if (isRevoked(chain, namespace, roots)) { // likewise
            revoked.run();
        }
    }

    /** By the lists that a rule names now; roots that are gone say nothing of what is open. */
    private boolean isRevoked(List<X509Certificate> chain, String namespace, String roots) {
        Credential by = credentials.get(namespace, roots);
        return by != null && by.revoked().revoked(chain, by.certificates()) != null;
    }

    @Override
    public boolean isRevoked(SpiffeId self) {
        IdentityContexts contexts = identities.get(self);
        return contexts != null
                && !revocations.isEmpty()
                && contexts.trust().revoked(contexts.svid().chain()) != null;
    }

    /** No handshake as {@code id} any more. */
    public synchronized void remove(SpiffeId id) {
        IdentityContexts old = identities.remove(id);
        if (old != null) {
            old.retire();
        }
    }

    /**
     * Connections from now on use these; open ones keep what they have, but for those whose
     * server's certificate is on a list among these: they end.
     */
    public void install(Credentials now) {
        credentials = now;
        identities.values().forEach(contexts -> contexts.keepOnly(now));
        for (Credential each : now.all().values()) {
            if (!each.revoked().isEmpty()) {
                counters.revoked.add(live.endRevoked());
                return;
            }
        }
    }

    public TlsCounters counters() {
        return counters;
    }

    /** The SVID in use; null where there is none. */
    public @Nullable Svid svid(SpiffeId id) {
        IdentityContexts contexts = identities.get(id);
        return contexts == null ? null : contexts.svid();
    }

    /** All contexts that can still make handlers. */
    List<ReferenceCountedOpenSslContext> liveContexts() {
        return identities.values().stream().flatMap(i -> i.contexts().stream()).toList();
    }

    @Override
    public List<X509Certificate> chain(SpiffeId self) {
        Svid shown = svid(self);
        return shown == null ? List.of() : shown.chain();
    }

    @Override
    public @Nullable SslHandler server(ServerTls tls, ByteBufAllocator allocator) {
        Leased leased = acquire(tls.identity(), new TlsMode(true, tls.alpn(), tls.maxTls12()));
        if (leased == null) {
            return null;
        }
        ReferenceCountedOpenSslContext context = leased.context;
        try {
            String domains = AcceptedClients.asPeerHost(tls.trustDomains());
            SslHandler handler =
                    domains == null
                            ? context.newHandler(allocator)
                            : context.newHandler(allocator, domains, NO_PORT);
            withTickets(handler);
            checkResumed(handler, leased.trust);
            return handler;
        } finally {
            context.release();
        }
    }

    @Override
    public @Nullable SslHandler client(
            SpiffeId self,
            UpstreamTls tls,
            Set<SpiffeId> peers,
            InetSocketAddress to,
            ByteBufAllocator allocator) {
        String expected = ExpectedPeers.asPeerHost(peers);
        Leased leased = acquire(self, new TlsMode(false, tls.alpn(), tls.maxTls12()));
        if (leased == null) {
            return null;
        }
        ReferenceCountedOpenSslContext context = leased.context;
        try {
            SslHandler handler = context.newHandler(allocator, expected, place(tls.sni(), to));
            long ssl = withTickets(handler);
            if (!tls.sni().isEmpty()) {
                SSL.setTlsExtHostName(ssl, tls.sni()); // Istio's has "_", which SNIHostName refuses
            }
            checkAgainAfterHandshake(handler);
            checkResumed(handler, leased.trust);
            return handler;
        } finally {
            context.release();
        }
    }

    @Override
    public @Nullable SslHandler originate(
            SpiffeId self, TlsOrigination tls, @Nullable String host, ByteBufAllocator allocator) {
        var mode = OriginationMode.of(tls, self.namespace(), credentials);
        Leased leased = mode == null ? null : acquire(self, mode);
        if (leased == null) {
            return null;
        }
        ReferenceCountedOpenSslContext context = leased.context;
        try {
            String expected = tls.autoSan() ? ServerTrust.asPeerHost(host) : null;
            SslHandler handler = context.newHandler(allocator, expected, NO_PORT);
            long ssl = ((ReferenceCountedOpenSslEngine) handler.engine()).sslPointer();
            SSL.setOptions(ssl, SSL.SSL_OP_NO_TICKET);
            String name = tls.autoSni() && host != null ? host : tls.sni();
            if (!name.isEmpty() && !ServerNames.isAddress(name)) {
                SSL.setTlsExtHostName(ssl, name);
            }
            return handler;
        } finally {
            context.release();
        }
    }

    /**
     * Where a session leads, as the second half of its key, the first being who is expected there.
     * Two that collide offer their sessions to each other's servers, which cannot read them.
     */
    private static int place(String sni, InetSocketAddress to) {
        int place = 31 * (31 * sni.hashCode() + to.getAddress().hashCode()) + to.getPort();
        return place == NO_PORT ? 1 : place;
    }

    /** A context, retained, and what its peers are checked by. */
    private record Leased(ReferenceCountedOpenSslContext context, PeerTrust trust) {}

    private @Nullable Leased acquire(SpiffeId self, ContextMode mode) {
        while (true) {
            IdentityContexts contexts = identities.get(self);
            if (contexts == null) {
                return null;
            }
            ReferenceCountedOpenSslContext context = contexts.acquire(mode);
            if (context != null) {
                return new Leased(context, contexts.trust());
            }
            Thread.onSpinWait(); // replaced this instant: the next look finds the new one
        }
    }

    /** Netty turns tickets on for TLS 1.3 only. */
    private static long withTickets(SslHandler handler) {
        long ssl = ((ReferenceCountedOpenSslEngine) handler.engine()).sslPointer();
        SSL.clearOptions(ssl, SSL.SSL_OP_NO_TICKET);
        return ssl;
    }

    /** BoringSSL asks nobody about the peer of a session that it resumes. */
    private static void checkResumed(SslHandler handler, PeerTrust trust) {
        handler.handshakeFuture()
                .addListener(future -> {
                    if (!future.isSuccess() || !PeerIdentity.isResumed(handler.engine())) {
                        return;
                    }
                    try {
                        trust.checkResumed(handler.engine());
                    } catch (CertificateException e) {
                        log.debug("resumed session refused reason=\"{}\"", e.getMessage());
                        handler.closeOutbound();
                        ((Channel) future.getNow()).close();
                    }
                });
    }

    /** A second lock on the same door, for sessions that are resumed too. */
    private static void checkAgainAfterHandshake(SslHandler handler) {
        handler.handshakeFuture()
                .addListener(future -> {
                    if (future.isSuccess() && !isExpected(handler)) {
                        log.error("peer not as expected after handshake, closed");
                        handler.closeOutbound();
                        ((Channel) future.getNow()).close();
                    }
                });
    }

    private static boolean isExpected(SslHandler handler) {
        try {
            SpiffeId actual = PeerIdentity.of(handler.engine().getSession());
            return ExpectedPeers.contains(handler.engine(), actual);
        } catch (SSLPeerUnverifiedException e) {
            return false;
        }
    }
}
