package dev.fairlead.agent.data.proxy;

import static dev.fairlead.agent.data.proxy.HeaderBlock.get;
import static dev.fairlead.agent.data.proxy.HeaderBlock.post;
import static dev.fairlead.agent.data.proxy.RawHttp2.number;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * HTTP/2 clients that send what is malformed, or what costs us and brings them nothing. The server
 * reads HTTP/1.1, as strictly as can be; another client is served meanwhile; buffers are bounded.
 */
@SuppressWarnings("NullAway.Init") // made before each test
class HostileHttp2Test {

    private static final String CALM = "GOAWAY 11";
    private static final int INITIAL_WINDOW = 4;
    private static final int MAX_STREAMS = 3;

    private Mesh mesh;
    private FakeUpstreamThatRecords upstream;

    @BeforeEach
    void start() throws Exception {
        upstream = new FakeUpstreamThatRecords(FakeUpstream.OK);
        mesh = new Mesh(new Config().service("a", upstream.address()).outboundHttp().build());
        mesh.closing(upstream);
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        mesh.close();
    }

    private RawHttp2 client(int... settings) throws Exception {
        return mesh.closing(RawHttp2.to(mesh.outboundPort(), settings));
    }

    private void assertServed() throws Exception {
        try (RawHttp2 other = RawHttp2.to(mesh.outboundPort())) {
            assertThat(other.headers(1, get(), true).end(1)).isEqualTo("STATUS 200");
        }
    }

    @ParameterizedTest
    @MethodSource("dev.fairlead.agent.data.proxy.MalformedHttp2#all")
    void aMalformedRequestReachesNobody(MalformedHttp2 request) throws Exception {
        RawHttp2 client = client();
        request.sending().to(client);

        String ending = client.end(1);
        assertThat(upstream.seen()).isEmpty();
        assertThat(request.endings()).contains(ending);
        assertServed();
        assertThat(upstream.seen()).containsExactly("GET /");
    }

    @Test
    void theOrdinaryPasses() throws Exception {
        RawHttp2 client = client();
        client.headers(1, post().field("content-length", "3").field("te", "trailers"), false);
        client.data(1, "ab", false).data(1, "c", true);
        assertThat(client.end(1)).isEqualTo("STATUS 200");
        client.headers(3, get().field("host", "a").field("x", "").field("y", "\u00e9"), true);
        assertThat(client.end(3)).isEqualTo("STATUS 200");
        client.headers(5, post().field("content-length", "3, 3"), false).data(5, "abc", true);
        assertThat(client.end(5)).isEqualTo("STATUS 200"); // one number, said twice: RFC 9110 §8.6
        assertThat(client.isAlive()).isTrue();
        assertThat(upstream.seen()).containsExactly("POST / abc", "GET /", "POST / abc");
        assertThat(upstream.requests().getLast().header("content-length")).isEqualTo("3");
    }

    @ParameterizedTest
    @MethodSource("dev.fairlead.agent.data.proxy.BrokenHttp2#all")
    void aBrokenConnectionIsEnded(BrokenHttp2 connection) throws Exception {
        RawHttp2 client = client();
        try {
            connection.sending().to(client);
        } catch (IOException e) {
            // ended before all was sent
        }

        assertThat(connection.endings()).contains(client.connectionEnd());
        assertServed();
    }

    @Test
    void anotherPrefaceIsNotHttp2() throws Exception {
        RawHttp2 client = mesh.closing(new RawHttp2(mesh.outboundPort()));
        String preface = "PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n";
        client.raw(preface.getBytes(StandardCharsets.ISO_8859_1)).startReading();
        assertThat(client.connectionEnd()).isEqualTo("CLOSED");
        assertServed();
    }

    /** Streams beyond those allowed are refused, those within are served. */
    @Test
    void streamsBeyondTheLimitAreRefused() throws Exception {
        RawHttp2 client = client();
        int most = client.setting(MAX_STREAMS);
        assertThat(most).isBetween(1, 1_000);
        for (int i = 0; i <= most; i++) {
            client.headers(1 + 2 * i, post(), false);
        }
        assertThat(List.of("RST 7", "RST 1")).contains(client.end(1 + 2 * most));
        for (int i = 0; i < most; i++) {
            client.data(1 + 2 * i, "x", true);
        }
        for (int i = 0; i < most; i++) {
            assertThat(client.end(1 + 2 * i)).isEqualTo("STATUS 200");
        }
        assertServed();
    }

    @Test
    void aHeadOnAHalfClosedStreamEndsIt() throws Exception {
        mesh.install(
                new Config()
                        .service("a", mesh.closing(FakeUpstream.thatNeverAnswers()).address())
                        .outboundHttp()
                        .build());
        RawHttp2 client = client();

        client.headers(1, get(), true);
        client.headers(1, get(), true);

        assertThat(client.end(1)).isEqualTo("RST 5");

        client.headers(3, get(), true);
        client.frame(2, 0, 3, new byte[4]); // PRIORITY has 5

        assertThat(client.end(3)).isEqualTo("RST 6");
    }

