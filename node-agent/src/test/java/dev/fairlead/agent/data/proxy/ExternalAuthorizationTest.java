package dev.fairlead.agent.data.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.data.capture.PodBounds;
import dev.fairlead.agent.data.stats.HttpStat;
import dev.fairlead.agent.model.cluster.HttpProtocol;
import dev.fairlead.agent.model.listener.Filter;
import dev.fairlead.agent.model.listener.HttpFilter;
import dev.fairlead.agent.model.listener.HttpManager;
import dev.fairlead.agent.model.policy.AccessRules;
import dev.fairlead.agent.model.policy.ExternalAuthorization;
import dev.fairlead.agent.model.policy.Matcher;
import dev.fairlead.agent.model.policy.Rbac;
import dev.fairlead.agent.model.request.TextTest;
import dev.fairlead.agent.model.route.StringMatcher;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Requests that somebody else decides on, over real sockets. */
@SuppressWarnings("NullAway.Init") // made by each test
class ExternalAuthorizationTest {

    private static final String OK = FakeUpstream.OK;
    private static final Duration LONG = Duration.ofSeconds(20);

    private FakeUpstream application;
    private Mesh mesh;
    private ExternalAuthorization.@Nullable Body body;
    private PodBounds bounds = PodBounds.USUAL;

    @BeforeEach
    void application() throws Exception {
        application = FakeUpstream.thatAnswers(OK);
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        mesh.close();
    }

    private static TextTest name(String name) {
        return new StringMatcher.Exact(name, true);
    }

    private static ExternalAuthorization.Http http(Duration timeout) {
        return new ExternalAuthorization.Http(
                "authz",
                timeout,
                "/check",
                List.of(name("x-user")),
                Map.of("x-from", "mesh"),
                List.of(name("x-decided")),
                List.of(name("x-told")),
                List.of());
    }

    /** Asked about requests for /asked, by a policy of the provider "p". */
    private HttpFilter[] filters(ExternalAuthorization.Service service, boolean failOpen) {
        Rbac rules =
                new Rbac(
                        Rbac.Action.DENY,
                        List.of(
                                new Rbac.Policy(
                                        "istio-ext-authz-p-ns[a]-policy[b]-rule[0]",
                                        new Matcher.Text(
                                                new Matcher.Attribute.Path(),
                                                new StringMatcher.Prefix("/asked", false)),
                                        new Matcher.Any())));
        return new HttpFilter[] {
            new HttpFilter.Access(
                    HttpFilter.ACCESS, new AccessRules(null, rules, AccessRules.Purpose.EXTERNAL)),
            new HttpFilter.External(
                    "ext_authz",
                    new ExternalAuthorization("istio-ext-authz-p-", service, failOpen, 403, body))
        };
    }

    private Wire client(
            ExternalAuthorization.Service service,
            boolean failOpen,
            @Nullable InetSocketAddress authorizer,
            HttpProtocol protocol)
            throws Exception {
        Config config = new Config().service("a", application.address()).protocol(protocol);
        if (authorizer != null) {
            config.cluster("authz", false, authorizer);
        }
        mesh =
                new Mesh(
                        config.inbound(
                                        null,
                                        null,
                                        new Filter.Http(
                                                "http",
                                                new Filter.Routes.Named("routes"),
                                                Set.of(),
                                                HttpManager.DEFAULT.checking(
                                                        List.of(filters(service, failOpen)))))
                                .build(),
                        new NoTls(),
                        bounds);
        mesh.closing(application);
        return mesh.inboundClient();
    }

    private Wire client(FakeUpstream authorizer, boolean failOpen, Duration timeout)
            throws Exception {
        Wire wire = client(http(timeout), failOpen, authorizer.address(), HttpProtocol.HTTP1);
        mesh.closing(authorizer);
        return wire;
    }

    private static Wire.Message ask(Wire wire, String path) throws Exception {
        wire.send(
                "GET "
                        + path
                        + " HTTP/1.1\r\nHost: a\r\nx-user: jason\r\nx-secret: s\r\n"
                        + "authorization: Bearer t\r\nx-decided: forged\r\n\r\n");
        return wire.readResponse();
    }

    @Test
    void whatIsNotAskedAboutPasses() throws Exception {
        FakeUpstream authorizer = FakeUpstream.thatAnswers(OK);
        Wire wire = client(authorizer, false, LONG);

        assertThat(ask(wire, "/other").status()).isEqualTo(200);
        assertThat(authorizer.requests).isEmpty();
        assertThat(mesh.count(HttpStat.EXT_AUTHZ_DISABLED)).isEqualTo(1);
    }

