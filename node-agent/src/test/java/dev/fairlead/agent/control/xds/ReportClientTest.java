package dev.fairlead.agent.control.xds;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.Durations;
import dev.fairlead.agent.control.xds.ReportClient.PodReport;
import dev.fairlead.wire.v1.report.AgentReportsGrpc.AgentReportsImplBase;
import dev.fairlead.wire.v1.report.ReportPodsRequest;
import dev.fairlead.wire.v1.report.ReportPodsResponse;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@SuppressWarnings("NullAway.Init") // by start()
class ReportClientTest {

    private static final BackOff EAGER = new BackOff(Duration.ofMillis(5), Duration.ofMillis(20));

    private Server server;
    private ManagedChannel channel;
    private ReportClient client;
    private final PilotWithAPen pilot = new PilotWithAPen();

    /** Shows each request to the test, and answers as the test says. */
    private static final class PilotWithAPen extends AgentReportsImplBase {
        private record Call(ReportPodsRequest request, StreamObserver<ReportPodsResponse> answer) {
            void store(boolean acknowledged) {
                answer.onNext(
                        ReportPodsResponse.newBuilder().setAcknowledged(acknowledged).build());
                answer.onCompleted();
            }

            void fail() {
                answer.onError(Status.UNAVAILABLE.withDescription("no pen").asException());
            }

            boolean captured() {
                return request.getPods(0).getCaptured();
            }
        }

        private final BlockingQueue<Call> calls = new LinkedBlockingQueue<>();

        @Override
        public void reportPods(
                ReportPodsRequest request, StreamObserver<ReportPodsResponse> answer) {
            calls.add(new Call(request, answer));
        }

        Call next() throws InterruptedException {
            Call call = calls.poll(20, TimeUnit.SECONDS);
            if (call == null) {
                throw new AssertionError("no report within 20 s");
            }
            return call;
        }
    }

    @BeforeEach
    void start() throws Exception {
        server =
                NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
                        .addService(pilot)
                        .build()
                        .start();
        channel =
                NettyChannelBuilder.forAddress("127.0.0.1", server.getPort())
                        .usePlaintext()
                        .build();
        client = new ReportClient(channel, null, EAGER, new Random(1));
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        channel.shutdownNow();
        server.shutdownNow();
        server.awaitTermination(10, TimeUnit.SECONDS);
    }

    private static PodReport pod(String uid, boolean captured) {
        return new PodReport(uid, "default", "reviews", captured, Duration.ZERO);
    }

    private static boolean outcome(CompletableFuture<Boolean> report) throws Exception {
        return report.get(20, TimeUnit.SECONDS);
    }

    @Test
    void aReportIsRepeatedUntilItIsStored() throws Exception {
        var stored = client.report(pod("u1", true));
        pilot.next().fail();
        pilot.next().fail();
        assertThat(stored).isNotDone();
        pilot.next().store(true);

        assertThat(outcome(stored)).isTrue();
    }

    @Test
    void theLastStateOfAPodWins() throws Exception {
        var captured = client.report(pod("u1", true));
        var first = pilot.next();
        var released = client.report(pod("u1", false));
        first.fail();
        var second = pilot.next();
        second.store(true);

        assertThat(first.captured()).isTrue();
        assertThat(second.captured()).isFalse();
        assertThat(outcome(captured)).isTrue();
        assertThat(outcome(released)).isTrue();
        assertThat(pilot.calls).isEmpty();
    }

    @Test
    void podsDoNotWaitForEachOther() throws Exception {
        client.report(pod("u1", true));
        pilot.next(); // never answered
        var other = client.report(pod("u2", true));
        pilot.next().store(true);

        assertThat(outcome(other)).isTrue();
    }

    @Test
    void whoWaitsForTheAgentsIsToldWhenTheyWereTooSlow() throws Exception {
        var report = new PodReport("u1", "default", "reviews", false, Duration.ofMillis(2500));
        var stored = client.report(report);
        var call = pilot.next();
        call.store(false);

        assertThat(Durations.toMillis(call.request().getWaitForAgents())).isEqualTo(2500);
        assertThat(outcome(stored)).isFalse();
    }

    @Test
    void closingGivesUpWhatIsNotStored() throws Exception {
        var underWay = client.report(pod("u1", true));
        pilot.next();
        client.close();

        var ended = new ArrayBlockingQueue<Throwable>(1);
        underWay.whenComplete((done, failure) -> ended.add(failure));
        assertThat(ended.poll(20, TimeUnit.SECONDS))
                .hasRootCauseInstanceOf(CancellationException.class);
        assertThat(client.report(pod("u2", true))).isCompletedExceptionally();
    }
}
