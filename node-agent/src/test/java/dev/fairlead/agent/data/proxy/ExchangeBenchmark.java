package dev.fairlead.agent.data.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.data.outlier.OutlierConfig;
import dev.fairlead.agent.model.cluster.CircuitBreakers;
import dev.fairlead.agent.model.cluster.ConnectionPool;
import dev.fairlead.agent.model.cluster.LoadBalancing;
import dev.fairlead.agent.model.cluster.TrafficPolicy;
import dev.fairlead.agent.model.listener.HttpManager;
import dev.fairlead.agent.model.listener.HttpManager.ServerHeader;
import dev.fairlead.agent.model.route.RetryPolicy;
import dev.fairlead.agent.model.route.RouteAction;
import dev.fairlead.agent.model.route.RoutePolicy;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * One HTTP/1.1 request after the other through the data plane, on sockets of this host. Of interest
 * is what it allocates ({@code gc.alloc.rate.norm}): client and server here allocate nothing.
 */
@SuppressWarnings("NullAway.Init") // made by set-up
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class ExchangeBenchmark {

    private static final byte[] GET =
            ascii(
                    "GET /reviews/0 HTTP/1.1\r\nHost: a\r\nUser-Agent: jmh\r\nAccept: */*\r\n"
                            + "x-request-id: 5b0f8a4e-3f9e-4b2a-9a53-3c3ef3ad4f11\r\n\r\n");
    private static final byte[] OK =
            ascii(
                    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n"
                            + "Server: x\r\n\r\nok");

    /** As pilot-lite serves them: nothing is idle for too long. */
    private static final HttpManager LIKE_ISTIOS =
            new HttpManager(
                    true, true, "envoy", ServerHeader.OVERWRITE, "", true, false, Duration.ZERO);

    private final byte[] answer = new byte[8192];
    private ServerSocket server;
    private Mesh mesh;
    private Socket client;
    private InputStream in;
    private OutputStream out;

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Istio's default. */
    private static RoutePolicy withRetries() {
        RoutePolicy none = RoutePolicy.NONE;
        var retries =
                new RetryPolicy(
                        Set.of("connect-failure", "refused-stream", "unavailable", "cancelled"),
                        2,
                        Duration.ZERO,
                        Set.of(503),
                        List.of(),
                        List.of(),
                        Duration.ofMillis(25),
                        Duration.ofMillis(250),
                        true,
                        5,
                        0);
        return new RoutePolicy(
                none.headers(),
                none.rewrite(),
                retries,
                null,
                null,
                null,
                null,
                List.of(),
                List.of(),
                "",
                new RoutePolicy.AttemptCount(true, false));
    }

    @Setup(Level.Trial)
    public void begin() throws Exception {
        server = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
        Thread.ofPlatform().daemon().start(this::serve);
        var policy =
                new TrafficPolicy(
                        LoadBalancing.DEFAULT,
                        new CircuitBreakers(100, 100, 100, 3, null),
                        new OutlierConfig().consecutive5xx(5).build(),
                        null,
                        ConnectionPool.DEFAULT);
        mesh =
                new Mesh(
                        new Config()
                                .policy(policy)
                                .cluster("a", false, Mesh.address(server.getLocalPort()))
                                .policy("a", RouteAction.Forward.to("a"), withRetries())
                                .outboundHttp(LIKE_ISTIOS)
                                .build());
        client = new Socket(InetAddress.getLoopbackAddress(), mesh.outboundPort());
        client.setTcpNoDelay(true);
        in = client.getInputStream();
        out = client.getOutputStream();
    }

    /** One connection; each read that ends a head is a request. */
    private void serve() {
        byte[] buffer = new byte[8192];
        try (Socket one = server.accept()) {
            one.setTcpNoDelay(true);
            InputStream from = one.getInputStream();
            OutputStream to = one.getOutputStream();
            int length = 0;
            while (true) {
                int read = from.read(buffer, length, buffer.length - length);
                if (read < 0) {
                    return;
                }
                length += read;
                if (buffer[length - 1] == '\n' && buffer[length - 3] == '\n') {
                    length = 0;
                    to.write(OK);
                }
            }
        } catch (IOException e) {
            // the benchmark is over
        }
    }

    @Benchmark
    public int exchange() throws IOException {
        out.write(GET);
        int length = 0;
        while (length < 2 || answer[length - 2] != 'o' || answer[length - 1] != 'k') {
            int read = in.read(answer, length, answer.length - length);
            if (read < 0) {
                throw new IOException("no answer");
            }
            length += read;
        }
        return length;
    }

    @TearDown(Level.Trial)
    public void end() throws Exception {
        client.close();
        mesh.close();
        server.close();
    }

    @Test
    void measure() throws Exception {
        var options =
                new OptionsBuilder()
                        .include(ExchangeBenchmark.class.getName() + ".exchange")
                        .forks(0)
                        .warmupIterations(6)
                        .measurementIterations(5)
                        .addProfiler(GCProfiler.class)
                        .shouldFailOnError(true)
                        .build();
        for (RunResult result : new Runner(options).run()) {
            double bytes = result.getSecondaryResults().get("gc.alloc.rate.norm").getScore();
            assertThat(bytes).isBetween(1.0, 64_000.0);
        }
    }
}
