package dev.fairlead.agent.data.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.data.capture.PodBounds;
import dev.fairlead.agent.data.stats.HttpStat;
import dev.fairlead.agent.data.stats.ListenerStat;
import dev.fairlead.agent.data.tls.TestAuthority;
import dev.fairlead.agent.data.tls.TlsContexts;
import dev.fairlead.agent.model.cluster.UpstreamTls;
import dev.fairlead.agent.model.cluster.UpstreamTransport;
import dev.fairlead.agent.model.listener.ServerTls;
import dev.fairlead.wire.identity.SpiffeId;
import io.netty.handler.codec.http2.Http2Error;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One pod goes mad, or others drive it so; its neighbour and its other callers are served. */
class PodBoundsTest {

    private static final SpiffeId CLIENT = new SpiffeId("cluster.local", "default", "client");
    private static final SpiffeId SERVER = new SpiffeId("cluster.local", "default", "server");
    private static final List<String> ALPN = List.of("istio");
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    private final List<Mesh> pods = new ArrayList<>();
    private final TlsContexts tls = new TlsContexts("cluster.local", Clock.systemUTC());

    private Mesh pod(Mesh mesh) {
        pods.add(mesh);
        return mesh;
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        for (Mesh pod : pods.reversed()) { // who calls first
            pod.close();
        }
        tls.remove(CLIENT);
        tls.remove(SERVER);
    }

    private static PodBounds bounds(int streams, int handshakes, int perSource, int bytes) {
        return new PodBounds(1000, streams, handshakes, perSource, bytes);
    }

    @Test
    void streamsBeyondThePodsAreRefusedAndTheNeighbourIsServed() throws Exception {
        FakeUpstream silent = FakeUpstream.thatNeverAnswers();
        Mesh mad =
                pod(
                        new Mesh(
                                new Config().service("a", silent.address()).outboundHttp().build(),
                                new NoTls(),
                                bounds(3, 10, 10, 0)));
        mad.closing(silent);
        FakeUpstream answering = FakeUpstream.thatAnswers(FakeUpstream.OK);
        Mesh neighbour =
                pod(
                        new Mesh(
                                new Config()
                                        .service("a", answering.address())
                                        .outboundHttp()
                                        .build()));
        neighbour.closing(answering);
        H2Client one = mad.http2Client();
        H2Client two = mad.http2Client();
        List<H2Client.Call> open = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            open.add(one.call(H2Client.get("a", "/"), true));
        }
        Mesh.await("three", () -> mad.count(HttpStat.DOWNSTREAM_RQ_TOTAL) == 3);

        H2Client.Response refused = two.call(H2Client.get("a", "/"), true).get();

        assertThat(refused.reset()).isEqualTo(Http2Error.REFUSED_STREAM.code());
        assertThat(mad.count(HttpStat.DOWNSTREAM_RQ_OVERFLOW)).isEqualTo(1);
        assertThat(neighbour.http2Client().call(H2Client.get("a", "/"), true).get().status())
                .isEqualTo(200);

        open.getFirst().reset();
        Mesh.await("room", () -> mad.count(HttpStat.HTTP2_RX_RESET) == 1);
        two.call(H2Client.get("a", "/"), true);
        Mesh.await("another", () -> mad.count(HttpStat.DOWNSTREAM_RQ_TOTAL) == 4);
        assertThat(mad.count(HttpStat.DOWNSTREAM_RQ_OVERFLOW)).isEqualTo(1);
    }

    @Test
    void handshakesThatDoNotGoOnShutNobodyElseOut() throws Exception {
        TestAuthority authority = new TestAuthority("root");
        tls.install(authority.svid(CLIENT));
        tls.install(authority.svid(SERVER));
        FakeUpstream application = FakeUpstream.thatAnswers(FakeUpstream.OK);
        Mesh target =
                pod(
                        new Mesh(
                                new Config()
                                        .originalDestination("app")
                                        .route("*", "app")
                                        .inbound(
                                                null,
                                                new ServerTls(SERVER, ALPN, false),
                                                Config.http())
                                        .build(),
                                tls,
                                bounds(10, 6, 4, 0)));
        target.destination = application.address();
        target.closing(application);
        List<Socket> begun = new ArrayList<>();
        for (String address : List.of("127.0.0.2", "127.0.0.3")) {
            for (int i = 0; i < 8; i++) {
                begun.add(begin(address, target.inboundPort()));
            }
        }
        // of each address 4 at most, and 2 of the first gave way for the second
        Mesh.await("overflow", () -> target.count(ListenerStat.SSL_HANDSHAKE_OVERFLOW) == 10);

        Mesh source =
                pod(
                        new Mesh(
                                new Config()
                                        .transport(
                                                new UpstreamTransport.Mutual(
                                                        new UpstreamTls(
                                                                "", ALPN, Set.of(SERVER), false)))
                                        .service("a", Mesh.address(target.inboundPort()))
                                        .outboundHttp()
                                        .build(),
                                tls,
                                new OnTheWire()));
        for (int i = 0; i < 3; i++) {
            Wire client = source.client();
            client.send(GET);
            assertThat(client.readResponse().status()).isEqualTo(200);
        }

        for (Socket socket : begun) {
            socket.close();
        }
    }

    private static Socket begin(String from, int port) throws Exception {
        Socket socket = new Socket();
        socket.bind(new InetSocketAddress(InetAddress.getByName(from), 0));
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        socket.getOutputStream().write(new byte[] {22, 3, 1});
        return socket;
    }

    /** A copy has no client that could wait. */
    @Test
    void copiesThatWaitCountToo() throws Exception {
        FakeUpstream answering = FakeUpstream.thatAnswers(FakeUpstream.OK);
        FakeUpstream mirror = FakeUpstream.thatAnswers(FakeUpstream.OK);
        Mesh mad =
                pod(
                        new Mesh(
                                RouteActionsTest.mirroring(answering.address(), mirror.address()),
                                new NoTls(),
                                bounds(10, 10, 10, 100)));
        mad.closing(answering);
        mad.closing(mirror);
        Wire client = mad.client();

        client.send(
                "POST / HTTP/1.1\r\nHost: a:80\r\nContent-Length: 1000\r\n\r\n" + "x".repeat(1000));

        assertThat(client.readResponse().status()).isEqualTo(200);
        assertThat(mad.count(ListenerStat.DOWNSTREAM_BUFFER_OVERFLOW)).isPositive();
        assertThat(mirror.requests).isEmpty();
        Mesh.await("nothing is held", () -> held(mad) == 0);

        client.send("GET /small HTTP/1.1\r\nHost: a:80\r\n\r\n");
        assertThat(client.readResponse().status()).isEqualTo(200);
        Mesh.await("the small one's copy", () -> mirror.requests.size() == 1);
    }

    private static long held(Mesh pod) {
        try {
            return pod.bytesHeld();
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void whatIsKeptOfRequestsIsBounded() throws Exception {
        FakeUpstream silent = FakeUpstream.thatNeverAnswers();
        Mesh mad =
                pod(
                        new Mesh(
                                new Config().service("a", silent.address()).outboundHttp().build(),
                                new NoTls(),
                                bounds(10, 10, 10, 100)));
        mad.closing(silent);
        Wire client = mad.client();
        String body = "x".repeat(1000);

        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n" + body);

        Mesh.await("overflow", () -> mad.count(ListenerStat.DOWNSTREAM_BUFFER_OVERFLOW) > 0);
        Mesh.await("the request", () -> !silent.requests.isEmpty());
        assertThat(held(mad)).as("kept").isZero();
        client.close();
    }
}
