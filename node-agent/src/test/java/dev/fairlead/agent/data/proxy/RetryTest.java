package dev.fairlead.agent.data.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.data.proxy.Wire.Message;
import dev.fairlead.agent.data.stats.ClusterStat;
import dev.fairlead.agent.model.route.RetryPolicy;
import dev.fairlead.agent.model.route.RouteAction;
import dev.fairlead.agent.model.route.RoutePolicy;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests that fail, and what they and their routes say about it. */
@SuppressWarnings("NullAway.Init") // made by each test
class RetryTest {

    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String FAILED =
            "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 2\r\n\r\nno";
    private static final String FAILED_EMPTY =
            "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n";

    private Mesh mesh;
    private FakeUpstream upstream;
    private Wire client;

    private static RetryPolicy policy(int retries, Duration perTry, String... on) {
        return new RetryPolicy(
                Set.of(on),
                retries,
                perTry,
                Set.of(418),
                List.of(),
                List.of(),
                Duration.ofMillis(1),
                Duration.ofMillis(10),
                true,
                5,
                0);
    }

    private static RetryPolicy withBackOff(Duration interval) {
        RetryPolicy plain = policy(1, Duration.ZERO, "5xx");
        return new RetryPolicy(
                plain.on(),
                plain.retries(),
                plain.perTryTimeout(),
                plain.statuses(),
                plain.responseHeaders(),
                plain.requestHeaders(),
                interval,
                interval,
                plain.otherHosts(),
                plain.hostAttempts(),
                plain.otherPriorities());
    }

    private void serve(
            FakeUpstream fake, @Nullable RetryPolicy retries, InetSocketAddress... others)
            throws Exception {
        serve(fake, retries, Duration.ZERO, others);
    }

    private void serve(
            FakeUpstream fake,
            @Nullable RetryPolicy retries,
            Duration timeout,
            InetSocketAddress... others)
            throws Exception {
        upstream = fake;
        InetSocketAddress[] all = new InetSocketAddress[others.length + 1];
        all[0] = upstream.address();
        System.arraycopy(others, 0, all, 1, others.length);
        mesh =
                new Mesh(
                        new Config()
                                .timeout(timeout)
                                .cluster("a", false, all)
                                .policy("a", RouteAction.Forward.to("a"), withRetries(retries))
                                .outboundHttp()
                                .build());
        mesh.closing(upstream);
        client = mesh.client();
    }

