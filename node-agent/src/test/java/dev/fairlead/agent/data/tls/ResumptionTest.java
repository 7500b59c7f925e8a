package dev.fairlead.agent.data.tls;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.model.cluster.UpstreamTls;
import dev.fairlead.agent.model.listener.ServerTls;
import dev.fairlead.wire.identity.SpiffeId;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.ReferenceCountedOpenSslContext;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.internal.tcnative.SSL;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sessions are resumed by whom they are of, with whom they were made, and never across. */
class ResumptionTest {

    private static final UnpooledByteBufAllocator ALLOCATOR = UnpooledByteBufAllocator.DEFAULT;
    private static final InetSocketAddress PLACE = new InetSocketAddress("127.0.0.1", 1);
    private static final InetSocketAddress ELSEWHERE = new InetSocketAddress("127.0.0.2", 1);
    private static final SpiffeId X = id("cluster.local", "x");
    private static final SpiffeId Y = id("cluster.local", "y");
    private static final SpiffeId A = id("cluster.local", "a");
    private static final SpiffeId B = id("cluster.local", "b");
    private static final SpiffeId ALIAS = id("old.example.com", "x");

    private final TestAuthority authority = new TestAuthority("mesh");
    private final TlsContexts contexts = new TlsContexts("cluster.local", Clock.systemUTC());
    private final List<TlsPair> pairs = new ArrayList<>();
    private boolean maxTls12;

    private static SpiffeId id(String domain, String account) {
        return new SpiffeId(domain, "default", account);
    }

    @BeforeEach
    void install() {
        for (SpiffeId id : List.of(X, Y, A, B, ALIAS)) {
            contexts.install(authority.svid(id));
        }
    }

    @AfterEach
    void close() {
        pairs.forEach(TlsPair::close);
        for (SpiffeId id : List.of(X, Y, A, B, ALIAS)) {
            contexts.remove(id);
        }
    }

    private SslHandler client(SpiffeId self, InetSocketAddress to, SpiffeId... peers) {
        UpstreamTls tls = new UpstreamTls("a.default.svc", List.of("istio"), Set.of(), maxTls12);
        return requireNonNull(contexts.client(self, tls, Set.of(peers), to, ALLOCATOR));
    }

    private SslHandler server(SpiffeId self, String... trustDomains) {
        ServerTls tls = new ServerTls(self, List.of("istio"), false, Set.of(trustDomains));
        return requireNonNull(contexts.server(tls, ALLOCATOR));
    }

    private TlsPair join(SslHandler client, SslHandler server) {
        TlsPair pair = new TlsPair(client, server);
        pairs.add(pair);
        if (pair.established()) {
            pair.send("let tickets arrive");
            pair.answer();
        }
        return pair;
    }

