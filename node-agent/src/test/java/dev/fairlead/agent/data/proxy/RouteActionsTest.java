package dev.fairlead.agent.data.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.data.proxy.Wire.Message;
import dev.fairlead.agent.data.stats.ClusterStat;
import dev.fairlead.agent.data.stats.HttpStat;
import dev.fairlead.agent.data.stats.RouteStat;
import dev.fairlead.agent.model.listener.HttpManager;
import dev.fairlead.agent.model.listener.HttpManager.ServerHeader;
import dev.fairlead.agent.model.route.Cors;
import dev.fairlead.agent.model.route.Fault;
import dev.fairlead.agent.model.route.Fault.Share;
import dev.fairlead.agent.model.route.HashPolicy;
import dev.fairlead.agent.model.route.HeaderEdits;
import dev.fairlead.agent.model.route.HeaderEdits.Entry;
import dev.fairlead.agent.model.route.HeaderEdits.Existing;
import dev.fairlead.agent.model.route.HeaderEdits.Side;
import dev.fairlead.agent.model.route.HeaderFact;
import dev.fairlead.agent.model.route.HeaderTemplate;
import dev.fairlead.agent.model.route.Mirror;
import dev.fairlead.agent.model.route.Redirect;
import dev.fairlead.agent.model.route.Rewrite;
import dev.fairlead.agent.model.route.RouteAction;
import dev.fairlead.agent.model.route.RouteAction.Forward;
import dev.fairlead.agent.model.route.RouteAction.WeightedCluster;
import dev.fairlead.agent.model.route.RoutePolicy;
import dev.fairlead.agent.model.route.StringMatcher;
import dev.fairlead.agent.model.snapshot.Snapshot;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What routes do with heads, copies and faults, over real sockets. */
@SuppressWarnings("NullAway.Init") // made by each test
class RouteActionsTest {

    private static final String GET = "GET /a/b?q HTTP/1.1\r\nHost: a\r\nX-Old: 1\r\n\r\n";
    private static final Share ALL = new Share(100, 100);
    private static final HttpManager FILTERS =
            new HttpManager(
                    true, true, "envoy", ServerHeader.OVERWRITE, "", true, false, Duration.ZERO);

    private Mesh mesh;

    @AfterEach
    void nothingIsLeft() throws Exception {
        mesh.close();
    }

    private void mesh(Config config, FakeUpstream... upstreams) throws Exception {
        mesh = new Mesh(config.outboundHttp(FILTERS).build());
        for (FakeUpstream upstream : upstreams) {
            mesh.closing(upstream);
        }
    }

    private static RoutePolicy policy(
            HeaderEdits headers,
            Rewrite rewrite,
            @Nullable Fault fault,
            @Nullable Cors cors,
            List<Mirror> mirrors) {
        return policy(headers, rewrite, fault, cors, mirrors, RoutePolicy.AttemptCount.UNTOLD);
    }

    private static RoutePolicy policy(
            HeaderEdits headers,
            Rewrite rewrite,
            @Nullable Fault fault,
            @Nullable Cors cors,
            List<Mirror> mirrors,
            RoutePolicy.AttemptCount attempts) {
        return new RoutePolicy(
                headers, rewrite, null, null, fault, cors, null, mirrors, List.of(), "", attempts);
    }

    private static RoutePolicy faulty(@Nullable Fault fault, @Nullable Cors cors) {
        return policy(HeaderEdits.NONE, Rewrite.NONE, fault, cors, List.of());
    }

    private static RoutePolicy mirrored(String... clusters) {
        return policy(
                HeaderEdits.NONE,
                Rewrite.NONE,
                null,
                null,
                java.util.Arrays.stream(clusters).map(name -> new Mirror(name, ALL)).toList(),
                new RoutePolicy.AttemptCount(true, false));
    }