    /** A stream that was passed over is closed, as for Envoy: what is sent on it is not served. */
    @Test
    void aStreamLowerThanTheLastIsNotServed() throws Exception {
        RawHttp2 client = client();
        client.headers(5, get(), true);
        assertThat(client.end(5)).isEqualTo("STATUS 200");
        client.headers(3, get(), true);
        if (client.isAlive()) {
            assertThat(client.headers(7, get(), true).end(7)).isEqualTo("STATUS 200");
        }
        assertThat(upstream.seen()).hasSizeLessThanOrEqualTo(2);
    }

    @Test
    void moreThanTheStreamsWindowEndsTheStream() throws Exception {
        FakeUpstream server = mesh.closing(FakeUpstream.thatNeverAnswers());
        FakeUpstream deaf =
                mesh.closing(
                        FakeUpstream.scripted((self, wire) -> {
                            self.note(wire.readHead());
                            Mesh.awaitInScript(() -> !server.requests.isEmpty());
                        }));
        mesh.install(
                new Config()
                        .service("a", deaf.address())
                        .service("b", server.address())
                        .outboundHttp()
                        .build());
        RawHttp2 client = client();
        client.headers(1, post(), false);
        flood(client, 10_000, (c, i) -> c.frame(RawHttp2.DATA, 0, 1, new byte[16_384]));
        assertThat(client.end(1)).isIn("RST 3", "GOAWAY 3");
        try (Wire other = Wire.to(mesh.outboundPort())) {
            other.send("GET / HTTP/1.1\r\nHost: b\r\n\r\n"); // lets the deaf one go
            Mesh.await("another's request", () -> !server.requests.isEmpty());
        }
    }

    @Test
    void anInitialWindowThatOverflowsAStreamsEndsIt() throws Exception {
        RawHttp2 client = client();
        client.headers(1, post(), false)
                .frame(RawHttp2.WINDOW_UPDATE, 0, 1, number(0x7fff0000))
                .frame(
                        RawHttp2.SETTINGS,
                        0,
                        0,
                        RawHttp2.settings(INITIAL_WINDOW, Integer.MAX_VALUE));
        assertThat(client.end(1)).isIn("RST 3", "GOAWAY 3");
        assertServed();
    }

    /** The attack is over when the connection is; without a bound it would not end. */
    private interface Round {
        void send(RawHttp2 client, int round) throws IOException;
    }

    private void flood(RawHttp2 client, int rounds, Round round) {
        try {
            for (int i = 0; i < rounds; i++) {
                round.send(client, i);
            }
        } catch (IOException e) {
            // ended
        }
    }

    private void assertCalmed(Round round) throws Exception {
        Memory memory = new Memory();
        RawHttp2 client = client();
        flood(client, 100_000, round);
        assertThat(client.connectionEnd()).isIn(CALM, "CLOSED");
        assertServed();
        memory.assertBelow(Memory.SLACK);
    }

    @Test
    void rapidReset() throws Exception {
        assertCalmed((client, i) -> client.headers(1 + 2 * i, get(), true).reset(1 + 2 * i));
        assertThat(upstream.seen().size()).isLessThan(5_000);
    }

    /** Resets that the client makes us send. */
    @Test
    void rapidResetByFaults() throws Exception {
        assertCalmed((client, i) ->
                client.headers(1 + 2 * i, post(), false)
                        .frame(RawHttp2.WINDOW_UPDATE, 0, 1 + 2 * i, number(0)));
        assertThat(upstream.seen().size()).isLessThan(5_000);
    }

    @Test
    void continuationsWithoutEnd() throws Exception {
        RawHttp2 client = client();
        client.frame(RawHttp2.HEADERS, RawHttp2.END_STREAM, 1, get().bytes());
        byte[] more = new HeaderBlock().field("x", "y".repeat(100)).bytes();
        Memory memory = new Memory();
        flood(client, 100_000, (c, i) -> c.frame(RawHttp2.CONTINUATION, 0, 1, more));
        assertThat(client.connectionEnd()).isIn("GOAWAY 1", CALM, "CLOSED");
        memory.assertBelow(Memory.SLACK);
        assertThat(upstream.seen()).isEmpty();
        assertServed();
    }

    @Test
    void emptyContinuationsWithoutEnd() throws Exception {
        RawHttp2 client = client();
        client.frame(RawHttp2.HEADERS, RawHttp2.END_STREAM, 1, get().bytes());
        flood(client, 100_000, (c, i) -> c.frame(RawHttp2.CONTINUATION, 0, 1, new byte[0]));
        assertThat(client.connectionEnd()).isIn("GOAWAY 1", CALM, "CLOSED");
        assertServed();
    }