    @Test
    void aYesPassesWithWhatTheAuthorizerSays() throws Exception {
        FakeUpstream authorizer =
                FakeUpstream.thatAnswers(
                        "HTTP/1.1 200 OK\r\nx-decided: yes\r\nx-told: hello\r\nx-other: no\r\n"
                                + "x-envoy-auth-headers-to-remove: x-secret\r\nContent-Length: 0\r\n\r\n");
        Wire wire = client(authorizer, false, LONG);

        Wire.Message answer = ask(wire, "/asked?q");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("x-told")).isEqualTo("hello");
        assertThat(answer.has("x-other")).isFalse();
        Wire.Message question = authorizer.requests.element();
        assertThat(question.start()).isEqualTo("GET /check/asked?q HTTP/1.1");
        assertThat(question.header("host")).isEqualTo("a");
        assertThat(question.header("x-user")).isEqualTo("jason");
        assertThat(question.header("authorization")).isEqualTo("Bearer t");
        assertThat(question.header("x-from")).isEqualTo("mesh");
        assertThat(question.has("x-secret")).isFalse();
        Wire.Message request = application.requests.element();
        assertThat(request.header("x-decided")).isEqualTo("yes");
        assertThat(request.has("x-secret")).isFalse();
        assertThat(mesh.count(HttpStat.EXT_AUTHZ_OK)).isEqualTo(1);
    }

    @Test
    void aNoIsTheClientsAnswer() throws Exception {
        FakeUpstream authorizer =
                FakeUpstream.thatAnswers(
                        "HTTP/1.1 401 Unauthorized\r\nwww-authenticate: Basic\r\nx-other: told\r\n"
                                + "Content-Length: 7\r\n\r\nno, sir");
        Wire wire = client(authorizer, true, LONG);

        Wire.Message answer = ask(wire, "/asked");
        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.body()).isEqualTo("no, sir");
        assertThat(answer.header("www-authenticate")).isEqualTo("Basic");
        assertThat(answer.header("x-other")).isEqualTo("told");
        assertThat(application.requests).isEmpty();
        assertThat(mesh.count(HttpStat.EXT_AUTHZ_DENIED)).isEqualTo(1);
        assertThat(mesh.outcomes()).isEqualTo("{401 UAEX=1}");
    }

    @Test
    void withoutAnAnswerARequestIsRefusedOrPasses() throws Exception {
        String broken = "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n";
        Wire wire = client(FakeUpstream.thatAnswers(broken), false, LONG);
        assertThat(ask(wire, "/asked").status()).isEqualTo(403);
        assertThat(mesh.count(HttpStat.EXT_AUTHZ_ERROR)).isEqualTo(1);
        mesh.close();

        application = FakeUpstream.thatAnswers(OK);
        wire = client(FakeUpstream.thatAnswers(broken), true, LONG);
        assertThat(ask(wire, "/asked").status()).isEqualTo(200);
        assertThat(mesh.count(HttpStat.EXT_AUTHZ_FAILURE_MODE_ALLOWED)).isEqualTo(1);
    }

    @Test
    void whoDoesNotAnswerInTimeHasNoAnswer() throws Exception {
        FakeUpstream authorizer = new FakeUpstream(Wire::rest);
        Wire wire = client(authorizer, false, Duration.ofMillis(50));

        assertThat(ask(wire, "/asked").status()).isEqualTo(403);
    }

    private static final int MOST = 8;

    private Wire.Message post(boolean partial, boolean asBytes, String content) throws Exception {
        body = new ExternalAuthorization.Body(MOST, partial, asBytes);
        FakeUpstream authorizer = FakeUpstream.thatAnswers(OK);
        Wire wire = client(authorizer, false, LONG);
        asked = authorizer;
        wire.send("POST /asked HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
        for (int i = 0; i < content.length(); i += 3) { // it comes in pieces
            String piece = content.substring(i, Math.min(content.length(), i + 3));
            wire.send(Integer.toHexString(piece.length()) + "\r\n" + piece + "\r\n");
        }
        wire.send("0\r\n\r\n");
        return wire.readResponse();
    }

    private @Nullable FakeUpstream asked;

    private Wire.Message question() {
        return Objects.requireNonNull(asked).requests.element();
    }

    @Test
    void theAuthorizerSeesAWholeBody() throws Exception {
        assertThat(post(false, true, "12345678").status()).isEqualTo(200);
        assertThat(question().body()).isEqualTo("12345678");
        assertThat(question().header("content-length")).isEqualTo("8");
        assertThat(question().header("x-envoy-auth-partial-body")).isEqualTo("false");
        assertThat(application.requests.element().body()).isEqualTo("12345678");
    }

    @Test
    void aPartIsEnoughWhereThatIsSaid() throws Exception {
        assertThat(post(true, false, "1234567890").status()).isEqualTo(200);
        assertThat(question().body()).isEqualTo("12345678");
        assertThat(question().header("x-envoy-auth-partial-body")).isEqualTo("true");
        assertThat(application.requests.element().body()).isEqualTo("1234567890");
    }

    @Test
    void elseWhatHasMoreIsRefusedUnasked() throws Exception {
        Wire.Message answer = post(false, false, "123456789");
        assertThat(answer.status()).isEqualTo(413);
        assertThat(answer.body()).isEqualTo("Payload Too Large");
        assertThat(Objects.requireNonNull(asked).requests).isEmpty();
        assertThat(application.requests).isEmpty();
        assertThat(mesh.count(HttpStat.DOWNSTREAM_RQ_TOO_LARGE)).isEqualTo(1);
    }

    /** One pod's callers cannot have all of the agent's memory wait for its authorizer. */
    @Test
    void whatThePodMayNotHoldIsRefusedUnasked() throws Exception {
        bounds = new PodBounds(100, 100, 100, 100, 10);
        body = new ExternalAuthorization.Body(1000, false, true);
        FakeUpstream authorizer = FakeUpstream.thatAnswers(OK);
        Wire first = client(authorizer, false, LONG);
        String head = "POST /asked HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n";
        first.send(head + "123456");
        Mesh.await("six", () -> held() == 6);

        Wire second = mesh.inboundClient();
        second.send(head + "12345");
        Wire.Message answer = second.readResponse();

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.body()).isEqualTo("too many bytes wait for authorization");
        assertThat(authorizer.requests).isEmpty();
        second.close();
        Mesh.await("six", () -> held() == 6);
        first.send("789");
        assertThat(first.readResponse().status()).isEqualTo(200);
        Mesh.await("nothing", () -> held() == 0);
    }

    private long held() {
        try {
            return mesh.bytesHeld();
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void whatHasNoBodyIsAskedAboutWithoutOne() throws Exception {
        body = new ExternalAuthorization.Body(MOST, false, false);
        FakeUpstream authorizer = FakeUpstream.thatAnswers(OK);
        Wire wire = client(authorizer, false, LONG);

        assertThat(ask(wire, "/asked").status()).isEqualTo(200);
        assertThat(authorizer.requests.element().has("x-envoy-auth-partial-body")).isFalse();
    }

    @Test
    void whoWaitsToSendABodyIsAskedForIt() throws Exception {
        body = new ExternalAuthorization.Body(MOST, false, false);
        FakeUpstream authorizer = FakeUpstream.thatAnswers(OK);
        Wire wire = client(authorizer, false, LONG);

        wire.send(
                "POST /asked HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n"
                        + "Expect: 100-continue\r\n\r\n");
        assertThat(wire.readResponse().status()).isEqualTo(100);
        wire.send("hi");
        assertThat(wire.readResponse().status()).isEqualTo(200);
        assertThat(authorizer.requests.element().body()).isEqualTo("hi");
    }

    @Test
    void aClusterThatIsNotThereHasNoAnswer() throws Exception {
        Wire wire = client(http(LONG), false, null, HttpProtocol.HTTP1);

        assertThat(ask(wire, "/asked").status()).isEqualTo(403);
        assertThat(mesh.outcomes()).isEqualTo("{403 UAEX=1}");
    }

    @Test
    void aClientThatLeavesEndsTheQuestion() throws Exception {
        FakeUpstream authorizer = new FakeUpstream(Wire::rest);
        Wire wire = client(authorizer, false, LONG);
        wire.send("GET /asked HTTP/1.1\r\nHost: a\r\n\r\n");
        Mesh.await("question", () -> authorizer.connections.get() == 1);

        wire.close();
        Mesh.await("end", () -> mesh.outcomes().contains("DC"));
    }

    @Test
    void byGrpc() throws Exception {
        H2Server authorizer =
                H2Server.that(asked -> {
                    boolean yes =
                            asked.body.toString(StandardCharsets.ISO_8859_1).contains("jason");
                    asked.headers(
                                    new DefaultHttp2Headers()
                                            .status("200")
                                            .add("content-type", "application/grpc"),
                                    false)
                            .bytes(
                                    (yes ? granted() : refused())
                                            .getBytes(StandardCharsets.ISO_8859_1))
                            .headers(new DefaultHttp2Headers().add("grpc-status", "0"), true);
                });
        Wire wire =
                client(
                        new ExternalAuthorization.Grpc("authz", LONG, "authz.example"),
                        false,
                        authorizer.address(),
                        HttpProtocol.HTTP2);
        mesh.closing(authorizer);

        assertThat(ask(wire, "/asked").status()).isEqualTo(200);
        assertThat(application.requests.element().header("x-decided")).isEqualTo("yes");
        wire.send("GET /asked HTTP/1.1\r\nHost: a\r\n\r\n");
        Wire.Message no = wire.readResponse();
        assertThat(no.status()).isEqualTo(401);
        assertThat(no.body()).isEqualTo("no");
    }

    /** {@code ok_response { headers { header { key: "x-decided" value: "yes" } } }}. */
    private static String granted() {
        return framed(field(3, field(2, field(1, field(1, "x-decided") + field(2, "yes")))));
    }

    /** {@code status { code: 7 } denied_response { status { code: 401 } body: "no" }}. */
    private static String refused() {
        return framed(
                field(1, "\b\7")
                        + "\22\t" // field 2, nine bytes
                        + "\12\3\b\u0091\3" // status: code 401
                        + "\32\2no");
    }

    private static String field(int number, String content) {
        return "" + (char) (number << 3 | 2) + (char) content.length() + content;
    }

    private static String framed(String message) {
        return "\0\0\0\0" + (char) message.length() + message;
    }
}
