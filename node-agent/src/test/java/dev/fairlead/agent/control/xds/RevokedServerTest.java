package dev.fairlead.agent.control.xds;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.data.tls.TestAuthority;
import dev.fairlead.agent.model.identity.Svid;
import dev.fairlead.wire.identity.SpiffeId;
import dev.fairlead.wire.svid.Pem;
import dev.fairlead.wire.tokens.LiveKey;
import dev.fairlead.wire.tokens.SpiffeTls;
import dev.fairlead.wire.v1.report.AgentReportsGrpc;
import dev.fairlead.wire.v1.report.AgentReportsGrpc.AgentReportsImplBase;
import dev.fairlead.wire.v1.report.PodCapture;
import dev.fairlead.wire.v1.report.ReportPodsRequest;
import dev.fairlead.wire.v1.report.ReportPodsResponse;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.netty.channel.EventLoopGroup;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A list beside the mesh's roots takes the certificate of pilot-lite back; ca's likewise. */
@SuppressWarnings("NullAway.Init") // by start()
class RevokedServerTest {

    private static final SpiffeId PILOT = SpiffeId.pilot("cluster.local");
    private static final Instant LATER = Instant.now().plus(Duration.ofDays(1));
    private static final ReportPodsRequest HOLD =
            ReportPodsRequest.newBuilder().addPods(PodCapture.newBuilder().setUid("hold")).build();

    @TempDir Path folder;
    private final TestAuthority root = new TestAuthority("root");
    private final Svid pilot = root.svid(PILOT);
    private final LiveKey key = new LiveKey(pilot.key(), pilot.chain());
    private final EventLoopGroup loop = ControlChannel.newLoop();
    private Server server;
    private ManagedChannel channel;

    /** Answers, unless it is asked to hold the answer back. */
    private static final class Pilot extends AgentReportsImplBase {
        @Override
        public void reportPods(
                ReportPodsRequest request, StreamObserver<ReportPodsResponse> answer) {
            if (!request.equals(HOLD)) {
                answer.onNext(ReportPodsResponse.getDefaultInstance());
                answer.onCompleted();
            }
        }
    }

    @BeforeEach
    void start() throws Exception {
        Path roots = folder.resolve("root.pem");
        Files.writeString(roots, Pem.write(List.of(root.root)));
        server =
                SpiffeTls.server(new InetSocketAddress("127.0.0.1", 0), key)
                        .addService(new Pilot())
                        .build()
                        .start();
        channel = ControlChannel.open("127.0.0.1:" + server.getPort(), roots, PILOT, loop);
    }

    @AfterEach
    void stop() throws Exception {
        channel.shutdownNow();
        server.shutdownNow();
        server.awaitTermination(10, TimeUnit.SECONDS);
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    private void list(String content) throws Exception {
        Files.writeString(folder.resolve("ca-crl.pem"), content);
    }

    /** "answered", or why not. */
    private String call(ReportPodsRequest request) {
        channel.resetConnectBackoff();
        try {
            var answer =
                    AgentReportsGrpc.newBlockingStub(channel)
                            .withDeadlineAfter(30, TimeUnit.SECONDS)
                            .reportPods(request);
            return answer == null ? "nothing" : "answered";
        } catch (StatusRuntimeException e) {
            return BackOff.reason(e.getStatus());
        }
    }

    private String call() {
        return call(ReportPodsRequest.getDefaultInstance());
    }

    /** Calls fail at once until the channel has connected again. */
    private void awaitAnswer() throws InterruptedException {
        String said = call();
        for (int i = 0; i < 1000 && !said.equals("answered"); i++) {
            Thread.sleep(20);
            said = call();
        }
        assertThat(said).isEqualTo("answered");
    }

    @Test
    void whatIsOpenEndsAndNothingNewBegins() throws Exception {
        assertThat(call()).isEqualTo("answered");
        var held = CompletableFuture.supplyAsync(() -> call(HOLD));

        list(root.crl(LATER, pilot.leaf()));

        assertThat(held.get(20, TimeUnit.SECONDS)).contains("UNAVAILABLE");
        assertThat(call()).contains("certificate serial").contains("is revoked");
    }

    @Test
    void aNewCertificateIsTaken() throws Exception {
        list(root.crl(LATER, pilot.leaf()));
        assertThat(call()).contains("is revoked");

        Svid next = root.svid(PILOT);
        key.swap(next.key(), next.chain());

        awaitAnswer();
    }

    @Test
    void listsOfOthersChangeNothing() throws Exception {
        Svid other = root.svid(PILOT);
        list(root.crl(LATER, other.leaf()) + new TestAuthority("root").crl(LATER, pilot.leaf()));

        assertThat(call()).isEqualTo("answered");
    }

    @Test
    void aBrokenListLeavesTheLastGoodOne() throws Exception {
        list(root.crl(LATER, pilot.leaf()));
        assertThat(call()).contains("is revoked");
        list("broken");
        assertThat(call()).contains("is revoked");

        Files.delete(folder.resolve("ca-crl.pem"));
        awaitAnswer();
    }
}
