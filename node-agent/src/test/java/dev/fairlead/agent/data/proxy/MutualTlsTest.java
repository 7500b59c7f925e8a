package dev.fairlead.agent.data.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.data.proxy.Wire.Message;
import dev.fairlead.agent.data.stats.ClusterStat;
import dev.fairlead.agent.data.stats.ListenerStat;
import dev.fairlead.agent.data.tls.TestAuthority;
import dev.fairlead.agent.data.tls.TlsContexts;
import dev.fairlead.agent.model.cluster.UpstreamTls;
import dev.fairlead.agent.model.cluster.UpstreamTransport;
import dev.fairlead.agent.model.listener.Filter;
import dev.fairlead.agent.model.listener.ServerTls;
import dev.fairlead.wire.identity.SpiffeId;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two agents with mTLS between them: client → outbound → inbound → application. */
@SuppressWarnings("NullAway.Init") // made by each test
class MutualTlsTest {

    private static final SpiffeId CLIENT = new SpiffeId("cluster.local", "default", "client");
    private static final SpiffeId SERVER = new SpiffeId("cluster.local", "default", "server");
    private static final List<String> ALPN = List.of("istio");
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    private final TlsContexts tls = new TlsContexts("cluster.local", Clock.systemUTC());
    private Mesh source;
    private Mesh target;
    private FakeUpstream application;

    @BeforeEach
    void identities() {
        TestAuthority authority = new TestAuthority("root");
        tls.install(authority.svid(CLIENT));
        tls.install(authority.svid(SERVER));
    }

    private void serve(FakeUpstream fake, boolean http) throws Exception {
        serve(fake, http, SERVER, false);
    }

    private void serve(FakeUpstream fake, boolean http, SpiffeId expected, boolean maxTls12)
            throws Exception {
        application = fake;
        Filter filter = http ? Config.http() : Config.tcp("app");
        target =
                new Mesh(
                        new Config()
                                .originalDestination("app")
                                .route("*", "app")
                                .inbound(true, new ServerTls(SERVER, ALPN, maxTls12), filter)
                                .build(),
                        tls,
                        new OnTheWire());
        target.destination = application.address();
        target.closing(application);
        Config config =
                new Config()
                        .transport(
                                new UpstreamTransport.Mutual(
                                        new UpstreamTls("", ALPN, Set.of(expected), maxTls12)))
                        .service("a", Mesh.address(target.inboundPort()));
        source =
                new Mesh(
                        (http ? config.outboundHttp() : config.outboundTcp("a")).build(),
                        tls,
                        new OnTheWire());
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        source.close();
        target.close();
    }

    @AfterEach
    void noContextIsLeft() {
        tls.remove(CLIENT);
        tls.remove(SERVER);
    }

    @Test
    void requestsShareAConnectionAndTheApplicationLearnsWhoCalls() throws Exception {
        serve(FakeUpstream.thatAnswers(FakeUpstream.OK), true);
        Wire client = source.client();

        for (int i = 0; i < 3; i++) {
            client.send(GET.replace("\r\n\r\n", "\r\nX-Forwarded-Client-Cert: forged\r\n\r\n"));
            assertThat(client.readResponse().body()).isEqualTo("ok");
        }

        assertThat(application.requests.peek().header("x-forwarded-client-cert"))
                .startsWith("By=" + CLIENT.uri() + ";Hash=")
                .endsWith(";Subject=\"\";URI=" + CLIENT.uri())
                .hasSize(CLIENT.uri().length() * 2 + 64 + "By=;Hash=;Subject=\"\";URI=".length());
        assertThat(source.count(ClusterStat.SSL_HANDSHAKE)).isEqualTo(1);
        assertThat(target.count(ListenerStat.SSL_HANDSHAKE)).isEqualTo(1);
        assertThat(source.outcomes()).isEqualTo("{200 -=3}");
        assertThat(target.outcomes()).isEqualTo("{200 -=3}");
    }

    @Test
    void anotherPeerThanExpectedIs503() throws Exception {
        serve(
                FakeUpstream.thatAnswers(FakeUpstream.OK),
                true,
                new SpiffeId("cluster.local", "default", "other"),
                false);
        Wire client = source.client();

        client.send(GET);

        assertThat(client.readResponse().status()).isEqualTo(503);
        assertThat(source.outcomes()).isEqualTo("{503 UF=1}");
        assertThat(source.count(ClusterStat.SSL_CONNECTION_ERROR)).isEqualTo(1);
    }

    @Test
    void anUpstreamThatIsNotThereLeavesNoEngine() throws Exception {
        serve(FakeUpstream.thatAnswers(FakeUpstream.OK), true);
        FakeUpstream gone = FakeUpstream.thatNeverAnswers();
        gone.close();
        source.install(
                new Config()
                        .transport(
                                new UpstreamTransport.Mutual(
                                        new UpstreamTls("", ALPN, Set.of(SERVER), false)))
                        .service("a", gone.address())
                        .outboundHttp()
                        .build());
        Wire client = source.client();

        client.send(GET);

        assertThat(client.readResponse().status()).isEqualTo(503);
        assertThat(source.outcomes()).isEqualTo("{503 UF=1}");
    }

