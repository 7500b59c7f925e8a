package dev.fairlead.agent.data.tls;

import dev.fairlead.agent.model.identity.Svid;
import dev.fairlead.wire.identity.SpiffeId;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSslCachingX509KeyManagerFactory;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.OpenSslServerSessionContext;
import io.netty.handler.ssl.ReferenceCountedOpenSslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.IllegalReferenceCountException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The contexts of one SVID, one a mode. Retired when the SVID is replaced; each context is freed
 * when the last connection made from it is closed.
 *
 * <p>Thread: any; making contexts and retiring exclude each other.
 */
final class IdentityContexts {

    /** With forward secrecy and no CBC; those of TLS 1.3 are all so. */
    private static final List<String> SUITES =
            List.of(
                    "TLS_AES_128_GCM_SHA256",
                    "TLS_AES_256_GCM_SHA384",
                    "TLS_CHACHA20_POLY1305_SHA256",
                    "ECDHE-ECDSA-AES256-GCM-SHA384",
                    "ECDHE-RSA-AES256-GCM-SHA384",
                    "ECDHE-ECDSA-AES128-GCM-SHA256",
                    "ECDHE-RSA-AES128-GCM-SHA256",
                    "ECDHE-ECDSA-CHACHA20-POLY1305",
                    "ECDHE-RSA-CHACHA20-POLY1305");

    private static final int MAX_SESSIONS = 1024; // some 4 KiB each
    private static final int SESSION_SECONDS = 3600;

    private final Svid svid;
    private final PeerTrust trust;
    private final SvidKeyManager key;
    private final Map<TlsMode, ReferenceCountedOpenSslContext> contexts = new ConcurrentHashMap<>();
    private boolean retired; // under this

    IdentityContexts(Svid svid, PeerTrust trust) {
        this.svid = svid;
        this.trust = trust;
        this.key = new SvidKeyManager(svid);
    }

    Svid svid() {
        return svid;
    }

    PeerTrust trust() {
        return trust;
    }

    Set<TlsMode> modes() {
        return contexts.keySet();
    }

    Collection<ReferenceCountedOpenSslContext> contexts() {
        return contexts.values();
    }

    /** The context of {@code mode}, retained for the caller; null where this SVID is retired. */
    @Nullable ReferenceCountedOpenSslContext acquire(TlsMode mode) {
        ReferenceCountedOpenSslContext context = contexts.get(mode);
        try {
            if (context == null) {
                return make(mode);
            }
            context.retain();
            return context;
        } catch (IllegalReferenceCountException e) {
            return null; // retired between the look and the retain
        }
    }

    private synchronized @Nullable ReferenceCountedOpenSslContext make(TlsMode mode) {
        if (retired) {
            return null;
        }
        ReferenceCountedOpenSslContext context = contexts.computeIfAbsent(mode, this::build);
        context.retain();
        return context;
    }

    /** Makes the context of {@code mode} ahead of its first connection. */
    void prepare(TlsMode mode) {
        ReferenceCountedOpenSslContext context = acquire(mode);
        if (context != null) {
            context.release();
        }
    }

    /** No new connections; what is open stays. */
    synchronized void retire() {
        retired = true;
        contexts.values().forEach(ReferenceCountedOpenSslContext::release);
    }

    private ReferenceCountedOpenSslContext build(TlsMode mode) {
        var keys = new OpenSslCachingX509KeyManagerFactory(key.asFactory(), 1);
        SslContextBuilder builder =
                mode.server()
                        ? SslContextBuilder.forServer(keys).clientAuth(ClientAuth.REQUIRE)
                        : SslContextBuilder.forClient().keyManager(keys);
        try {
            var context =
                    (ReferenceCountedOpenSslContext)
                            builder.sslProvider(SslProvider.OPENSSL_REFCNT)
                                    .trustManager(trust)
                                    .endpointIdentificationAlgorithm(null) // names are SPIFFE IDs
                                    .protocols(mode.protocols())
                                    .ciphers(SUITES)
                                    .applicationProtocolConfig(alpn(mode))
                                    .option(OpenSslContextOption.USE_TASKS, false)
                                    .build();
            // a client's sessions are kept by whom it expects where; a server's are its tickets, by
            // keys that BoringSSL makes for each context
            context.sessionContext().setSessionCacheEnabled(!mode.server());
            context.sessionContext().setSessionCacheSize(MAX_SESSIONS);
            context.sessionContext().setSessionTimeout(SESSION_SECONDS);
            if (context.sessionContext() instanceof OpenSslServerSessionContext sessions) {
                sessions.setSessionIdContext(sessionIdContext(svid.id()));
            }
            return context;
        } catch (SSLException e) {
            throw new IllegalStateException("TLS context of " + svid.id(), e);
        }
    }

    private static ApplicationProtocolConfig alpn(TlsMode mode) {
        return mode.alpn().isEmpty()
                ? ApplicationProtocolConfig.DISABLED
                : new ApplicationProtocolConfig(
                        ApplicationProtocolConfig.Protocol.ALPN,
                        ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                        ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                        mode.alpn());
    }

    /** 32 bytes, the most that TLS takes. */
    private static byte[] sessionIdContext(SpiffeId id) {
        try {
            return MessageDigest.getInstance("SHA-256")
                    .digest(id.uri().getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
