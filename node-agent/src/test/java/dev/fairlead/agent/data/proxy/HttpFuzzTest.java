package dev.fairlead.agent.data.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.data.stats.RequestSeries;
import java.io.IOException;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * Mutated requests over a whole agent: whatever comes, the server never sees more requests than
 * were parsed and ended, nothing is left, and an ordinary request goes through afterwards.
 */
class HttpFuzzTest {

    private static final String ODD = "\r\n\t \0:;#,@%\u007f\u00ff0aGHTP/1.";

    @Test
    void noHeadIsForwardedTwice() throws Exception {
        AtomicInteger heads = new AtomicInteger();
        FakeUpstream upstream =
                new FakeUpstream(wire -> {
                    while (true) {
                        wire.readRequest();
                        heads.incrementAndGet();
                        wire.send(FakeUpstream.OK);
                    }
                });
        Mesh mesh =
                new Mesh(
                        new Config()
                                .cluster("a", false, upstream.address())
                                .route("*", "a")
                                .outboundHttp()
                                .build());
        mesh.closing(upstream);
        SplittableRandom random = new SplittableRandom(8);
        for (int round = 0; round < 400; round++) {
            send(mesh, mutated(random), random);
            Mesh.await("the end", () -> mesh.runtime.connectionCount() == 0);
            assertThat((long) heads.get()).as("round %d", round).isLessThanOrEqualTo(ended(mesh));
        }
        Wire client = mesh.client();
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        assertThat(client.readResponse().status()).isEqualTo(200);
        mesh.close();
    }

    private static String mutated(SplittableRandom random) {
        StringBuilder request =
                new StringBuilder(
                        "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                                + "3\r\nabc\r\n0\r\n\r\n"
                                + "POST /b HTTP/1.1\r\nHost: b\r\nContent-Length: 30\r\n\r\n"
                                + "GET /in HTTP/1.1\r\nHost: c\r\n\r\n\r\n");
        for (int change = random.nextInt(1, 4); change > 0; change--) {
            int at = random.nextInt(request.length());
            char c = ODD.charAt(random.nextInt(ODD.length()));
            switch (random.nextInt(3)) {
                case 0 -> request.setCharAt(at, c);
                case 1 -> request.insert(at, c);
                default -> request.deleteCharAt(at);
            }
        }
        return request + "GET /last HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n";
    }

    private static long ended(Mesh mesh) {
        return mesh.stats.requestSeries().values().stream()
                .flatMap(series -> Arrays.stream(series.outcomes()))
                .mapToLong(RequestSeries.Outcome::count)
                .sum();
    }

    /** A request that lacks its end is given up. */
    private static void send(Mesh mesh, String request, SplittableRandom random) {
        try (Wire client = mesh.client()) {
            int split = random.nextInt(request.length());
            client.send(request.substring(0, split));
            client.send(request.substring(split));
            client.socket.setSoTimeout(100);
            while (true) {
                client.readResponse();
            }
        } catch (IOException | NumberFormatException e) {
            // ended, or given up
        }
    }
}