    @Test
    void settingsFlood() throws Exception {
        assertCalmed((client, i) ->
                client.frame(RawHttp2.SETTINGS, 0, 0, RawHttp2.settings(INITIAL_WINDOW, 1000 + i)));
    }

    @Test
    void pingFlood() throws Exception {
        assertCalmed((client, i) -> client.frame(RawHttp2.PING, 0, 0, new byte[8]));
    }

    @Test
    void priorityFlood() throws Exception {
        assertCalmed((client, i) -> client.frame(RawHttp2.PRIORITY, 0, 1 + 2 * i, new byte[5]));
    }

    @Test
    void windowUpdateFlood() throws Exception {
        assertCalmed((client, i) -> client.frame(RawHttp2.WINDOW_UPDATE, 0, 0, number(1)));
    }

    @Test
    void emptyDataFlood() throws Exception {
        assertCalmed((client, i) -> {
            if (i == 0) {
                client.headers(1, post(), false);
            }
            client.data(1, "", false);
        });
    }

    /** Frames of one byte, padded to 250: flow control counts the padding. */
    @Test
    void paddingCountsAgainstTheWindow() throws Exception {
        RawHttp2 client = client();
        client.headers(1, post(), false);
        byte[] padded = new byte[251];
        padded[0] = (byte) 249;
        flood(client, 1_000, (c, i) -> c.frame(RawHttp2.DATA, RawHttp2.PADDED, 1, padded));
        assertThat(client.isAlive()).isTrue();
        assertThat(client.data(1, "", true).end(1)).isEqualTo("STATUS 200");
        assertThat(upstream.requests().getFirst().body()).hasSize(1_000);
    }

    /** A table entry of 4,000 bytes, named 4,000 times in a few bytes. */
    @Test
    void headerBomb() throws Exception {
        RawHttp2 client = client();
        HeaderBlock bomb = get().indexedField("x", "y".repeat(4_000));
        for (int i = 0; i < 4_000; i++) {
            bomb.index(62);
        }
        Memory memory = new Memory();
        assertThat(client.headers(1, bomb, true).end(1))
                .isIn("STATUS 431", "RST 1", "RST 11", "GOAWAY 1", "GOAWAY 11");
        memory.assertBelow(Memory.SLACK);
        assertThat(upstream.seen()).isEmpty();
        assertServed();
    }

    /** Connections of clients that ask for much and open no window. */
    @Test
    void zeroWindowsHoldNobodyUpAndAreNotFilled() throws Exception {
        String big = "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + "x".repeat(1_000_000);
        FakeUpstream server = mesh.closing(FakeUpstream.thatAnswers(big));
        mesh.install(new Config().service("a", server.address()).outboundHttp().build());
        Memory memory = new Memory();
        List<RawHttp2> clients = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            RawHttp2 client = client(INITIAL_WINDOW, 0);
            clients.add(client);
            for (int stream = 1; stream < 40; stream += 2) {
                client.headers(stream, get(), true);
            }
        }
        Mesh.await("the requests", () -> server.requests.size() == 100);
        for (RawHttp2 client : clients) {
            assertThat(client.isAlive()).isTrue();
            assertThat(client.dataBytes).hasValue(0);
        }
        try (H2Client other = H2Client.to(mesh.outboundPort())) {
            assertThat(other.call(H2Client.get("a", "/"), true).get().body()).hasSize(1_000_000);
        }
        memory.assertBelow(100L * 256 * 1024 + Memory.SLACK);
        for (RawHttp2 client : clients) {
            client.close();
        }
        Mesh.await("their end", () -> mesh.runtime.connectionCount() == 0);
    }

    @Test
    void slowBodiesHoldNobodyUp() throws Exception {
        RawHttp2 client = client();
        for (int stream = 1; stream < 200; stream += 2) {
            client.headers(stream, post().field("content-length", "5"), false);
        }
        for (int round = 0; round < 4; round++) {
            for (int stream = 1; stream < 200; stream += 2) {
                client.data(stream, "x", false);
            }
            assertServed();
        }
        for (int stream = 1; stream < 200; stream += 2) {
            client.data(stream, "x", true);
            assertThat(client.end(stream)).isEqualTo("STATUS 200");
        }
    }

    /** The server's answer breaks off: the client must not take it for a whole one. */
    @Test
    void anAnswerShorterThanItsLengthIsReset() throws Exception {
        FakeUpstream server =
                mesh.closing(
                        FakeUpstream.thatAnswersAndCloses(
                                "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"));
        mesh.install(new Config().service("a", server.address()).outboundHttp().build());
        assertThat(client().headers(1, get(), true).end(1)).startsWith("RST ");
    }
}