    private static boolean resumed(TlsPair pair) {
        assertThat(pair.established()).isTrue();
        boolean client = PeerIdentity.isResumed(pair.clientHandler().engine());
        assertThat(PeerIdentity.isResumed(pair.serverHandler().engine())).isEqualTo(client);
        return client;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whoComesAgainResumesAndIsWhoItWas(boolean tls12) throws Exception {
        maxTls12 = tls12;
        assertThat(resumed(join(client(X, PLACE, A), server(A)))).isFalse();

        TlsPair again = join(client(X, PLACE, A), server(A));

        assertThat(resumed(again)).isTrue();
        assertThat(again.peerOfServer()).isEqualTo(X);
        assertThat(again.peerOfClient()).isEqualTo(A);
        assertThat(PeerIdentity.chainOf(again.serverHandler().engine().getSession()))
                .isEqualTo(contexts.chain(X));
        assertThat(PeerIdentity.serverNameOf(again.serverHandler().engine()))
                .isEqualTo("a.default.svc");
        assertThat(again.serverHandler().applicationProtocol()).isEqualTo("istio");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aSessionOfOneIsNotOfferedAsAnother(boolean tls12) throws Exception {
        maxTls12 = tls12;
        join(client(X, PLACE, A), server(A));
        join(client(X, PLACE, A), server(A));

        TlsPair other = join(client(Y, PLACE, A), server(A));

        assertThat(resumed(other)).isFalse();
        assertThat(other.peerOfServer()).isEqualTo(Y);
    }

    /** A foreign client, an Envoy or an attacker, offers what it has to whom it likes. */
    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void aTicketOfOneServerIsNotTakenByAnother(String version) throws Exception {
        var foreign = foreign(version, X);
        assertThat(resumed(join(offer(foreign), server(A)))).isFalse();
        assertThat(resumed(join(offer(foreign), server(A)))).as("it keeps tickets").isTrue();
        long verified = contexts.counters().verified();

        TlsPair other = join(offer(foreign), server(B));

        assertThat(resumed(other)).isFalse();
        assertThat(contexts.counters().verified()).isEqualTo(verified + 1);
        foreign.release();
    }

    private ReferenceCountedOpenSslContext foreign(String version, SpiffeId self) throws Exception {
        var context =
                (ReferenceCountedOpenSslContext)
                        SslContextBuilder.forClient()
                                .sslProvider(SslProvider.OPENSSL_REFCNT)
                                .keyManager(new SvidKeyManager(authority.svid(self)))
                                .trustManager(InsecureTrustManagerFactory.INSTANCE)
                                .endpointIdentificationAlgorithm(null)
                                .protocols(version)
                                .build();
        context.sessionContext().setSessionCacheEnabled(true);
        return context;
    }

    private static SslHandler offer(ReferenceCountedOpenSslContext foreign) {
        SslHandler handler = foreign.newHandler(ALLOCATOR, "a.test", 443);
        SSL.clearOptions(
                ((ReferenceCountedOpenSslEngine) handler.engine()).sslPointer(),
                SSL.SSL_OP_NO_TICKET);
        return handler;
    }

    @Test
    void anotherExpectationBeginsAnew() {
        join(client(X, PLACE, A), server(A));
        join(client(X, PLACE, A), server(A));

        assertThat(join(client(X, PLACE, B), server(A)).established()).isFalse();
        assertThat(contexts.counters().wrongPeer()).isEqualTo(1);
        assertThat(resumed(join(client(X, PLACE, A, B), server(A)))).isFalse();
    }

    @Test
    void anotherPlaceBeginsAnew() {
        join(client(X, PLACE, A), server(A));

        assertThat(resumed(join(client(X, ELSEWHERE, A), server(A)))).isFalse();
    }

    @Test
    void aNewCertificateEndsSessionsOnBothSides() {
        join(client(X, PLACE, A), server(A));
        contexts.install(authority.svid(A));
        assertThat(resumed(join(client(X, PLACE, A), server(A)))).isFalse();

        int tries = 1; // a client uses up what it has of before
        while (!resumed(join(client(X, PLACE, A), server(A)))) {
            assertThat(++tries).isLessThan(5);
        }
        contexts.install(authority.svid(X));
        assertThat(resumed(join(client(X, PLACE, A), server(A)))).isFalse();
    }

    @Test
    void aRevocationListEndsSessions() {
        join(client(X, PLACE, A), server(A));

        contexts.revoke(authority.revoking(contexts.chain(B).getFirst()));
        assertThat(resumed(join(client(X, PLACE, A), server(A)))).isFalse();

        contexts.revoke(authority.revoking(contexts.chain(X).getFirst()));
        assertThat(join(client(X, PLACE, A), server(A)).established()).isFalse();
    }

    /** The context is the same, and BoringSSL resumes; what was true of the peer is asked anew. */
    @Test
    void whoMayNotComeAnyMoreDoesNotByAnOldSession() {
        assertThat(
                        resumed(
                                join(
                                        client(ALIAS, PLACE, A),
                                        server(A, "cluster.local", "old.example.com"))))
                .isFalse();
        assertThat(
                        resumed(
                                join(
                                        client(ALIAS, PLACE, A),
                                        server(A, "cluster.local", "old.example.com"))))
                .isTrue();

        TlsPair pair = join(client(ALIAS, PLACE, A), server(A, "cluster.local"));

        assertThat(pair.serverHandler().handshakeFuture().isSuccess()).isTrue();
        assertThat(pair.established()).isFalse();
        assertThat(contexts.counters().wrongPeer()).isEqualTo(1);
    }
}