    private static RoutePolicy withRetries(@Nullable RetryPolicy retries) {
        RoutePolicy none = RoutePolicy.NONE;
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
                new RoutePolicy.AttemptCount(true, true));
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        mesh.close();
    }

    /** Fails so often, then answers. */
    private static FakeUpstream thatFailsFirst(int times, String failure) throws Exception {
        AtomicInteger asked = new AtomicInteger();
        return FakeUpstream.scripted((self, wire) -> {
            while (true) {
                self.note(wire.readRequest());
                wire.send(asked.incrementAndGet() <= times ? failure : FakeUpstream.OK);
            }
        });
    }

    @ParameterizedTest
    @CsvSource({"5xx", "gateway-error", "retriable-status-codes"})
    void aFailureIsTriedAgainUntilItSucceeds(String condition) throws Exception {
        serve(
                thatFailsFirst(
                        2,
                        condition.startsWith("retriable")
                                ? "HTTP/1.1 418 Teapot\r\nContent-Length: 2\r\n\r\nno"
                                : FAILED),
                policy(2, Duration.ZERO, condition));

        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
        Message answer = client.readResponse();

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("x-envoy-attempt-count")).isEqualTo("3");
        assertThat(upstream.requests)
                .extracting(Message::body)
                .containsExactly("hello", "hello", "hello");
        assertThat(upstream.requests)
                .extracting(asked -> asked.header("x-envoy-attempt-count"))
                .containsExactly("1", "2", "3");
        assertThat(mesh.outcomes()).isEqualTo("{200 -=1}");
        assertThat(mesh.count(ClusterStat.UPSTREAM_RQ_RETRY)).isEqualTo(2);
        assertThat(mesh.count(ClusterStat.UPSTREAM_RQ_RETRY_SUCCESS)).isEqualTo(1);
        assertThat(mesh.count(ClusterStat.UPSTREAM_RQ_TOTAL)).isEqualTo(3);
        assertThat(mesh.count(ClusterStat.UPSTREAM_RQ_COMPLETED)).isEqualTo(1);
    }

    @Test
    void anEmptyFailureLeavesItsConnectionForTheNextTry() throws Exception {
        serve(thatFailsFirst(2, FAILED_EMPTY), policy(2, Duration.ZERO, "5xx"));

        client.send(GET);

        assertThat(client.readResponse().status()).isEqualTo(200);
        assertThat(upstream.connections).hasValue(1);
    }

    @Test
    void theLastFailureIsTheAnswer() throws Exception {
        serve(FakeUpstream.thatAnswers(FAILED), policy(2, Duration.ZERO, "5xx"));

        client.send(GET);
        Message answer = client.readResponse();

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.body()).isEqualTo("no");
        assertThat(upstream.requests).hasSize(3);
        assertThat(mesh.outcomes()).isEqualTo("{503 URX=1}");
        assertThat(mesh.count(ClusterStat.UPSTREAM_RQ_RETRY_LIMIT_EXCEEDED)).isEqualTo(1);
    }

    @Test
    void whatIsNoConditionIsNotTriedAgain() throws Exception {
        serve(
                FakeUpstream.thatAnswers(FAILED),
                policy(2, Duration.ZERO, "connect-failure", "refused-stream", "unavailable"));

        client.send(GET);

        assertThat(client.readResponse().status()).isEqualTo(503);
        assertThat(upstream.requests).hasSize(1);
        assertThat(mesh.outcomes()).isEqualTo("{503 -=1}");
    }

    @Test
    void aServerThatIsNotThereIsLeftForAnother() throws Exception {
        serve(
                FakeUpstream.thatAnswers(FakeUpstream.OK),
                policy(2, Duration.ZERO, "connect-failure"),
                Mesh.address(1)); // nothing listens there

        for (int i = 0; i < 4; i++) {
            client.send(GET);
            assertThat(client.readResponse().status()).isEqualTo(200);
        }

        assertThat(mesh.outcomes()).isEqualTo("{200 -=4}");
        assertThat(mesh.count(ClusterStat.UPSTREAM_RQ_RETRY)).isBetween(1L, 4L);
    }

    /** Envoy does not wait for a body's end either: what it has is kept, and goes to the next. */
    @Test
    void aBodyThatIsUnderWayIsTriedAgain() throws Exception {
        serve(
                FakeUpstream.thatAnswers(FakeUpstream.OK),
                policy(2, Duration.ZERO, "connect-failure"),
                Mesh.address(1)); // nothing listens there

        for (int i = 1; i <= 4; i++) {
            int asked = i;
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello");
            Mesh.await("sent", () -> mesh.count(ClusterStat.UPSTREAM_RQ_TOTAL) == asked);
            client.send("again");
            assertThat(client.readResponse().status()).isEqualTo(200);
        }

        assertThat(upstream.requests).extracting(Message::body).containsOnly("helloagain");
        assertThat(mesh.count(ClusterStat.UPSTREAM_RQ_RETRY)).isBetween(1L, 4L);
    }

    @Test
    void whoHasAnsweredInTheMeantimeIsNotLeftForAnother() throws Exception {
        serve(
                FakeUpstream.scripted((self, wire) -> {
                    self.note(wire.readRequest());
                    wire.send("HTTP/1.1 103 Early Hints\r\n\r\n");
                }),
                policy(2, Duration.ZERO, "5xx", "reset"));

        client.send(GET);

        assertThat(client.readHead().status()).isEqualTo(103);
        assertThat(client.readResponse().status()).isEqualTo(503);
        assertThat(upstream.requests).hasSize(1);
    }

    @Test
    void betweenTwoTriesNothingTimesOutUpstream() throws Exception {
        serve(
                FakeUpstream.thatAnswers(FAILED),
                withBackOff(Duration.ofDays(1)),
                Duration.ofSeconds(2));

        client.send(GET);
        Message answer = client.readResponse();

        // whatever part of the day was drawn, it was too long
        assertThat(answer.status()).isEqualTo(504);
        assertThat(answer.header("x-envoy-attempt-count")).isEqualTo("2");
        assertThat(mesh.count(ClusterStat.UPSTREAM_RQ_TIMEOUT)).isZero();
        assertThat(mesh.count(ClusterStat.UPSTREAM_RQ_COMPLETED)).isZero();
    }

    @Test
    void theLastResetIsSaidToBeOfARetry() throws Exception {
        serve(FakeUpstream.thatResetsOnARequest(), policy(1, Duration.ZERO, "reset"));

        client.send(GET);
        Message answer = client.readResponse();

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.body())
                .isEqualTo(
                        "upstream connect error or disconnect/reset before headers. retried and the"
                                + " latest reset reason: connection termination");
        assertThat(mesh.outcomes()).isEqualTo("{503 URX=1}");
    }

    @Test
    void eachTryHasItsTime() throws Exception {
        serve(
                FakeUpstream.thatNeverAnswers(),
                policy(1, Duration.ofMillis(50), "gateway-error"),
                Duration.ofSeconds(20));

        client.send(GET);
        Message answer = client.readResponse();

        assertThat(answer.status()).isEqualTo(504);
        assertThat(answer.body()).isEqualTo("upstream request timeout");
        assertThat(upstream.requests).hasSize(2);
        assertThat(upstream.requests)
                .allMatch(asked -> asked.header("x-envoy-expected-rq-timeout-ms").equals("50"));
        assertThat(mesh.count(ClusterStat.UPSTREAM_RQ_PER_TRY_TIMEOUT)).isEqualTo(2);
    }

    @Test
    void aRequestMayAskForRetriesItself() throws Exception {
        serve(thatFailsFirst(2, FAILED), null);

        client.send(
                "GET / HTTP/1.1\r\nHost: a\r\nX-Envoy-Retry-On: 5xx\r\nx-envoy-max-retries: 2\r\n\r\n");

        assertThat(client.readResponse().status()).isEqualTo(200);
        assertThat(upstream.requests)
                .hasSize(3)
                .noneMatch(
                        asked -> asked.has("x-envoy-retry-on") || asked.has("x-envoy-max-retries"));
    }

    @Test
    void aRequestMaySayHowLongItWaits() throws Exception {
        serve(FakeUpstream.thatNeverAnswers(), null, Duration.ofSeconds(20));

        client.send(
                "GET / HTTP/1.1\r\nHost: a\r\nx-envoy-upstream-rq-timeout-ms: 30\r\n"
                        + "x-envoy-upstream-rq-timeout-alt-response: true\r\n\r\n");

        assertThat(client.readResponse().status()).isEqualTo(204);
        assertThat(mesh.outcomes()).isEqualTo("{204 UT=1}");
    }

    @Test
    void aLongBodyIsSentOnceOnly() throws Exception {
        serve(FakeUpstream.thatAnswers(FAILED), policy(2, Duration.ZERO, "5xx"));
        byte[] body = new byte[1024 * 1024 + 1];

        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + body.length + "\r\n\r\n");
        client.send(body);

        assertThat(client.readResponse().status()).isEqualTo(503);
        assertThat(upstream.requests).hasSize(1);
        assertThat(mesh.count(ClusterStat.RETRY_OR_SHADOW_ABANDONED)).isEqualTo(1);
    }

    @Test
    void anAnswerThatHasBegunIsNotTriedAgain() throws Exception {
        serve(
                FakeUpstream.scripted((self, wire) -> {
                    self.note(wire.readRequest());
                    wire.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
                }),
                policy(2, Duration.ZERO, "5xx", "reset"));

        client.send(GET);

        assertThat(client.readHead().status()).isEqualTo(200);
        assertThat(client.bytes(4)).isEqualTo("half");
        Mesh.await("its end", () -> mesh.outcomes().equals("{200 UC=1}"));
        assertThat(upstream.requests).hasSize(1);
    }
}
