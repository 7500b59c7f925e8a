package dev.fairlead.agent.data.tls;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.model.cluster.UpstreamTls;
import dev.fairlead.agent.model.identity.Svid;
import dev.fairlead.agent.model.listener.ServerTls;
import dev.fairlead.wire.identity.SpiffeId;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSslCachingX509KeyManagerFactory;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What versions and cipher suites a peer can talk either side of the agent into, one after the
 * other, with a good certificate: TLS 1.2 and 1.3 with forward secrecy, and nothing else.
 */
class TlsScanTest {

    private static final SpiffeId SELF = new SpiffeId("cluster.local", "default", "self");
    private static final SpiffeId PEER = new SpiffeId("cluster.local", "default", "peer");
    private static final UnpooledByteBufAllocator ALLOCATOR = UnpooledByteBufAllocator.DEFAULT;

    private static final InetSocketAddress PLACE = new InetSocketAddress("127.0.0.1", 1);

    private final TestAuthority authority = new TestAuthority("mesh");
    private final TlsContexts contexts = new TlsContexts("cluster.local", Clock.systemUTC());

    @AfterEach
    void close() {
        contexts.remove(SELF);
    }

    @ParameterizedTest
    @CsvSource({
        // version, suites offered (none: all that the peer knows), whether it comes about
        "TLSv1.3, , true",
        "TLSv1.2, , true",
        "TLSv1.2, ECDHE-ECDSA-AES128-GCM-SHA256, true",
        "TLSv1.2, ECDHE-ECDSA-AES256-GCM-SHA384, true",
        "TLSv1.2, ECDHE-ECDSA-CHACHA20-POLY1305, true",
        "TLSv1.2, ECDHE-ECDSA-AES128-SHA, false",
        "TLSv1.2, ECDHE-ECDSA-AES256-SHA, false",
        "TLSv1.2, ECDHE-RSA-AES128-SHA, false",
        "TLSv1.2, AES128-GCM-SHA256, false",
        "TLSv1.2, AES256-GCM-SHA384, false",
        "TLSv1.2, AES128-SHA, false",
        "TLSv1.2, AES256-SHA, false",
        "TLSv1.1, , false",
        "TLSv1.1, ECDHE-ECDSA-AES128-SHA, false",
        "TLSv1, , false",
        "TLSv1, ECDHE-ECDSA-AES256-SHA, false",
    })
    void scan(String version, String suite, boolean comesAbout) throws Exception {
        contexts.install(authority.svid(SELF));

        assertThat(asServer(version, suite)).as("our server").isEqualTo(comesAbout);
        assertThat(asClient(version, suite)).as("our client").isEqualTo(comesAbout);
    }

    private boolean asServer(String version, String suite) throws Exception {
        return comesAbout(
                context(SslContextBuilder.forClient().keyManager(keys()), version, suite),
                requireNonNull(contexts.server(new ServerTls(SELF, List.of(), false), ALLOCATOR)),
                true);
    }

    private boolean asClient(String version, String suite) throws Exception {
        UpstreamTls tls = new UpstreamTls("", List.of(), Set.of(), false);
        return comesAbout(
                context(
                        SslContextBuilder.forServer(keys()).clientAuth(ClientAuth.REQUIRE),
                        version,
                        suite),
                requireNonNull(contexts.client(SELF, tls, Set.of(PEER), PLACE, ALLOCATOR)),
                false);
    }

    private OpenSslCachingX509KeyManagerFactory keys() {
        Svid peer = authority.svid(PEER);
        return new OpenSslCachingX509KeyManagerFactory(new SvidKeyManager(peer).asFactory(), 1);
    }

    private static SslContext context(SslContextBuilder builder, String version, String suite)
            throws Exception {
        return builder.sslProvider(SslProvider.OPENSSL_REFCNT)
                .trustManager(InsecureTrustManagerFactory.INSTANCE)
                .endpointIdentificationAlgorithm(null)
                .protocols(version)
                .ciphers(suite == null ? null : List.of(suite))
                .build();
    }

    private static boolean comesAbout(SslContext peer, SslHandler ours, boolean weServe) {
        try {
            SslHandler theirs = peer.newHandler(ALLOCATOR);
            try (TlsPair pair = weServe ? new TlsPair(theirs, ours) : new TlsPair(ours, theirs)) {
                return pair.established() && pair.send("hello").equals("hello");
            }
        } finally {
            ReferenceCountUtil.release(peer);
        }
    }
}
