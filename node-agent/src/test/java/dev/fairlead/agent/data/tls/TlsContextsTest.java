package dev.fairlead.agent.data.tls;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.agent.model.cluster.UpstreamTls;
import dev.fairlead.agent.model.identity.Svid;
import dev.fairlead.agent.model.listener.ServerTls;
import dev.fairlead.wire.identity.SpiffeId;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.ReferenceCountedOpenSslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TlsContextsTest {

    private static final UnpooledByteBufAllocator ALLOCATOR = UnpooledByteBufAllocator.DEFAULT;
    private static final List<String> HTTP = List.of("istio-http/1.1", "istio", "http/1.1");
    private static final SpiffeId CLIENT = id("client");
    private static final SpiffeId A = id("a");
    private static final SpiffeId B = id("b");

    private static final InetSocketAddress PLACE = new InetSocketAddress("127.0.0.1", 1);

    private final TestAuthority authority = new TestAuthority("mesh");
    private final TlsContexts contexts = new TlsContexts("cluster.local", Clock.systemUTC());
    private final List<TlsPair> pairs = new ArrayList<>();

    private static SpiffeId id(String account) {
        return new SpiffeId("cluster.local", "default", account);
    }

    @AfterEach
    void close() {
        pairs.forEach(TlsPair::close);
        for (SpiffeId id :
                List.of(
                        CLIENT,
                        A,
                        B,
                        new SpiffeId("other.org", "default", "client"),
                        new SpiffeId("old.example.com", "default", "client"))) {
            contexts.remove(id);
        }
    }

    private void install(SpiffeId... ids) {
        for (SpiffeId id : ids) {
            contexts.install(authority.svid(id));
        }
    }

    private SslHandler client(SpiffeId self, boolean maxTls12, SpiffeId... peers) {
        UpstreamTls tls =
                new UpstreamTls("outbound_.9080_._.a.default.svc", HTTP, Set.of(), maxTls12);
        return requireNonNull(contexts.client(self, tls, Set.of(peers), PLACE, ALLOCATOR));
    }

    private SslHandler server(SpiffeId self) {
        return requireNonNull(contexts.server(new ServerTls(self, HTTP, false), ALLOCATOR));
    }

    private TlsPair join(SslHandler client, SslHandler server) {
        TlsPair pair = new TlsPair(client, server);
        pairs.add(pair);
        return pair;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void twoWorkloadsKnowEachOther(boolean maxTls12) throws Exception {
        install(CLIENT, A);

        TlsPair pair = join(client(CLIENT, maxTls12, A, B), server(A));

        assertThat(pair.established()).isTrue();
        assertThat(pair.peerOfClient()).isEqualTo(A);
        assertThat(pair.peerOfServer()).isEqualTo(CLIENT);
        assertThat(pair.serverHandler().applicationProtocol()).isEqualTo("istio-http/1.1");
        assertThat(pair.clientHandler().engine().getSession().getProtocol())
                .isEqualTo(maxTls12 ? "TLSv1.2" : "TLSv1.3");
        assertThat(pair.send("hello")).isEqualTo("hello");
    }

    @Test
    void theHelloCarriesIstiosServerNameAndProtocols() {
        install(CLIENT, A);

        TlsPair pair = join(client(CLIENT, false, A), server(A));

        var hello = io.netty.buffer.Unpooled.wrappedBuffer(pair.clientHello());
        assertThat(ClientHello.peek(hello, 16_384))
                .isEqualTo(new Peeked.Hello("outbound_.9080_._.a.default.svc", HTTP));
    }

    /** With underscores, which Java's own SNIHostName refuses. */
    @Test
    void theServerKnowsTheNameThatItWasAskedBy() {
        install(CLIENT, A);

        TlsPair pair = join(client(CLIENT, false, A), server(A));

        assertThat(pair.established()).isTrue();
        assertThat(PeerIdentity.serverNameOf(pair.serverHandler().engine()))
                .isEqualTo("outbound_.9080_._.a.default.svc");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aServerOfAnotherNameGetsNoByte(boolean maxTls12) {
        install(CLIENT, A, B);

        TlsPair pair = join(client(CLIENT, maxTls12, A), server(B));

        assertThat(pair.established()).isFalse();
        assertThat(pair.clientFailure()).contains("server is " + B + ", expected " + A);
        assertThat(pair.send("secret")).isEmpty();
        assertThat(contexts.counters().wrongPeer()).isEqualTo(1);
    }

    @Test
    void aNameThatContainsTheExpectedOneIsAnother() {
        SpiffeId longer = id("a-b");
        install(CLIENT, longer);

        assertThat(join(client(CLIENT, false, A), server(longer)).established()).isFalse();
        contexts.remove(longer);
    }

    @Test
    void aClientOfAnotherTrustDomainIsRefusedEvenUnderTheSameRoot() {
        SpiffeId foreign = new SpiffeId("other.org", "default", "client");
        install(foreign, A);

        TlsPair pair = join(client(foreign, false, A), server(A));

        assertThat(pair.established()).isFalse();
        assertThat(pair.serverFailure())
                .contains("client is " + foreign + ", expected trust domain cluster.local");
    }

    @Test
    void aClientOfAnAliasIsTakenAndOfADomainThatIsNoneNamed() {
        SpiffeId foreign = new SpiffeId("old.example.com", "default", "client");
        install(foreign, A);
        SslHandler taking = serverTaking("cluster.local", "old.example.com");

        assertThat(join(client(foreign, false, A), taking).established()).isTrue();

        TlsPair pair = join(client(foreign, false, A), serverTaking("cluster.local", "le.com"));
        assertThat(pair.serverFailure())
                .contains("client is " + foreign + ", expected trust domain ")
                .contains("le.com");
        assertThat(pair.established()).isFalse();
    }

    private SslHandler serverTaking(String... trustDomains) {
        return java.util.Objects.requireNonNull(
                contexts.server(
                        new ServerTls(A, List.of("istio"), false, Set.of(trustDomains)),
                        ALLOCATOR));
    }

    @Test
    void aCertificateOfAnotherRootIsRefused() {
        install(A);
        contexts.install(new TestAuthority("other").svid(CLIENT));

        TlsPair pair = join(client(CLIENT, false, A), server(A));

        assertThat(pair.established()).isFalse();
        assertThat(contexts.counters().untrusted()).isPositive();
    }

    @Test
    void anExpiredCertificateIsRefused() {
        install(A);
        contexts.install(authority.svid(CLIENT, Instant.now().minusSeconds(1)));

        TlsPair pair = join(client(CLIENT, false, A), server(A));

        assertThat(pair.established()).isFalse();
        assertThat(pair.serverFailure()).isNotEmpty();
    }

    @Test
    void aClientWithoutCertificateIsRefused() throws Exception {
        install(A);
        var plain =
                SslContextBuilder.forClient()
                        .sslProvider(SslProvider.OPENSSL_REFCNT)
                        .trustManager(InsecureTrustManagerFactory.INSTANCE)
                        .endpointIdentificationAlgorithm(null)
                        .build();

        TlsPair pair = join(plain.newHandler(ALLOCATOR), server(A));

        assertThat(pair.established()).isFalse();
        assertThat(pair.serverFailure()).isNotEmpty();
        ((ReferenceCountedOpenSslContext) plain).release();
    }

    @Test
    void anIdentityWithoutSvidHasNoTls() {
        assertThat(contexts.server(new ServerTls(A, HTTP, false), ALLOCATOR)).isNull();
        assertThat(
                        contexts.client(
                                CLIENT,
                                new UpstreamTls("", HTTP, Set.of(), false),
                                Set.of(A),
                                PLACE,
                                ALLOCATOR))
                .isNull();
    }

    @Test
    void aClientThatExpectsNobodyIsABug() {
        install(CLIENT);

        assertThatThrownBy(() -> client(CLIENT, false))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void rotationKeepsOpenConnectionsAndFreesTheOldContexts() throws Exception {
        install(CLIENT, A);
        TlsPair before = join(client(CLIENT, false, A), server(A));
        List<ReferenceCountedOpenSslContext> old = contexts.liveContexts();
        Svid renewed = authority.svid(A);

        contexts.install(renewed);
        install(CLIENT);

        assertThat(before.send("still")).isEqualTo("still");
        TlsPair after = join(client(CLIENT, false, A), server(A));
        assertThat(after.established()).isTrue();
        assertThat(after.clientHandler().engine().getSession().getPeerCertificates()[0])
                .isEqualTo(renewed.leaf());
        assertThat(old).hasSize(2).allMatch(context -> context.refCnt() == 1);
        before.close();
        assertThat(old).allMatch(context -> context.refCnt() == 0);
    }

    @Test
    void removingAnIdentityFreesItsContextsWithTheLastConnection() {
        install(CLIENT, A);
        TlsPair pair = join(client(CLIENT, false, A), server(A));
        List<ReferenceCountedOpenSslContext> all = contexts.liveContexts();

        contexts.remove(CLIENT);
        contexts.remove(A);

        assertThat(contexts.server(new ServerTls(A, HTTP, false), ALLOCATOR)).isNull();
        assertThat(pair.send("still")).isEqualTo("still");
        assertThat(all).hasSize(2).allMatch(context -> context.refCnt() == 1);
        pair.close();
        assertThat(all).allMatch(context -> context.refCnt() == 0);
    }

    @Test
    void modesInUseAreMadeAheadAtRotation() {
        install(CLIENT, A);
        join(client(CLIENT, false, A), server(A));
        join(client(CLIENT, true, A), server(A));

        contexts.install(authority.svid(CLIENT));

        assertThat(contexts.liveContexts()).hasSize(3);
    }
}
