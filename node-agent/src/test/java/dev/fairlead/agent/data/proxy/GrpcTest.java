package dev.fairlead.agent.data.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.data.stats.ClusterStat;
import dev.fairlead.agent.data.stats.Counters;
import dev.fairlead.agent.data.stats.HttpStat;
import dev.fairlead.agent.data.stats.RequestKinds;
import dev.fairlead.agent.data.stats.RequestSeries;
import dev.fairlead.agent.data.stats.SeriesLabels;
import dev.fairlead.agent.data.stats.SeriesLabels.Reporter;
import dev.fairlead.agent.data.stats.WorkerStats;
import dev.fairlead.agent.data.upstream.DestinationAccount;
import dev.fairlead.agent.data.upstream.SameNode;
import dev.fairlead.agent.model.cluster.HttpProtocol;
import dev.fairlead.agent.model.cluster.ProxyProtocol;
import dev.fairlead.agent.model.cluster.UpstreamTls;
import dev.fairlead.agent.model.request.ResponseFlag;
import dev.fairlead.agent.model.workload.CaptureExclusions;
import dev.fairlead.agent.model.workload.LocalPod;
import dev.fairlead.wire.identity.SpiffeId;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.netty.channel.Channel;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** gRPC by grpc-java's client and server through the data plane. */
@SuppressWarnings("NullAway.Init") // made by each test
class GrpcTest {

    private Mesh mesh;
    private ManagedChannel channel;

    private Config http2() {
        return new Config().protocol(HttpProtocol.HTTP2);
    }

    private void mesh(Config config) throws Exception {
        mesh = new Mesh(config.build());
        channel = channelTo(mesh.outboundPort());
    }

