package dev.fairlead.agent.data.tls;

import dev.fairlead.agent.model.cluster.UpstreamTls;
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
 * <p>SVIDs are put in and taken out by one thread, the identities' owner; worker loops make
 * handlers. No session is ever resumed: no cache, no tickets, so the peer is checked in each
 * handshake. Cost of a first connection in a mode: a context, 0.03 ms; of others: an engine.
 */
public final class TlsContexts implements TlsStore {

    private static final Logger log = LoggerFactory.getLogger(TlsContexts.class);
    private static final int NO_PORT = -1;

    private final String trustDomain;
    private final InstantSource clock;
    private final TlsCounters counters = new TlsCounters();
    private final Map<SpiffeId, IdentityContexts> identities = new ConcurrentHashMap<>();
    private final LiveConnections live = new LiveConnections();
    private volatile Revocations revocations = Revocations.NONE;

    public TlsContexts(String trustDomain, InstantSource clock) {
        this.trustDomain = trustDomain;
        this.clock = clock;
    }

    /**
     * Handshakes from now on use {@code svid}. Open connections keep what they have. Contexts of
     * the modes in use are made here, off the loops.
     */
    public void install(Svid svid) {
        IdentityContexts next = new IdentityContexts(svid, trustOf(svid));
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
        int ended = now.isEmpty() ? 0 : live.end(this::isRevoked);
        counters.revoked.add(ended);
        return ended;
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
        live.add(channel, chain, revoked);
        if (!revocations.isEmpty() && isRevoked(chain)) { // a list that came during the handshake
            revoked.run();
        }
    }

    @Override
    public boolean isRevoked(SpiffeId self) {
        IdentityContexts contexts = identities.get(self);
        return contexts != null
                && !revocations.isEmpty()
                && contexts.trust().revoked(contexts.svid().chain()) != null;
    }

    /** No handshake as {@code id} any more. */
    public void remove(SpiffeId id) {
        IdentityContexts old = identities.remove(id);
        if (old != null) {
            old.retire();
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
        var context = acquire(tls.identity(), new TlsMode(true, tls.alpn(), tls.maxTls12()));
        if (context == null) {
            return null;
        }
        try {
            String domains = AcceptedClients.asPeerHost(tls.trustDomains());
            SslHandler handler =
                    domains == null
                            ? context.newHandler(allocator)
                            : context.newHandler(allocator, domains, NO_PORT);
            withoutTickets(handler);
            return handler;
        } finally {
            context.release();
        }
    }

    @Override
    public @Nullable SslHandler client(
            SpiffeId self, UpstreamTls tls, Set<SpiffeId> peers, ByteBufAllocator allocator) {
        String expected = ExpectedPeers.asPeerHost(peers);
        var context = acquire(self, new TlsMode(false, tls.alpn(), tls.maxTls12()));
        if (context == null) {
            return null;
        }
        try {
            SslHandler handler = context.newHandler(allocator, expected, NO_PORT);
            long ssl = withoutTickets(handler);
            if (!tls.sni().isEmpty()) {
                SSL.setTlsExtHostName(ssl, tls.sni()); // Istio's has "_", which SNIHostName refuses
            }
            checkAgainAfterHandshake(handler);
            return handler;
        } finally {
            context.release();
        }
    }

    private @Nullable ReferenceCountedOpenSslContext acquire(SpiffeId self, TlsMode mode) {
        while (true) {
            IdentityContexts contexts = identities.get(self);
            if (contexts == null) {
                return null;
            }
            ReferenceCountedOpenSslContext context = contexts.acquire(mode);
            if (context != null) {
                return context;
            }
            Thread.onSpinWait(); // replaced this instant: the next look finds the new one
        }
    }

    /** Netty turns TLS 1.3 tickets on for each engine, whatever the context says. */
    private static long withoutTickets(SslHandler handler) {
        long ssl = ((ReferenceCountedOpenSslEngine) handler.engine()).sslPointer();
        SSL.setOptions(ssl, SSL.SSL_OP_NO_TICKET);
        return ssl;
    }

    /** A second lock on the same door: holds even if a session were resumed some day. */
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
