package dev.fairlead.agent.data.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a client sends to be read in two ways, or to cost memory. Whatever the answer, the server
 * hears nothing that a strict reader would not read, and another client is served.
 */
@SuppressWarnings("NullAway.Init") // made before each test
class HostileHttp1Test {

    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.1 (\\d{3}) ");
    private static final String LAST = "GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

    private static final int HEAD_BOMBS = 20;

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

    @ParameterizedTest
    @MethodSource("dev.fairlead.agent.data.proxy.Smuggling#all")
    void isReadOnceOrNotAtAll(Smuggling pair) throws Exception {
        Wire client = mesh.client();
        client.send(pair.bytes() + LAST);

        List<Integer> statuses = statuses(client);

        assertThat(upstream.seen()).isEqualTo(pair.served());
        assertThat(statuses).isEqualTo(pair.statuses());
        assertServed();
    }

    /** All answers until the agent ends the connection. */
    private static List<Integer> statuses(Wire client) {
        StringBuilder text = new StringBuilder();
        try {
            while (true) {
                text.append(client.bytes(1));
            }
        } catch (java.net.SocketTimeoutException e) {
            throw new AssertionError("the connection does not end after " + text, e);
        } catch (IOException e) {
            // ended, or reset: what came before counts
        }
        List<Integer> statuses = new ArrayList<>();
        STATUS.matcher(text).results().forEach(m -> statuses.add(Integer.valueOf(m.group(1))));
        return statuses;
    }

    private void assertServed() throws IOException {
        try (Wire other = Wire.to(mesh.outboundPort())) {
            other.send("GET /other HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(other.readResponse().status()).isEqualTo(200);
        }
    }

    @Test
    void headersWithoutEndCostNoMoreThanTheirLimit() throws Exception {
        Memory memory = new Memory();
        List<Wire> clients = new ArrayList<>();
        for (int i = 0; i < HEAD_BOMBS; i++) {
            Wire client = mesh.client();
            clients.add(client);
            client.send("GET / HTTP/1.1\r\nHost: a\r\n");
            client.send(
                    "Name: value\r\n"
                            .repeat(5_000)); // of the 60 KB that are the limit, ends of lines apart
        }
        assertServed();
        memory.assertBelow(HEAD_BOMBS * 64L * 1024 + Memory.SLACK);
        for (Wire client : clients) {
            client.send("Name: value\r\n".repeat(1_000));
            assertThat(statuses(client)).containsExactly(431);
        }
        assertThat(upstream.seen()).containsOnly("GET /other");
    }

    @Test
    void oneEndlessHeaderIsRefusedAtItsLimit() throws Exception {
        Wire client = mesh.client();
        client.send("GET / HTTP/1.1\r\nHost: a\r\nX: " + "y".repeat(70_000));
        assertThat(statuses(client)).containsExactly(431);
        assertServed();
    }

    @Test
    void oneEndlessTargetIsRefusedAtItsLimit() throws Exception {
        Wire client = mesh.client();
        client.send("GET /" + "y".repeat(9_000));
        assertThat(statuses(client)).containsExactly(414);
        assertServed();
    }

    @Test
    void endlessTrailersAreRefused() throws Exception {
        Wire client = mesh.client();
        client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n");
        client.send("Name: value\r\n".repeat(6_000));
        assertThat(statuses(client)).containsExactly(400);
        assertThat(upstream.seen()).isEmpty();
        assertServed();
    }

    @Test
    void endlessChunkExtensionsAreRefused() throws Exception {
        Wire client = mesh.client();
        client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;");
        client.send("x".repeat(70_000));
        assertThat(statuses(client)).containsExactly(400);
        assertThat(upstream.seen()).isEmpty();
        assertServed();
    }

    /** Bytes that come one by one hold nobody else up, and are held by nobody. */
    @Test
    void slowHeadsAndBodiesHoldNobodyUp() throws Exception {
        Memory memory = new Memory();
        String head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n";
        List<Wire> clients = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            clients.add(mesh.client());
        }
        for (int at = 0; at < head.length(); at++) {
            for (Wire client : clients) {
                client.send(head.substring(at, at + 1));
            }
        }
        for (Wire client : clients.subList(0, 100)) {
            client.send("y");
        }
        assertServed();
        memory.assertBelow(200L * 2048 + Memory.SLACK);
        for (Wire client : clients) {
            client.close();
        }
        Mesh.await("their end", () -> mesh.runtime.connectionCount() == 0);
        assertThat(upstream.seen()).containsExactly("GET /other");
    }
}
