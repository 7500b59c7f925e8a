package dev.fairlead.pilot.admission;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fairlead.pilot.source.TestStates;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WebhookServerTest {

    private static final String SERVICE =
            """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: other}
            spec: {hosts: [other], nonsense: 1}
            """;

    private final ObjectMapper json = new ObjectMapper();
    private final List<String> decisions = new ArrayList<>();
    private final LatestState state = new LatestState();
    private WebhookServer server;
    private WebhookClient client;

    @BeforeEach
    void start() throws Exception {
        var material = WebhookClient.material("localhost");
        server =
                new WebhookServer(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        material.key(),
                        new Gate("fairlead-system"),
                        state,
                        (allowed, warned) -> decisions.add(allowed + " " + warned));
        state.set(TestStates.of(""));
        client = new WebhookClient(server.port(), material.bundle());
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void aReviewIsAnswered() throws Exception {
        var answer = client.post(Reviews.body("CREATE", SERVICE, null));

        assertThat(answer.status()).isEqualTo(200);
        JsonNode review = json.readTree(answer.body());
        assertThat(review.path("apiVersion").asText()).isEqualTo("admission.k8s.io/v1");
        assertThat(review.path("kind").asText()).isEqualTo("AdmissionReview");
        JsonNode response = review.path("response");
        assertThat(response.path("uid").asText()).isEqualTo("review-1");
        assertThat(response.path("allowed").isBoolean()).isTrue();
        assertThat(response.path("allowed").asBoolean()).isFalse();
        assertThat(response.path("status").path("code").asInt()).isEqualTo(400);
        assertThat(response.path("status").path("message").asText())
                .contains("spec.nonsense: unknown field");
        assertThat(decisions).containsExactly("false false");
    }

    @Test
    void whatIsNoReviewIsTurnedAway() throws Exception {
        for (String body :
                List.of(
                        "",
                        "{",
                        "null",
                        "7",
                        "[]",
                        "{}",
                        "{\"apiVersion\":\"admission.k8s.io/v1beta1\",\"kind\":\"AdmissionReview\"}",
                        review("{}"),
                        review("{\"uid\":\"1\"}"),
                        review("{\"uid\":\"1\",\"operation\":\"create\"}"),
                        review("{\"uid\":\"1\",\"operation\":\"CREATE\"}"),
                        review("{\"uid\":\"1\",\"operation\":\"CREATE\",\"name\":\"../x\"}"),
                        review("[".repeat(100_000)))) {
            assertThat(client.post(body.getBytes(UTF_8)).status()).as(body).isEqualTo(400);
        }
    }

    private static String review(String request) {
        return "{\"apiVersion\":\"admission.k8s.io/v1\",\"kind\":\"AdmissionReview\",\"request\":"
                + request
                + "}";
    }

    @Test
    void spoiltReviewsDoNoHarm() throws Exception {
        var random = new SplittableRandom(1);
        byte[] good = Reviews.body("CREATE", SERVICE, null);
        for (int i = 0; i < 300; i++) {
            byte[] spoilt = good.clone();
            spoilt[random.nextInt(spoilt.length)] = (byte) random.nextInt(256);
            assertThat(client.post(spoilt).status()).isIn(200, 400);
        }
    }

    @Test
    void aBodyOverTheBoundIsTurnedAway() throws Exception {
        assertThat(client.post(new byte[WebhookServer.MAX_BODY_BYTES + 1]).status()).isEqualTo(413);
    }

    @Test
    void beforeTheClusterIsReadNothingIsDecided() throws Exception {
        var material = WebhookClient.material("localhost");
        try (var early =
                new WebhookServer(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        material.key(),
                        new Gate("fairlead-system"),
                        new LatestState(),
                        (allowed, warned) -> decisions.add("decided"))) {
            var answer =
                    new WebhookClient(early.port(), material.bundle())
                            .post(Reviews.body("CREATE", SERVICE, null));
            assertThat(answer.status()).isEqualTo(503);
        }
        assertThat(decisions).isEmpty();
    }

    /**
     * kubectl apply of a file with a Service and its VirtualService: the watch is a moment late.
     */
    @Test
    void whatIsAppliedAMomentBeforeIsNoWarning() throws Exception {
        String route =
                """
                apiVersion: networking.istio.io/v1
                kind: VirtualService
                metadata: {name: a}
                spec: {hosts: [a], http: [{route: [{destination: {host: a}}]}]}
                """;
        String service =
                """
                apiVersion: v1
                kind: Service
                metadata: {name: a}
                spec: {clusterIP: 10.0.0.1, ports: [{name: http, port: 80}]}
                """;
        Thread watch =
                Thread.startVirtualThread(() -> {
                    try {
                        Thread.sleep(50);
                        state.set(TestStates.of(service));
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
        var answer = client.post(Reviews.body("CREATE", route, null));
        watch.join();

        assertThat(json.readTree(answer.body()).path("response").path("warnings")).isEmpty();
    }

    @Test
    void otherPathsAndMethodsAreNotThere() throws Exception {
        assertThat(client.get("/validate").status()).isEqualTo(405);
        assertThat(client.get("/").status()).isEqualTo(404);
        assertThat(client.get("/validate/x").status()).isEqualTo(404);
    }

    @Test
    void oldTlsIsRefused() throws Exception {
        assertThat(client.handshake("TLSv1.2")).isTrue();
        assertThat(client.handshake("TLSv1.3")).isTrue();
        assertThat(client.handshake("TLSv1.1")).isFalse();
    }
}