    private ManagedChannel channelTo(int port) {
        ManagedChannel made =
                NettyChannelBuilder.forAddress(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                        .usePlaintext()
                        .overrideAuthority("a")
                        .build();
        mesh.closing(() -> {
            made.shutdownNow();
            assertThat(made.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
        });
        return made;
    }

    private GrpcServer serve(Config config) throws Exception {
        GrpcServer server = new GrpcServer();
        mesh(config.service("a", server.address()).outboundHttp());
        mesh.closing(server);
        return server;
    }

    private H2Server serve(H2Server server) throws Exception {
        return serve(http2(), server);
    }

    private H2Server serve(Config config, H2Server server) throws Exception {
        mesh(config.service("a", server.address()).outboundHttp());
        mesh.closing(server);
        return server;
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        mesh.close();
    }

    private String call(MethodDescriptor<String, String> method, String text) {
        return ClientCalls.blockingUnaryCall(channel, method, CallOptions.DEFAULT, text);
    }

    private Status failure(MethodDescriptor<String, String> method, String text) {
        try {
            return Status.OK.withDescription(call(method, text));
        } catch (StatusRuntimeException e) {
            return e.getStatus();
        }
    }

    /** How calls ended: HTTP status, gRPC status, flag. */
    private String outcomes() {
        Map<String, Long> outcomes = new TreeMap<>();
        for (RequestSeries series : mesh.stats.requestSeries().values()) {
            assertThat(series.labels().protocol()).isEqualTo("grpc");
            for (RequestSeries.Outcome each : series.outcomes()) {
                outcomes.merge(
                        each.status() + " " + each.grpcStatus() + " " + each.flag().letters(),
                        each.count(),
                        Long::sum);
            }
        }
        return outcomes.toString();
    }

    private void awaitOutcomes(String expected) throws InterruptedException {
        Mesh.await(expected, () -> outcomes().equals(expected));
    }

    /** Messages in requests and in responses. */
    private String messages() {
        return messages(Reporter.SOURCE);
    }

    private String messages(Reporter reporter) {
        long requests = 0;
        long responses = 0;
        for (RequestSeries series : mesh.stats.requestSeries().values()) {
            if (series.labels().reporter() == reporter) {
                requests += series.requestMessages();
                responses += series.responseMessages();
            }
        }
        return requests + " " + responses;
    }

    @Test
    void unaryCallsPass() throws Exception {
        serve(http2());

        for (int i = 0; i < 3; i++) {
            assertThat(call(GrpcServer.ECHO, "text " + i)).isEqualTo("text " + i);
        }
        assertThat(call(GrpcServer.ECHO, "x".repeat(1 << 20))).hasSize(1 << 20);

        assertThat(outcomes()).isEqualTo("{200 0 -=4}");
        assertThat(messages()).isEqualTo("4 4");
        assertThat(mesh.count(ClusterStat.GRPC_TOTAL)).isEqualTo(4);
        assertThat(mesh.count(ClusterStat.GRPC_SUCCESS)).isEqualTo(4);
        assertThat(mesh.count(ClusterStat.GRPC_REQUEST_MESSAGE_COUNT)).isEqualTo(4);
        assertThat(mesh.count(ClusterStat.GRPC_RESPONSE_MESSAGE_COUNT)).isEqualTo(4);
    }

    @Test
    void aClusterOfWhatTheClientSpeaksTakesCalls() throws Exception {
        serve(new Config().protocol(HttpProtocol.DOWNSTREAM));

        assertThat(call(GrpcServer.ECHO, "x")).isEqualTo("x");

        assertThat(outcomes()).isEqualTo("{200 0 -=1}");
    }

    @Test
    void streamsOfTheServerPass() throws Exception {
        serve(http2());
        StringBuilder text = new StringBuilder();

        Iterator<String> answers =
                ClientCalls.blockingServerStreamingCall(
                        channel, GrpcServer.SPLIT, CallOptions.DEFAULT, "abcdefgh");
        answers.forEachRemaining(text::append);

        assertThat(text).hasToString("abcdefgh");
        assertThat(messages()).isEqualTo("1 8");
    }

    @Test
    void streamsOfTheClientPass() throws Exception {
        serve(http2());
        Answers answers = new Answers();

        StreamObserver<String> asking =
                ClientCalls.asyncClientStreamingCall(
                        channel.newCall(GrpcServer.JOIN, CallOptions.DEFAULT), answers);
        List.of("a", "", "b", "c".repeat(100_000)).forEach(asking::onNext);
        asking.onCompleted();

        assertThat(answers.whole()).containsExactly("ab" + "c".repeat(100_000));
        assertThat(messages()).isEqualTo("4 1");
    }

    @Test
    void streamsOfBothPassAndCountWhileTheyLast() throws Exception {
        serve(http2());
        Answers answers = new Answers();

        StreamObserver<String> asking =
                ClientCalls.asyncBidiStreamingCall(
                        channel.newCall(GrpcServer.EACH, CallOptions.DEFAULT), answers);
        for (int i = 1; i <= 5; i++) {
            asking.onNext("" + i);
            int asked = i;
            Mesh.await("answer " + i, () -> answers.texts.size() == asked);
        }
        Mesh.await("counts of a stream that lasts", () -> messages().equals("5 5"));
        assertThat(outcomes()).isEqualTo("{}");
        asking.onCompleted();

        assertThat(answers.whole()).containsExactly("1", "2", "3", "4", "5");
        assertThat(outcomes()).isEqualTo("{200 0 -=1}");
    }

    private static final class Answers implements StreamObserver<String> {
        final List<String> texts = Collections.synchronizedList(new ArrayList<>());
        private final CompletableFuture<List<String>> end = new CompletableFuture<>();

        @Override
        public void onNext(String text) {
            texts.add(text);
        }

        @Override
        public void onError(Throwable cause) {
            end.completeExceptionally(cause);
        }

        @Override
        public void onCompleted() {
            end.complete(texts);
        }

        List<String> whole() throws Exception {
            return end.get(20, TimeUnit.SECONDS);
        }

        Status failure() throws InterruptedException, TimeoutException {
            try {
                end.get(20, TimeUnit.SECONDS);
                return Status.OK;
            } catch (java.util.concurrent.ExecutionException e) {
                return Status.fromThrowable(e.getCause());
            }
        }
    }

    @Test
    void failuresOfTheServerPassAsTheyAre() throws Exception {
        serve(http2());

        Status failure = failure(GrpcServer.FAIL, "not here");

        assertThat(failure.getCode()).isEqualTo(Status.Code.NOT_FOUND);
        assertThat(failure.getDescription()).isEqualTo("not here");
        assertThat(outcomes()).isEqualTo("{200 5 -=1}");
        assertThat(mesh.count(ClusterStat.GRPC_FAILURE)).isEqualTo(1);
    }

    @Test
    void anHttpErrorOfTheUpstreamPassesAsItIs() throws Exception {
        serve(H2Server.that(asked -> asked.status(503, false).data("no", true)));
        H2Client client = mesh.http2Client();

        H2Client.Response response = client.call(head("/test.Text/Echo"), true).get();

        assertThat(response.status()).isEqualTo(503);
        assertThat(response.body()).isEqualTo("no");
        assertThat(outcomes()).isEqualTo("{503 14 -=1}");
        assertThat(mesh.count(ClusterStat.GRPC_TOTAL)).isZero();
    }

    @Test
    void anUpstreamThatIsNotThereIsUnavailable() throws Exception {
        InetSocketAddress nobody;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = Mesh.address(socket.getLocalPort());
        }
        mesh(http2().service("a", nobody).outboundHttp());

        Status failure = failure(GrpcServer.ECHO, "x");

        assertThat(failure.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(failure.getDescription()).contains("connection failure");
        assertThat(outcomes()).isEqualTo("{200 14 UF=1}");
        assertThat(mesh.count(HttpStat.DOWNSTREAM_RQ_2XX)).isEqualTo(1);
        assertThat(mesh.count(ClusterStat.UPSTREAM_RQ_5XX)).isEqualTo(1);
        assertThat(mesh.count(ClusterStat.GRPC_FAILURE)).isEqualTo(1);
    }

    @Test
    void noRouteIsUnimplementedAndNoEndpointUnavailable() throws Exception {
        mesh(http2().service("b").outboundHttp());

        assertThat(failure(GrpcServer.ECHO, "x").getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
        H2Client.Response none = mesh.http2Client().call(head("/x").authority("b"), true).get();

        assertThat(none.header("grpc-status")).isEqualTo("14");
        assertThat(none.header("grpc-message")).isEqualTo("no healthy upstream");
        assertThat(outcomes()).isEqualTo("{200 12 NR=1, 200 14 UH=1}");
    }

    @Test
    void ourAnswersAreTrailersOnly() throws Exception {
        mesh(new Config().respond("a", 403, "100% no\n").outboundHttp());

        H2Client.Response response = mesh.http2Client().call(head("/x"), true).get();

        assertThat(response.heads()).hasSize(1);
        assertThat(response.body()).isEmpty();
        assertThat(response.status()).isEqualTo(200);
        assertThat(response.header("content-type")).isEqualTo("application/grpc");
        assertThat(response.header("content-length")).isNull();
        assertThat(response.header("grpc-status")).isEqualTo("7");
        assertThat(response.header("grpc-message")).isEqualTo("100%25 no%0A");
    }

    @Test
    void ourAnswersInHttp1AreWholeToo() throws Exception {
        mesh(new Config().respond("a", 404, "").outboundHttp());
        Wire wire = mesh.client();

        for (int i = 0; i < 2; i++) {
            wire.send(
                    "POST /x HTTP/1.1\r\nHost: a\r\nContent-Type: application/grpc\r\n"
                            + "Content-Length: 0\r\n\r\n");
            Wire.Message response = wire.readResponse();
            assertThat(response.status()).isEqualTo(200);
            assertThat(response.header("grpc-status")).isEqualTo("12");
            assertThat(response.header("content-length")).isEqualTo("0");
        }
    }

    @Test
    void otherRequestsGetAnswersInHttp() throws Exception {
        mesh(new Config().respond("a", 404, "none").outboundHttp());

        H2Client.Response response =
                mesh.http2Client()
                        .call(
                                H2Client.head("POST", "a", "/x")
                                        .add("content-type", "application/grpc-web"),
                                true)
                        .get();

        assertThat(response.status()).isEqualTo(404);
        assertThat(response.header("grpc-status")).isNull();
        assertThat(mesh.outcomes()).isEqualTo("{404 -=1}");
    }

    private static Http2Headers head(String path) {
        return H2Client.head("POST", "a", path)
                .add("content-type", "application/grpc")
                .add("te", "trailers");
    }

    /** One that knows no deadlines, or it would end the call itself at the same time. */
    private H2Server serveSilently(Duration timeout) throws Exception {
        return serve(http2().grpcTimeout(Duration.ZERO).timeout(timeout), H2Server.that(_ -> {}));
    }

    @Test
    void aDeadlineEndsACallThatIsNotAnswered() throws Exception {
        H2Server server = serveSilently(Duration.ZERO);

        H2Client.Call call =
                mesh.http2Client()
                        .call(head("/x").add("grpc-timeout", "100m"), false)
                        .data("\0\0\0\0\0", true);
        H2Client.Response response = call.get();

        assertThat(response.header("grpc-status")).isEqualTo("4");
        assertThat(response.header("grpc-message")).isEqualTo("downstream duration timeout");
        assertThat(outcomes()).isEqualTo("{200 4 UT=1}");
        assertThat(mesh.count(HttpStat.DOWNSTREAM_RQ_MAX_DURATION_REACHED)).isEqualTo(1);
        Mesh.await("the upstream hears of it", () -> server.resets.get() == 1);
        assertThat(mesh.count(ClusterStat.UPSTREAM_RQ_TX_RESET)).isEqualTo(1);
    }

    @Test
    void aDeadlineHoldsWhileTheRequestIsStillSent() throws Exception {
        serveSilently(Duration.ZERO);

        H2Client.Response response =
                mesh.http2Client().call(head("/x").add("grpc-timeout", "50000u"), false).get();

        assertThat(response.header("grpc-status")).isEqualTo("4");
        assertThat(outcomes()).isEqualTo("{200 4 UT=1}");
    }

    @Test
    void aDeadlineEndsAnAnswerThatHasBegun() throws Exception {
        H2Server server =
                serve(
                        http2().grpcTimeout(Duration.ZERO),
                        H2Server.that(
                                asked -> asked.status(200, false).data("\0\0\0\0\1x", false)));

        H2Client.Call call = mesh.http2Client().call(head("/x").add("grpc-timeout", "1S"), true);
        H2Client.Response response = call.get();

        assertThat(response.body()).isEqualTo("\0\0\0\0\1x");
        assertThat(response.header("grpc-status")).isEqualTo("4");
        assertThat(outcomes()).isEqualTo("{200 4 UT=1}");
        Mesh.await("the upstream hears of it", () -> server.resets.get() == 1);
    }

    @Test
    void theRoutesBoundHoldsWhereTheCallerWouldWaitLonger() throws Exception {
        H2Server server = H2Server.that(_ -> {}); // says nothing
        mesh(
                http2().grpcTimeout(Duration.ofMillis(100))
                        .service("a", server.address())
                        .outboundHttp());
        mesh.closing(server);

        StatusRuntimeException failure = null;
        try {
            ClientCalls.blockingUnaryCall(
                    channel,
                    GrpcServer.ECHO,
                    CallOptions.DEFAULT.withDeadlineAfter(1, TimeUnit.HOURS),
                    "x");
        } catch (StatusRuntimeException e) {
            failure = e;
        }

        assertThat(failure).isNotNull();
        assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
        Http2Headers asked = server.requests.remove().head;
        assertThat(asked.get("grpc-timeout")).hasToString("100m");
        assertThat(asked.get("te")).hasToString("trailers");
    }

    @Test
    void aDeadlineIsNotReadWhereTheRouteDoesNotSaySo() throws Exception {
        serve(
                H2Server.that(asked -> {
                    asked.headers(
                            new DefaultHttp2Headers(false)
                                    .status("200")
                                    .add("content-type", "application/grpc"),
                            false);
                    asked.headers(new DefaultHttp2Headers(false).add("grpc-status", "0"), true);
                }));

        H2Client.Response response =
                mesh.http2Client().call(head("/x").add("grpc-timeout", "0m"), true).get();

        assertThat(response.header("grpc-status")).isEqualTo("0");
        assertThat(outcomes()).isEqualTo("{200 0 -=1}");
    }

    @Test
    void theRoutesTimeoutIsUnavailableAndHoldsBesideADeadline() throws Exception {
        serveSilently(Duration.ofMillis(100));

        H2Client.Response response =
                mesh.http2Client().call(head("/x").add("grpc-timeout", "1H"), true).get();

        assertThat(response.header("grpc-status")).isEqualTo("14");
        assertThat(response.header("grpc-message")).isEqualTo("upstream request timeout");
        assertThat(outcomes()).isEqualTo("{200 14 UT=1}");
        assertThat(mesh.count(ClusterStat.UPSTREAM_RQ_TIMEOUT)).isEqualTo(1);
    }

    @Test
    void theDeadlinesOfManyCallsAllHold() throws Exception {
        H2Server server = serveSilently(Duration.ZERO);
        H2Client client = mesh.http2Client();
        List<H2Client.Call> calls = new ArrayList<>();

        for (int i = 0; i < 50; i++) {
            calls.add(client.call(head("/x").add("grpc-timeout", 100 + i + "m"), true));
        }

        for (H2Client.Call call : calls) {
            assertThat(call.get().header("grpc-status")).isEqualTo("4");
        }
        assertThat(outcomes()).isEqualTo("{200 4 UT=50}");
        Mesh.await("all are reset", () -> server.resets.get() == server.requests.size());
        assertThat(mesh.count(ClusterStat.UPSTREAM_RQ_ACTIVE)).isZero();
    }

    @Test
    void aCallThatTheClientCancelsIsCancelled() throws Exception {
        GrpcServer server = serve(http2());
        Answers answers = new Answers();
        ClientCall<String, String> call = channel.newCall(GrpcServer.HANG, CallOptions.DEFAULT);
        ClientCalls.asyncServerStreamingCall(call, "x", answers);
        Mesh.await("an answer", () -> answers.texts.size() == 1);

        call.cancel("enough", null);

        Mesh.await("cancelled", () -> server.cancelled.get() == 1);
        assertThat(answers.failure().getCode()).isEqualTo(Status.Code.CANCELLED);
        awaitOutcomes("{200 2 DC=1}");
    }

    @Test
    void aCallThatIsCancelledWithoutAnAnswerHasNoStatus() throws Exception {
        GrpcServer server = serve(http2());
        Answers answers = new Answers();
        ClientCall<String, String> call = channel.newCall(GrpcServer.HANG, CallOptions.DEFAULT);
        ClientCalls.asyncServerStreamingCall(call, "", answers);
        Mesh.await("it is asked", () -> server.asked.get() == 1);

        call.cancel("enough", null);

        Mesh.await("cancelled", () -> server.cancelled.get() == 1);
        awaitOutcomes("{0 " + RequestSeries.NO_GRPC_STATUS + " DC=1}");
    }

    @Test
    void upstreamsThatResetAreUnavailable() throws Exception {
        serve(
                H2Server.that(asked ->
                        asked.reset(
                                asked.stream.stream().id() == 3
                                        ? Http2Error.REFUSED_STREAM
                                        : Http2Error.CANCEL)));

        Status refused = failure(GrpcServer.ECHO, "x");
        Status cancelled = failure(GrpcServer.ECHO, "x");

        assertThat(refused.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(refused.getDescription()).contains("refused stream");
        assertThat(cancelled.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(cancelled.getDescription()).contains("remote reset");
        assertThat(outcomes()).isEqualTo("{200 14 UR=2}");
    }

    @Test
    void aResetAmongAnswersIsAReset() throws Exception {
        CompletableFuture<H2Server.Asked> stream = new CompletableFuture<>();
        serve(
                H2Server.that(asked -> {
                    asked.headers(
                            new DefaultHttp2Headers(false)
                                    .status("200")
                                    .add("content-type", "application/grpc"),
                            false);
                    asked.data("\0\0\0\0\1x", false);
                    stream.complete(asked);
                }));

        Answers answers = new Answers();
        ClientCalls.asyncServerStreamingCall(
                channel.newCall(GrpcServer.SPLIT, CallOptions.DEFAULT), "x", answers);
        Mesh.await("an answer", () -> answers.texts.size() == 1);
        stream.get(20, TimeUnit.SECONDS).reset(Http2Error.CANCEL);

        assertThat(answers.failure().isOk()).isFalse();
        assertThat(outcomes()).isEqualTo("{200 2 UR=1}");
        assertThat(messages()).isEqualTo("1 1");
    }

    @Test
    void callsThatEnterThePodAreCountedByTheirDestination() throws Exception {
        GrpcServer server = new GrpcServer();
        mesh =
                new Mesh(
                        http2().service("a", server.address())
                                .inbound(null, null, Config.http())
                                .build());
        mesh.closing(server);
        channel = channelTo(mesh.inboundPort());

        assertThat(call(GrpcServer.ECHO, "x")).isEqualTo("x");
        failure(GrpcServer.FAIL, "y");

        assertThat(outcomes()).isEqualTo("{200 0 -=1, 200 5 -=1}");
        assertThat(messages(Reporter.DESTINATION)).isEqualTo("2 1");
        assertThat(messages(Reporter.SOURCE)).isEqualTo("0 0");
    }

    @Test
    void theShortWayIsCountedForItsDestinationToo() throws Exception {
        WorkerStats other = new WorkerStats();
        GrpcServer server = new GrpcServer();
        mesh =
                new Mesh(
                        http2().service("a", server.address()).outboundHttp().build(),
                        new NoTls(),
                        shortWay(other));
        mesh.closing(server);
        channel = channelTo(mesh.outboundPort());

        assertThat(call(GrpcServer.ECHO, "x")).isEqualTo("x");
        failure(GrpcServer.FAIL, "y");

        assertThat(mesh.count(ClusterStat.UPSTREAM_RQ_SAME_NODE)).isEqualTo(2);
        RequestSeries series = other.requestSeries().values().iterator().next();
        assertThat(other.requestSeries()).hasSize(1);
        assertThat(series.labels().protocol()).isEqualTo("grpc");
        assertThat(series.outcomes())
                .containsExactly(
                        new RequestSeries.Outcome(200, 0, ResponseFlag.NONE, 1),
                        new RequestSeries.Outcome(200, 5, ResponseFlag.NONE, 1));
        assertThat(series.requestMessages()).isEqualTo(2);
        assertThat(series.responseMessages()).isEqualTo(1);
        Counters<ClusterStat> cluster = other.cluster("pod-2", "app").counters();
        assertThat(cluster.get(ClusterStat.GRPC_TOTAL)).isEqualTo(2);
        assertThat(cluster.get(ClusterStat.GRPC_FAILURE)).isEqualTo(1);
        assertThat(cluster.get(ClusterStat.GRPC_REQUEST_MESSAGE_COUNT)).isEqualTo(2);
    }

    private static SameNode shortWay(WorkerStats stats) {
        LocalPod destination =
                new LocalPod(
                        "pod-2",
                        "default",
                        "server",
                        new SpiffeId("cluster.local", "default", "server"),
                        Path.of("/proc/self/ns/net"),
                        List.of(Mesh.address(0).getAddress()),
                        CaptureExclusions.NONE);
        DestinationAccount account =
                new DestinationAccount(
                        destination,
                        null,
                        HttpProtocol.HTTP2,
                        stats.http("pod-2", "http"),
                        stats.cluster("pod-2", "app"),
                        new RequestKinds(stats, SeriesLabels.unrouted(null, "http")),
                        stats.connections(SeriesLabels.unrouted(null, "tcp")),
                        ProxyProtocol.NONE,
                        null);
        return new SameNode() {
            @Override
            public Way way(
                    LocalPod source,
                    InetSocketAddress to,
                    @Nullable UpstreamTls mutual,
                    @Nullable HttpProtocol http) {
                return new Way.Direct(destination, account);
            }

            @Override
            public void entered(LocalPod pod, Channel open) {}
        };
    }

    @Test
    void whatIsCountedHasTheLabelsOfGrpc() throws Exception {
        serve(http2());
        call(GrpcServer.ECHO, "x");

        assertThat(mesh.stats.requestSeries().keySet())
                .singleElement()
                .satisfies(labels -> {
                    assertThat(labels.protocol()).isEqualTo("grpc");
                    assertThat(labels.reporter().name().toLowerCase(Locale.ROOT))
                            .isEqualTo("source");
                });
    }
}