    @Test
    void anEarlyAnswerComesThroughBothAgents() throws Exception {
        serve(
                FakeUpstream.scripted((self, wire) -> {
                    self.note(wire.readHead());
                    wire.send(FakeUpstream.OK);
                    wire.skipRest();
                }),
                true);
        Wire client = source.client();

        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10000000\r\n\r\nsome");

        assertThat(client.readResponse().body()).isEqualTo("ok");
        assertThat(source.outcomes()).isEqualTo("{200 -=1}");
        assertThat(target.outcomes()).isEqualTo("{200 -=1}");
    }

    @Test
    void aRefusalOfTheOtherSideIsWholeAndEndsItsConnection() throws Exception {
        serve(FakeUpstream.thatAnswers(FakeUpstream.OK), true);
        target.install(
                new Config()
                        .inbound(true, new ServerTls(SERVER, ALPN, false), Config.http())
                        .build());
        Wire client = source.client();

        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");

        assertThat(client.readResponse().status()).isEqualTo(404);
        assertThat(target.outcomes()).isEqualTo("{404 NR=1}");
    }

    /** The client's first bytes come with the last message of the handshake. */
    @Test
    void anOpaqueClientThatSpeaksFirstIsHeard() throws Exception {
        for (boolean tls12 : List.of(false, true)) {
            serve(
                    FakeUpstream.scripted((self, wire) -> wire.send("got:" + wire.bytes(5))),
                    false,
                    SERVER,
                    tls12);
            Wire client = source.client();
            client.send("hello");
            assertThat(client.rest()).isEqualTo("got:hello");
            if (!tls12) {
                nothingIsLeft();
            }
        }
    }

    @Test
    void aServerThatSpeaksFirstIsHeard() throws Exception {
        for (boolean tls12 : List.of(false, true)) {
            serve(
                    FakeUpstream.scripted((self, wire) -> wire.send("welcome")),
                    false,
                    SERVER,
                    tls12);
            assertThat(source.client().rest()).isEqualTo("welcome");
            if (!tls12) {
                nothingIsLeft();
            }
        }
    }

    @Test
    void aClientThatEndsItsSendingStillGetsTheAnswer() throws Exception {
        serve(FakeUpstream.scripted((self, wire) -> wire.send("got:" + wire.rest())), false);
        Wire client = source.client();

        client.send("question");
        client.endSending();

        assertThat(client.rest()).isEqualTo("got:question");
        Mesh.await("the end", () -> source.tcpOutcomes().equals("{-=1}"));
        Mesh.await("the end", () -> target.tcpOutcomes().equals("{-=1}"));
    }

    @Test
    void aServerThatEndsItsSendingStillGetsTheRest() throws Exception {
        serve(
                FakeUpstream.scripted((self, wire) -> {
                    wire.send("hello");
                    wire.endSending();
                    self.note(new Message(wire.rest(), List.of(), ""));
                }),
                false);
        Wire client = source.client();

        assertThat(client.rest()).isEqualTo("hello");
        client.send("and on");
        client.endSending();

        Mesh.await("the rest", () -> !application.requests.isEmpty());
        assertThat(application.requests.peek().start()).isEqualTo("and on");
    }

    @Test
    void aResetOfTheApplicationIsAResetForTheClient() throws Exception {
        serve(
                FakeUpstream.scripted((self, wire) -> {
                    wire.bytes(1);
                    wire.reset();
                }),
                false);
        Wire client = source.client();

        client.send("x");

        assertThat(client.end()).isEqualTo("RST");
        assertThat(target.tcpOutcomes()).isEqualTo("{UC=1}");
        assertThat(source.tcpOutcomes()).isEqualTo("{UC=1}");
    }

    @Test
    void manyBytesBothWaysThenHalfAnEndEach() throws Exception {
        int bytes = 8 << 20;
        AtomicLong arrived = new AtomicLong();
        serve(
                FakeUpstream.scripted((self, wire) -> {
                    Thread sending = sending(wire, bytes);
                    arrived.set(wire.skipRest());
                    join(sending);
                }),
                false);
        Wire client = source.client();
        Thread sending = sending(client, bytes);

        assertThat(client.skipRest()).isEqualTo(bytes);
        sending.join();
        Mesh.await("all of it", () -> arrived.get() == bytes);
    }

    private static Thread sending(Wire wire, int bytes) {
        return Thread.ofVirtual()
                .start(() -> {
                    try {
                        wire.send(new byte[bytes]);
                        wire.endSending();
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                });
    }

    private static void join(Thread thread) throws IOException {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Test
    void aClientWithoutTlsIsResetUnderStrict() throws Exception {
        serve(FakeUpstream.thatAnswers(FakeUpstream.OK), true);
        Wire stranger = target.inboundClient();

        stranger.send(GET);

        assertThat(stranger.end()).isEqualTo("RST");
        assertThat(target.count(ListenerStat.NO_FILTER_CHAIN_MATCH)).isEqualTo(1);
    }
}
