package dev.fairlead.agent.data.tls;

import dev.fairlead.agent.model.identity.Credential;
import dev.fairlead.agent.model.identity.Credentials;
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
    private static final String[] UP_TO_12 = {"TLSv1.2"};
    private static final String[] UP_TO_13 = {"TLSv1.2", "TLSv1.3"};

    private final Svid svid;
    private final PeerTrust trust;
    private final SvidKeyManager key;
    private final TlsCounters counters;
    private final Map<ContextMode, ReferenceCountedOpenSslContext> contexts =
            new ConcurrentHashMap<>();
    private boolean retired; // under this

    IdentityContexts(Svid svid, PeerTrust trust, TlsCounters counters) {
        this.svid = svid;
        this.trust = trust;
        this.key = new SvidKeyManager(svid);
        this.counters = counters;
    }

    Svid svid() {
        return svid;
    }

    PeerTrust trust() {
        return trust;
    }

    Set<ContextMode> modes() {
        return contexts.keySet();
    }

    Collection<ReferenceCountedOpenSslContext> contexts() {
        return contexts.values();
    }

    /** The context of {@code mode}, retained for the caller; null where this SVID is retired. */
    @Nullable ReferenceCountedOpenSslContext acquire(ContextMode mode) {
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

    private synchronized @Nullable ReferenceCountedOpenSslContext make(ContextMode mode) {
        if (retired) {
            return null;
        }
        ReferenceCountedOpenSslContext context = contexts.computeIfAbsent(mode, this::build);
        context.retain();
        return context;
    }

    /** Makes the context of {@code mode} ahead of its first connection, where the mesh has it. */
    void prepare(ContextMode mode) {
        ReferenceCountedOpenSslContext context = mode instanceof TlsMode ? acquire(mode) : null;
        if (context != null) {
            context.release();
        }
    }

    /** No new connections with credentials that are not among these. */
    synchronized void keepOnly(Credentials now) {
        if (!retired) {
            contexts.forEach((mode, context) -> {
                if (mode instanceof OriginationMode own && !own.isCurrent(now)) {
                    contexts.remove(mode);
                    context.release();
                }
            });
        }
    }

    /** No new connections; what is open stays. */
    synchronized void retire() {
        retired = true;
        contexts.values().forEach(ReferenceCountedOpenSslContext::release);
    }

    private ReferenceCountedOpenSslContext build(ContextMode mode) {
        SslContextBuilder builder =
                switch (mode) {
                    case TlsMode own when own.server() ->
                            SslContextBuilder.forServer(keys(key))
                                    .clientAuth(ClientAuth.REQUIRE)
                                    .trustManager(trust);
                    case TlsMode _ ->
                            SslContextBuilder.forClient().keyManager(keys(key)).trustManager(trust);
                    case OriginationMode other -> originating(other);
                };
        try {
            var context =
                    (ReferenceCountedOpenSslContext)
                            builder.sslProvider(SslProvider.OPENSSL_REFCNT)
                                    .endpointIdentificationAlgorithm(null) // names are ours to ask
                                    .protocols(mode.maxTls12() ? UP_TO_12 : UP_TO_13)
                                    .ciphers(SUITES)
                                    .applicationProtocolConfig(alpn(mode))
                                    .option(OpenSslContextOption.USE_TASKS, false)
                                    .build();
            // a client's sessions are kept by whom it expects where; a server's are its tickets, by
            // keys that BoringSSL makes for each context; those with others than the mesh not at
            // all
            context.sessionContext()
                    .setSessionCacheEnabled(mode instanceof TlsMode own && !own.server());
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

    private SslContextBuilder originating(OriginationMode mode) {
        SslContextBuilder builder =
                SslContextBuilder.forClient()
                        .trustManager(new ServerTrust(mode.roots(), mode.names(), counters));
        Credential shown = mode.certificate();
        return shown == null || shown.key() == null
                ? builder
                : builder.keyManager(keys(new SvidKeyManager(shown.key(), shown.certificates())));
    }

    private static OpenSslCachingX509KeyManagerFactory keys(SvidKeyManager manager) {
        return new OpenSslCachingX509KeyManagerFactory(manager.asFactory(), 1);
    }

    private static ApplicationProtocolConfig alpn(ContextMode mode) {
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