    /** All of it is copied. */
    static Snapshot mirroring(InetSocketAddress to, InetSocketAddress copies) {
        return new Config()
                .cluster("c", false, to)
                .cluster("m", false, copies)
                .policy("a:80", Forward.to("c"), mirrored("m"))
                .outboundHttp(FILTERS)
                .build();
    }

    private Message ask(String request) throws Exception {
        Wire client = mesh.client();
        client.send(request);
        return client.readResponse();
    }

    @Test
    void headsAreChangedOnTheirWay() throws Exception {
        FakeUpstream upstream =
                FakeUpstream.thatAnswers(
                        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nServer: app\r\nX-In: 1\r\n\r\n");
        HeaderEdits ofShare =
                new HeaderEdits(
                        new Side(
                                List.of(
                                        new Entry(
                                                "x-new",
                                                "share",
                                                Existing.OVERWRITE_IF_EXISTS_OR_ADD)),
                                List.of("x-old")),
                        new Side(
                                List.of(
                                        new Entry(
                                                "x-out",
                                                "share",
                                                Existing.APPEND_IF_EXISTS_OR_ADD)),
                                List.of("x-in")));
        HeaderTemplate facts =
                new HeaderTemplate(
                        List.of(
                                new HeaderTemplate.Part.Known(HeaderFact.DOWNSTREAM_LOCAL_ADDRESS),
                                new HeaderTemplate.Part.Text(" "),
                                new HeaderTemplate.Part.Header(false, ":path", null, 2)));
        HeaderEdits ofRoute =
                new HeaderEdits(
                        new Side(
                                List.of(
                                        new Entry(
                                                "x-new", "route", Existing.APPEND_IF_EXISTS_OR_ADD),
                                        new Entry("x-old", "2", Existing.ADD_IF_ABSENT),
                                        new Entry(
                                                "x-facts",
                                                facts,
                                                Existing.APPEND_IF_EXISTS_OR_ADD)),
                                List.of()),
                        new Side(
                                List.of(new Entry("x-out", "route", Existing.OVERWRITE_IF_EXISTS)),
                                List.of()));
        mesh(
                new Config()
                        .cluster("c", false, upstream.address())
                        .policy(
                                "a",
                                Forward.weighted(
                                        List.of(new WeightedCluster("c", 1, ofShare, "s:1"))),
                                policy(
                                        ofRoute,
                                        new Rewrite(new Rewrite.PathRewrite.Matched("/x/"), null),
                                        null,
                                        null,
                                        List.of())),
                upstream);

        Message response = ask(GET);

        Message request = upstream.requests.remove();
        assertThat(request.start()).isEqualTo("GET /x/a/b?q HTTP/1.1");
        assertThat(request.header("host")).isEqualTo("s:1");
        assertThat(request.header("x-envoy-original-host")).isEqualTo("a");
        assertThat(request.header("x-envoy-original-path")).isEqualTo("/a/b?q");
        assertThat(request.headers()).contains("x-new: share", "x-new: route", "x-old: 2");
        assertThat(request.header("x-facts")).isEqualTo("198.18.0.99:80 /a");
        assertThat(response.header("x-out")).isEqualTo("route");
        assertThat(response.has("x-in")).isFalse();
        assertThat(response.header("server")).isEqualTo("envoy");
        assertThat(response.header("date")).endsWith("GMT");
    }

    @Test
    void aShareWithoutAClusterStillSaysItsPart() throws Exception {
        HeaderEdits edits =
                new HeaderEdits(
                        HeaderEdits.NONE.request(),
                        new Side(
                                List.of(
                                        new Entry(
                                                "x-out",
                                                "share",
                                                Existing.APPEND_IF_EXISTS_OR_ADD)),
                                List.of()));
        mesh(
                new Config()
                        .policy(
                                "a",
                                Forward.weighted(
                                        List.of(new WeightedCluster("gone", 1, edits, null))),
                                faulty(null, null)));

        Message response = ask(GET);

        assertThat(response.status()).isEqualTo(503);
        assertThat(response.header("x-out")).isEqualTo("share");
    }

    @Test
    void aRedirectIsAnsweredHere() throws Exception {
        mesh(
                new Config()
                        .policy(
                                "a",
                                new Redirect("https", "b", 0, "/new", null, 302, false),
                                RoutePolicy.NONE));

        Message response = ask(GET);

        assertThat(response.status()).isEqualTo(302);
        assertThat(response.header("location")).isEqualTo("https://b/new?q");
        assertThat(mesh.outcomes()).isEqualTo("{302 -=1}");
        assertThat(mesh.count(HttpStat.RQ_DIRECT_RESPONSE)).isEqualTo(1);
    }

    /** And in answer to HEAD nothing says how long the answer to GET would be. */
    @Test
    void aRedirectKeepsTheSchemeThatTheProxyBeforeUsSays() throws Exception {
        mesh(
                new Config()
                        .policy(
                                "a",
                                new Redirect("", "", 0, "/new", null, 301, false),
                                RoutePolicy.NONE));
        Wire client = mesh.client();

        client.send("HEAD / HTTP/1.1\r\nHost: a\r\nX-Forwarded-Proto: https\r\n\r\n");
        Message response = client.readHead();

        assertThat(response.header("location")).isEqualTo("https://a/new");
        assertThat(response.header("transfer-encoding")).isEqualTo("chunked");
        assertThat(response.has("content-length")).isFalse();
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        assertThat(client.readResponse().header("location")).isEqualTo("http://a/new");
    }

    @Test
    void aRouteAnswersAndChangesItsOwnHead() throws Exception {
        HeaderEdits edits =
                new HeaderEdits(
                        Side.NONE,
                        new Side(
                                List.of(
                                        new Entry(
                                                "content-type",
                                                "text/html",
                                                Existing.OVERWRITE_IF_EXISTS_OR_ADD)),
                                List.of()));
        mesh(
                new Config()
                        .policy(
                                "a",
                                new RouteAction.Respond(201, "<p>"),
                                policy(edits, Rewrite.NONE, null, null, List.of())));

        Message response = ask(GET);

        assertThat(response.body()).isEqualTo("<p>");
        assertThat(response.header("content-type")).isEqualTo("text/html");
        assertThat(response.header("location")).isEqualTo("http://a/a/b?q");
    }

    @Test
    void everyMirrorGetsACopyAndNobodyWaitsForItsAnswer() throws Exception {
        FakeUpstream upstream = FakeUpstream.thatAnswers(FakeUpstream.OK);
        FakeUpstream first = FakeUpstream.thatAnswers(FakeUpstream.OK);
        FakeUpstream second =
                FakeUpstream.scripted((self, wire) -> {
                    self.note(wire.readRequest());
                    Mesh.awaitInScript(() -> !upstream.requests.isEmpty()); // and never answers
                });
        mesh(
                new Config()
                        .cluster("c", false, upstream.address())
                        .cluster("m1", false, first.address())
                        .cluster("m2", false, second.address())
                        .policy("a:80", Forward.to("c"), mirrored("m1", "m2", "none")),
                upstream,
                first,
                second);

        Message response =
                ask(
                        "POST /p HTTP/1.1\r\nHost: a:80\r\nTransfer-Encoding: chunked\r\n\r\n"
                                + "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");

        assertThat(response.body()).isEqualTo("ok");
        Mesh.await("copies", () -> !first.requests.isEmpty() && !second.requests.isEmpty());
        Message original = upstream.requests.remove();
        for (FakeUpstream mirror : List.of(first, second)) {
            Message copy = mirror.requests.remove();
            assertThat(copy.body()).isEqualTo("abcde");
            assertThat(copy.header("host")).isEqualTo("a-shadow:80");
            assertThat(copy.header("x-request-id")).isEqualTo(original.header("x-request-id"));
            assertThat(copy.header("x-envoy-internal")).isEqualTo("true");
            assertThat(copy.header("x-envoy-attempt-count")).isEqualTo("1");
            assertThat(copy.header("x-forwarded-for")).isEqualTo("198.18.0.10");
        }
        assertThat(original.has("x-envoy-internal")).isFalse();
        Mesh.await("counts", () -> mesh.count(ClusterStat.UPSTREAM_RQ_TOTAL) == 3);
        assertThat(mesh.outcomes()).isEqualTo("{200 -=1}");
    }

    @Test
    void aMirrorThatIsNotThereCountsAsAnAnswerOf503() throws Exception {
        FakeUpstream upstream = FakeUpstream.thatAnswers(FakeUpstream.OK);
        FakeUpstream gone = FakeUpstream.thatNeverAnswers();
        gone.close();
        mesh(
                new Config()
                        .cluster("c", false, upstream.address())
                        .cluster("m", false, gone.address())
                        .policy("a", Forward.to("c"), mirrored("m")),
                upstream);

        assertThat(ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n").status()).isEqualTo(200);

        Mesh.await("count", () -> mesh.count(ClusterStat.UPSTREAM_RQ_5XX) == 1);
    }

    /** A mirror that takes nothing costs nothing but itself. */
    @Test
    void aMirrorThatDoesNotReadIsGivenUp() throws Exception {
        FakeUpstream upstream = FakeUpstream.thatAnswers(FakeUpstream.OK);
        FakeUpstream slow =
                FakeUpstream.scripted((self, wire) -> {
                    self.note(wire.readHead());
                    Mesh.awaitInScript(() -> !upstream.requests.isEmpty());
                });
        mesh(
                new Config()
                        .cluster("c", false, upstream.address())
                        .cluster("m", false, slow.address())
                        .policy("a", Forward.to("c"), mirrored("m")),
                upstream,
                slow);
        String body = "x".repeat(16 * 1024 * 1024);

        Message response =
                ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 16777216\r\n\r\n" + body);

        assertThat(response.status()).isEqualTo(200);
        assertThat(upstream.requests.remove().body()).hasSize(body.length());
    }

    @Test
    void aMirrorOfARequestThatIsCutIsCut() throws Exception {
        FakeUpstream upstream =
                FakeUpstream.scripted((self, wire) -> {
                    self.note(wire.readHead());
                    wire.skipRest();
                });
        FakeUpstream mirror =
                FakeUpstream.scripted((self, wire) -> {
                    self.note(wire.readHead());
                    wire.skipRest();
                });
        mesh(
                new Config()
                        .cluster("c", false, upstream.address())
                        .cluster("m", false, mirror.address())
                        .policy("a", Forward.to("c"), mirrored("m")),
                upstream,
                mirror);
        Wire client = mesh.client();
        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
        Mesh.await("copies", () -> !upstream.requests.isEmpty() && !mirror.requests.isEmpty());

        client.reset();

        Mesh.await("its end", () -> mesh.count(HttpStat.DOWNSTREAM_RQ_ACTIVE) == 0);
        Mesh.await("its end", () -> mesh.count(ClusterStat.UPSTREAM_RQ_ACTIVE) == 0);
    }

    private static final Cors CORS =
            new Cors(
                    List.of(new StringMatcher.Exact("http://o", false)),
                    "GET,POST",
                    "*",
                    "x-e",
                    "24",
                    true,
                    false);

    @Test
    void preflightsAreAnsweredAndResponsesSayWhatIsAllowed() throws Exception {
        FakeUpstream upstream = FakeUpstream.thatAnswers(FakeUpstream.OK);
        mesh(
                new Config()
                        .cluster("c", false, upstream.address())
                        .policy("a", Forward.to("c"), faulty(null, CORS)),
                upstream);

        Message preflight =
                ask(
                        "OPTIONS / HTTP/1.1\r\nHost: a\r\nOrigin: http://o\r\n"
                                + "Access-Control-Request-Method: PUT\r\n"
                                + "Access-Control-Request-Headers: x,y\r\n\r\n");
        Message stranger =
                ask(
                        "OPTIONS / HTTP/1.1\r\nHost: a\r\nOrigin: http://x\r\n"
                                + "Access-Control-Request-Method: PUT\r\n\r\n");
        Message request = ask("GET / HTTP/1.1\r\nHost: a\r\nOrigin: http://o\r\n\r\n");
        Message plain = ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n");

        assertThat(preflight.status()).isEqualTo(200);
        assertThat(preflight.header("access-control-allow-origin")).isEqualTo("http://o");
        assertThat(preflight.header("access-control-allow-methods")).isEqualTo("GET,POST");
        assertThat(preflight.header("access-control-allow-headers")).isEqualTo("x,y");
        assertThat(preflight.header("access-control-max-age")).isEqualTo("24");
        assertThat(preflight.header("access-control-allow-credentials")).isEqualTo("true");
        assertThat(stranger.status()).isEqualTo(200);
        assertThat(stranger.has("access-control-allow-origin")).isFalse();
        assertThat(stranger.header("access-control-allow-methods")).isEqualTo("GET,POST");
        assertThat(request.header("access-control-allow-origin")).isEqualTo("http://o");
        assertThat(request.header("access-control-expose-headers")).isEqualTo("x-e");
        assertThat(plain.has("access-control-allow-origin")).isFalse();
        assertThat(upstream.requests).hasSize(2);
        assertThat(mesh.count(HttpStat.CORS_ORIGIN_VALID)).isEqualTo(2);
        assertThat(mesh.count(HttpStat.CORS_ORIGIN_INVALID)).isEqualTo(1);
    }

    /** The route's changes are for answers of its upstreams, and for faults. */
    @Test
    void aPreflightsAnswerIsNotChanged() throws Exception {
        HeaderEdits edits =
                new HeaderEdits(
                        Side.NONE,
                        new Side(
                                List.of(new Entry("x-r", "1", Existing.APPEND_IF_EXISTS_OR_ADD)),
                                List.of()));
        FakeUpstream upstream = FakeUpstream.thatAnswers(FakeUpstream.OK);
        mesh(
                new Config()
                        .cluster("c", false, upstream.address())
                        .policy(
                                "a",
                                Forward.to("c"),
                                policy(edits, Rewrite.NONE, null, CORS, List.of())),
                upstream);

        Message preflight =
                ask(
                        "OPTIONS / HTTP/1.1\r\nHost: a\r\nOrigin: http://o\r\n"
                                + "Access-Control-Request-Method: PUT\r\n\r\n");
        Message request = ask("GET / HTTP/1.1\r\nHost: a\r\nOrigin: http://o\r\n\r\n");

        assertThat(preflight.has("x-r")).isFalse();
        assertThat(preflight.header("access-control-allow-origin")).isEqualTo("http://o");
        assertThat(request.header("x-r")).isEqualTo("1");
    }

    @Test
    void aFaultAnswersAndTheAnswerAllowsItsOrigin() throws Exception {
        mesh(
                new Config()
                        .cluster("c", false)
                        .policy(
                                "a",
                                Forward.to("c"),
                                faulty(new Fault(null, new Fault.Abort(418, -1, ALL)), CORS)));

        Message response = ask("GET / HTTP/1.1\r\nHost: a\r\nOrigin: http://o\r\n\r\n");

        assertThat(response.status()).isEqualTo(418);
        assertThat(response.body()).isEqualTo("fault filter abort");
        assertThat(response.header("access-control-allow-origin")).isEqualTo("http://o");
        assertThat(mesh.outcomes()).isEqualTo("{418 FI=1}");
        assertThat(mesh.count(HttpStat.FAULT_ABORTS_INJECTED)).isEqualTo(1);
    }

    @Test
    void aDelayedRequestGoesOnWithItsWholeBody() throws Exception {
        FakeUpstream upstream = FakeUpstream.thatAnswers(FakeUpstream.OK);
        FakeUpstream mirror = FakeUpstream.thatAnswers(FakeUpstream.OK);
        mesh(
                new Config()
                        .timeout(Duration.ofSeconds(10))
                        .cluster("c", false, upstream.address())
                        .cluster("m", false, mirror.address())
                        .policy(
                                "a",
                                Forward.to("c"),
                                policy(
                                        HeaderEdits.NONE,
                                        Rewrite.NONE,
                                        new Fault(
                                                new Fault.Delay(Duration.ofMillis(30), ALL), null),
                                        null,
                                        List.of(new Mirror("m", ALL)))),
                upstream,
                mirror);

        Message response = ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");

        assertThat(response.status()).isEqualTo(200);
        assertThat(upstream.requests.remove().body()).isEqualTo("abc");
        Mesh.await("copy", () -> !mirror.requests.isEmpty());
        assertThat(mirror.requests.remove().body()).isEqualTo("abc");
        assertThat(mesh.outcomes()).isEqualTo("{200 DI=1}");
        assertThat(mesh.count(HttpStat.FAULT_DELAYS_INJECTED)).isEqualTo(1);
        assertThat(mesh.count(HttpStat.FAULT_ACTIVE_FAULTS)).isZero();
    }

    @Test
    void aClientThatLeavesWhileItWaitsIsNoticed() throws Exception {
        mesh(
                new Config()
                        .cluster("c", false)
                        .policy(
                                "a",
                                Forward.to("c"),
                                faulty(
                                        new Fault(new Fault.Delay(Duration.ofHours(1), ALL), null),
                                        null)));
        Wire client = mesh.client();
        client.send(GET);
        Mesh.await("delay", () -> mesh.count(HttpStat.FAULT_ACTIVE_FAULTS) == 1);

        client.reset();

        Mesh.await("its end", () -> mesh.outcomes().equals("{0 DC=1}"));
        assertThat(mesh.count(HttpStat.FAULT_ACTIVE_FAULTS)).isZero();
    }

    @Test
    void aHeaderSaysWhatGoesWrong() throws Exception {
        FakeUpstream upstream = FakeUpstream.thatAnswers(FakeUpstream.OK);
        mesh(
                new Config()
                        .cluster("c", false, upstream.address())
                        .policy(
                                "a",
                                Forward.to("c"),
                                faulty(
                                        new Fault(
                                                new Fault.Delay(null, ALL),
                                                new Fault.Abort(0, -1, ALL)),
                                        null)),
                upstream);

        assertThat(ask(GET).status()).isEqualTo(200);
        assertThat(
                        ask("GET / HTTP/1.1\r\nHost: a\r\nX-Envoy-Fault-Abort-Request: 503\r\n"
                                        + "X-Envoy-Fault-Delay-Request: 5\r\n\r\n")
                                .status())
                .isEqualTo(503);
        assertThat(
                        ask("GET / HTTP/1.1\r\nHost: a\r\nX-Envoy-Fault-Abort-Request: 503\r\n"
                                        + "X-Envoy-Fault-Abort-Request-Percentage: 0\r\n\r\n")
                                .status())
                .isEqualTo(200);
        assertThat(mesh.outcomes()).isEqualTo("{200 -=2, 503 FI=1}");
    }

    @Test
    void aGrpcCallIsToldInItsOwnWords() throws Exception {
        mesh(
                new Config()
                        .cluster("c", false)
                        .policy(
                                "a",
                                Forward.to("c"),
                                faulty(new Fault(null, new Fault.Abort(0, 14, ALL)), null)));

        Message call = ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/grpc\r\n\r\n");
        Message other = ask(GET);

        assertThat(call.header("grpc-status")).isEqualTo("14");
        assertThat(call.header("grpc-message")).isEqualTo("fault filter abort");
        assertThat(other.status()).isEqualTo(200);
        assertThat(other.body()).isEqualTo("fault filter abort");
    }

    @Test
    void aRouteWithAStatNameCountsItsOwn() throws Exception {
        FakeUpstream upstream = FakeUpstream.thatAnswers(FakeUpstream.OK);
        RoutePolicy counted =
                new RoutePolicy(
                        HeaderEdits.NONE,
                        Rewrite.NONE,
                        null,
                        null,
                        null,
                        null,
                        null,
                        List.of(),
                        List.of(),
                        "host.route.mine",
                        RoutePolicy.AttemptCount.UNTOLD);
        mesh(
                new Config()
                        .cluster("c", false, upstream.address())
                        .policy("a", Forward.to("c"), counted),
                upstream);

        ask(GET);

        var counters = mesh.stats.route(Mesh.UID, "host.route.mine");
        assertThat(counters.counters().get(RouteStat.UPSTREAM_RQ_TOTAL)).isEqualTo(1);
        assertThat(counters.counters().get(RouteStat.UPSTREAM_RQ_2XX)).isEqualTo(1);
        assertThat(counters.codes().count(200)).isEqualTo(1);
    }

    @Test
    void aListenerSaysItsPartInEveryHead() throws Exception {
        FakeUpstream upstream =
                FakeUpstream.thatAnswers(
                        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nServer: app\r\nVia: x\r\n"
                                + "Date: then\r\n\r\n");
        HttpManager manager =
                new HttpManager(
                        false,
                        false,
                        "me",
                        ServerHeader.PASS_THROUGH,
                        "fl",
                        false,
                        true,
                        Duration.ZERO);
        mesh =
                new Mesh(
                        new Config()
                                .service("a", upstream.address())
                                .outboundHttp(manager)
                                .build());
        mesh.closing(upstream);

        Message response = ask("GET / HTTP/1.1\r\nHost: a\r\nX-Request-Id: i\r\n\r\n");
        Message ours = ask("GET / HTTP/1.1\r\nHost: unknown\r\n\r\n");

        assertThat(upstream.requests.peek().header("via")).isEqualTo("fl");
        assertThat(response.header("via")).isEqualTo("x, fl");
        assertThat(response.header("server")).isEqualTo("app");
        assertThat(response.header("date")).isEqualTo("then");
        assertThat(response.header("x-request-id")).isEqualTo("i");
        assertThat(ours.has("server")).isFalse();
        assertThat(ours.has("x-request-id")).isFalse();
    }

    @Test
    void anAnswerOf400EndsItsConnection() throws Exception {
        mesh(new Config().respond("a", 400, "no").respond("b", 404, "none"));

        assertThat(ask(GET).header("connection")).isEqualTo("close");
        assertThat(ask(GET.replace("Host: a", "Host: b")).header("connection")).isEmpty();
    }

    @Test
    void theEndpointIsChosenByTheRequestAsItsRouteChangesIt() throws Exception {
        FakeUpstream upstream = FakeUpstream.thatAnswers(FakeUpstream.OK);
        HeaderEdits noCookie =
                new HeaderEdits(
                        new Side(List.of(), List.of("cookie")), HeaderEdits.NONE.response());
        HashPolicy byCookie = new HashPolicy.Cookie("id", Duration.ofSeconds(60), "", Map.of());
        mesh(
                new Config()
                        .cluster("c", false, upstream.address())
                        .policy("a", Forward.to("c"), hashed(noCookie, byCookie))
                        .policy("b", Forward.to("c"), hashed(HeaderEdits.NONE, byCookie)),
                upstream);
        String asked = GET.replace("X-Old: 1", "Cookie: id=1");

        assertThat(ask(asked).header("set-cookie")).startsWith("id=");
        assertThat(ask(asked.replace("Host: a", "Host: b")).header("set-cookie")).isEmpty();
    }

    private static RoutePolicy hashed(HeaderEdits headers, HashPolicy by) {
        return new RoutePolicy(
                headers,
                Rewrite.NONE,
                null,
                null,
                null,
                null,
                null,
                List.of(),
                List.of(by),
                "",
                RoutePolicy.AttemptCount.UNTOLD);
    }
}
