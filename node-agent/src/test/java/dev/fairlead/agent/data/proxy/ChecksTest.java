package dev.fairlead.agent.data.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.data.stats.Counters;
import dev.fairlead.agent.data.stats.HttpStat;
import dev.fairlead.agent.data.stats.RateLimitStat;
import dev.fairlead.agent.model.listener.Filter;
import dev.fairlead.agent.model.listener.HttpFilter;
import dev.fairlead.agent.model.listener.HttpManager;
import dev.fairlead.agent.model.policy.AccessRules;
import dev.fairlead.agent.model.policy.Matcher;
import dev.fairlead.agent.model.policy.Rbac;
import dev.fairlead.agent.model.request.Cidr;
import dev.fairlead.agent.model.request.PathNormalization;
import dev.fairlead.agent.model.request.PathNormalization.EscapedSlashes;
import dev.fairlead.agent.model.route.Fault.Share;
import dev.fairlead.agent.model.route.HeaderEdits;
import dev.fairlead.agent.model.route.HeaderMatcher;
import dev.fairlead.agent.model.route.RateLimit;
import dev.fairlead.agent.model.route.StringMatcher;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Access rules and rate limits, over real sockets. */
@SuppressWarnings("NullAway.Init") // made by each test
class ChecksTest {

    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    private Mesh mesh;

    @AfterEach
    void nothingIsLeft() throws Exception {
        mesh.close();
    }

    private static HttpFilter twoInFiveHours(int enforced) {
        return new HttpFilter.Limit(
                "limit",
                new RateLimit(
                        "place",
                        "limit",
                        new RateLimit.Bucket(2, 2, Duration.ofHours(5)),
                        true,
                        List.of(),
                        20,
                        List.of(),
                        new Share(100, 100),
                        new Share(enforced, 100),
                        new RateLimit.Refusal(
                                429,
                                "slow down",
                                new HeaderEdits.Side(
                                        List.of(
                                                new HeaderEdits.Entry(
                                                        "x-why",
                                                        "quota",
                                                        HeaderEdits.Existing
                                                                .APPEND_IF_EXISTS_OR_ADD)),
                                        List.of()))));
    }

    private static HttpFilter denied(String path) {
        Rbac rbac =
                new Rbac(
                        Rbac.Action.DENY,
                        List.of(
                                new Rbac.Policy(
                                        "p",
                                        new Matcher.Text(
                                                new Matcher.Attribute.Path(),
                                                new StringMatcher.Exact(path, false)),
                                        new Matcher.Any())));
        return new HttpFilter.Access("access", new AccessRules(rbac, null));
    }

    private static Config inbound(FakeUpstream application, HttpFilter... checks) {
        return new Config()
                .service("a", application.address())
                .inbound(
                        null,
                        null,
                        new Filter.Http(
                                "http",
                                new Filter.Routes.Named("routes"),
                                Set.of(),
                                HttpManager.DEFAULT.checking(List.of(checks))));
    }

    private Wire client(Config config, FakeUpstream application) throws Exception {
        mesh = new Mesh(config.build());
        mesh.closing(application);
        return mesh.inboundClient();
    }

    private static int status(Wire wire, String request) throws Exception {
        wire.send(request);
        return wire.readResponse().status();
    }

    @Test
    void theThirdRequestIsRefusedUntilATokenHasCome() throws Exception {
        FakeUpstream application = FakeUpstream.thatAnswers(OK);
        Wire wire = client(inbound(application, twoInFiveHours(100)), application);

        assertThat(status(wire, GET)).isEqualTo(200);
        assertThat(status(wire, GET)).isEqualTo(200);
        wire.send(GET);
        Wire.Message refused = wire.readResponse();
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.body()).isEqualTo("slow down");
        assertThat(refused.header("x-why")).isEqualTo("quota");
        mesh.nanos += Duration.ofMinutes(151).toNanos();
        assertThat(status(wire, GET)).isEqualTo(200);
        assertThat(status(wire, GET)).isEqualTo(429);

        Counters<RateLimitStat> stats = mesh.stats.rateLimit(Mesh.UID, "limit");
        assertThat(stats.get(RateLimitStat.ENABLED)).isEqualTo(5);
        assertThat(stats.get(RateLimitStat.OK)).isEqualTo(3);
        assertThat(stats.get(RateLimitStat.RATE_LIMITED)).isEqualTo(2);
        assertThat(stats.get(RateLimitStat.ENFORCED)).isEqualTo(2);
        assertThat(mesh.outcomes()).contains("429 RL=2");
    }

    @Test
    void whatIsNotEnforcedIsCountedOnly() throws Exception {
        FakeUpstream application = FakeUpstream.thatAnswers(OK);
        Wire wire = client(inbound(application, twoInFiveHours(0)), application);

        for (int i = 0; i < 3; i++) {
            assertThat(status(wire, GET)).isEqualTo(200);
        }
        Counters<RateLimitStat> stats = mesh.stats.rateLimit(Mesh.UID, "limit");
        assertThat(stats.get(RateLimitStat.RATE_LIMITED)).isEqualTo(1);
        assertThat(stats.get(RateLimitStat.ENFORCED)).isZero();
    }

    @Test
    void accessRulesRefuse() throws Exception {
        FakeUpstream application = FakeUpstream.thatAnswers(OK);
        Wire wire = client(inbound(application, denied("/no")), application);

        assertThat(status(wire, GET)).isEqualTo(200);
        wire.send("GET /no?x HTTP/1.1\r\nHost: a\r\n\r\n");
        Wire.Message refused = wire.readResponse();
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.body()).isEqualTo("RBAC: access denied");
        assertThat(mesh.count(HttpStat.RBAC_ALLOWED)).isEqualTo(1);
        assertThat(mesh.count(HttpStat.RBAC_DENIED)).isEqualTo(1);
        assertThat(mesh.outcomes()).contains("403 RBAC=1");
    }

    @Test
    void theAnswerTellsWhatWasAskedAbout() throws Exception {
        FakeUpstream application = FakeUpstream.thatAnswers(OK);
        AccessRules rules =
                ((HttpFilter.Access) denied("/no"))
                        .rules()
                        .answering(
                                401,
                                "%SUBJECT% is unknown",
                                new AccessRules.Subject(
                                        List.of(new Matcher.Attribute.Header("x-user")), "nobody"));
        Wire wire =
                client(inbound(application, new HttpFilter.Access("access", rules)), application);

        wire.send("GET /no HTTP/1.1\r\nHost: a\r\nx-user: jason\r\n\r\n");
        Wire.Message refused = wire.readResponse();
        assertThat(refused.status()).isEqualTo(401);
        assertThat(refused.body()).isEqualTo("jason is unknown");
        wire.send("GET /no HTTP/1.1\r\nHost: a\r\n\r\n");
        assertThat(wire.readResponse().body()).isEqualTo("nobody is unknown");
    }

    @Test
    void rulesThatComeLaterHoldForConnectionsOfBefore() throws Exception {
        FakeUpstream application = FakeUpstream.thatAnswers(OK);
        Wire wire = client(inbound(application), application);

        assertThat(status(wire, GET)).isEqualTo(200);
        mesh.install(inbound(application, denied("/")).build());
        assertThat(status(wire, GET)).isEqualTo(403);
        mesh.install(inbound(application).build());
        assertThat(status(wire, GET)).isEqualTo(200);
    }

    private static HttpFilter rules(
            Rbac.Action action, AccessRules.Purpose purpose, Matcher permission) {
        Rbac rbac =
                new Rbac(
                        action,
                        List.of(
                                new Rbac.Policy("a", permission, new Matcher.Any()),
                                new Rbac.Policy("b", new Matcher.Any(), new Matcher.Never())));
        return new HttpFilter.Access(
                HttpFilter.ACCESS,
                purpose == AccessRules.Purpose.UNTOLD
                        ? new AccessRules(rbac, null)
                        : new AccessRules(null, rbac, purpose));
    }

    private static Matcher header(String name) {
        return new Matcher.Header(new HeaderMatcher(name, null, false));
    }

    private static Matcher from(String address) throws Exception {
        return new Matcher.RemoteAddress(new Cidr(InetAddress.getByName(address), 32));
    }

    @Test
    void rulesHoldForWhatNoRouteTakes() throws Exception {
        FakeUpstream application = FakeUpstream.thatAnswers(OK);
        Wire wire = client(inbound(application, denied("/no")), application);

        assertThat(status(wire, "GET /no HTTP/1.1\r\nHost: other\r\n\r\n")).isEqualTo(403);
        assertThat(status(wire, "GET /yes HTTP/1.1\r\nHost: other\r\n\r\n")).isEqualTo(404);
    }

    @Test
    void filtersOfOneNameAllHold() throws Exception {
        FakeUpstream application = FakeUpstream.thatAnswers(OK);
        Wire wire =
                client(
                        inbound(
                                application,
                                rules(
                                        Rbac.Action.DENY,
                                        AccessRules.Purpose.UNTOLD,
                                        header("x-deny")),
                                rules(
                                        Rbac.Action.ALLOW,
                                        AccessRules.Purpose.UNTOLD,
                                        header("x-allow"))),
                        application);

        assertThat(status(wire, "GET / HTTP/1.1\r\nHost: a\r\nx-allow: 1\r\n\r\n")).isEqualTo(200);
        assertThat(status(wire, GET)).isEqualTo(403);
        assertThat(status(wire, "GET / HTTP/1.1\r\nHost: a\r\nx-allow: 1\r\nx-deny: 1\r\n\r\n"))
                .isEqualTo(403);
        assertThat(mesh.count(HttpStat.RBAC_DENIED)).isEqualTo(2);
    }

    @Test
    void whatEachPolicyDecidesIsCountedWhereThatIsAskedFor() throws Exception {
        FakeUpstream application = FakeUpstream.thatAnswers(OK);
        HttpFilter.Access trial =
                (HttpFilter.Access)
                        rules(Rbac.Action.DENY, AccessRules.Purpose.DRY_RUN_DENY, header("x-try"));
        HttpFilter.Access denied =
                (HttpFilter.Access)
                        rules(Rbac.Action.DENY, AccessRules.Purpose.UNTOLD, header("x-deny"));
        Wire wire =
                client(
                        inbound(
                                application,
                                new HttpFilter.Access(trial.name(), trial.rules().counting(true)),
                                new HttpFilter.Access(denied.name(), denied.rules().counting(true)),
                                rules(
                                        Rbac.Action.LOG,
                                        AccessRules.Purpose.UNTOLD,
                                        new Matcher.Any())),
                        application);

        assertThat(status(wire, "GET / HTTP/1.1\r\nHost: a\r\nx-try: 1\r\n\r\n")).isEqualTo(200);
        assertThat(status(wire, "GET / HTTP/1.1\r\nHost: a\r\nx-deny: 1\r\n\r\n")).isEqualTo(403);
        assertThat(status(wire, GET)).isEqualTo(200);
        Map<String, Long> counted = new TreeMap<>();
        mesh.stats
                .http()
                .values()
                .forEach(http ->
                        http.policies()
                                .forEach((row, count) -> counted.put(row.statName(), count)));
        assertThat(counted)
                .isEqualTo(
                        Map.of(
                                "rbac.policy.a.denied", 1L,
                                "rbac.istio_dry_run_deny_policy.a.shadow_denied", 1L));
    }

    @Test
    void rulesOnTrialOnlyCount() throws Exception {
        FakeUpstream application = FakeUpstream.thatAnswers(OK);
        Wire wire =
                client(
                        inbound(
                                application,
                                rules(
                                        Rbac.Action.DENY,
                                        AccessRules.Purpose.DRY_RUN_DENY,
                                        header("x-deny")),
                                rules(
                                        Rbac.Action.ALLOW,
                                        AccessRules.Purpose.DRY_RUN_ALLOW,
                                        header("x-allow"))),
                        application);

        assertThat(status(wire, "GET / HTTP/1.1\r\nHost: a\r\nx-deny: 1\r\n\r\n")).isEqualTo(200);
        assertThat(mesh.count(HttpStat.RBAC_DRY_RUN_DENY_SHADOW_DENIED)).isEqualTo(1);
        assertThat(mesh.count(HttpStat.RBAC_DRY_RUN_ALLOW_SHADOW_DENIED)).isEqualTo(1);
        assertThat(mesh.count(HttpStat.RBAC_SHADOW_DENIED)).isZero();
        assertThat(mesh.count(HttpStat.RBAC_DENIED)).isZero();
    }

    @Test
    void whatOnlyProxiesMaySayIsGoneBeforeRulesLook() throws Exception {
        FakeUpstream application = FakeUpstream.thatAnswers(OK);
        Wire wire =
                client(
                        inbound(
                                application,
                                rules(
                                        Rbac.Action.ALLOW,
                                        AccessRules.Purpose.UNTOLD,
                                        new Matcher.AnyOf(
                                                List.of(
                                                        header("x-forwarded-client-cert"),
                                                        header("x-envoy-internal"),
                                                        header("x-envoy-peer-metadata-id"),
                                                        header("x-envoy-retry-on"))))),
                        application);

        assertThat(
                        status(
                                wire,
                                "GET / HTTP/1.1\r\nHost: a\r\nx-forwarded-client-cert: URI=spiffe://x\r\n"
                                        + "x-envoy-internal: true\r\nX_Envoy_Internal: true\r\n"
                                        + "x-envoy-peer-metadata-id: x\r\nx-envoy-retry-on: 5xx\r\n\r\n"))
                .isEqualTo(403);
    }

    @Test
    void theLastForwarderSaysWhereARequestComesFrom() throws Exception {
        FakeUpstream application = FakeUpstream.thatAnswers(OK);
        Wire wire =
                client(
                        inbound(
                                application,
                                rules(
                                        Rbac.Action.DENY,
                                        AccessRules.Purpose.UNTOLD,
                                        from("203.0.113.7"))),
                        application);

        assertThat(status(wire, forwardedFor("203.0.113.7"))).isEqualTo(403);
        assertThat(status(wire, forwardedFor("192.0.2.1, 203.0.113.7"))).isEqualTo(403);
        assertThat(status(wire, forwardedFor("192.0.2.1", " 203.0.113.7 "))).isEqualTo(403);
        assertThat(status(wire, forwardedFor("203.0.113.7,192.0.2.1"))).isEqualTo(200);
        assertThat(status(wire, forwardedFor("203.0.113.7", "192.0.2.1"))).isEqualTo(200);
        assertThat(status(wire, forwardedFor("203.0.113.7x"))).isEqualTo(200);
        assertThat(status(wire, GET)).isEqualTo(200);
    }

    private static String forwardedFor(String... lines) {
        StringBuilder request = new StringBuilder("GET / HTTP/1.1\r\nHost: a\r\n");
        for (String line : lines) {
            request.append("x-forwarded-for: ").append(line).append("\r\n");
        }
        return request.append("\r\n").toString();
    }

    @Test
    void thePathIsWrittenInOneWayBeforeRulesAndForwardedSo() throws Exception {
        FakeUpstreamThatRecords application = new FakeUpstreamThatRecords(OK);
        Filter.Http http =
                new Filter.Http(
                        "http",
                        new Filter.Routes.Named("routes"),
                        Set.of(),
                        HttpManager.DEFAULT
                                .checking(List.of(denied("/private")))
                                .normalizing(
                                        new PathNormalization(
                                                true, true, EscapedSlashes.REDIRECT)));
        mesh =
                new Mesh(
                        new Config()
                                .service("a", application.address())
                                .inbound(null, null, http)
                                .build());
        mesh.closing(application);
        Wire wire = mesh.inboundClient();

        for (String path :
                List.of(
                        "/private",
                        "/public/../private",
                        "/public/%2e%2e/private",
                        "//private",
                        "/./private?x=1",
                        "/%70rivate",
                        "/public\\..\\private")) {
            assertThat(status(wire, get(path))).as(path).isEqualTo(403);
        }
        assertThat(status(wire, get("/a/../b//c?d=//e"))).isEqualTo(200);
        assertThat(application.seen()).containsExactly("GET /b/c?d=//e");
        wire.send(get("/public%2fx"));
        Wire.Message redirect = wire.readResponse();
        assertThat(redirect.status()).isEqualTo(307);
        assertThat(redirect.header("location")).isEqualTo("/public/x");
        assertThat(status(wire, get("/a%00"))).isEqualTo(400);
    }

    private static String get(String path) {
        return "GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n";
    }

    @Test
    void aRequestUnderWayThatNewRulesRefuseEnds() throws Exception {
        FakeUpstream application =
                new FakeUpstream(up -> {
                    up.readRequest();
                    up.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n");
                    up.rest();
                });
        Wire wire = client(inbound(application), application);
        wire.send(GET);
        assertThat(wire.readHead().status()).isEqualTo(200);

        mesh.install(inbound(application, denied("/other")).build());
        assertThat(mesh.count(HttpStat.RBAC_REVOKED)).isZero();
        mesh.install(inbound(application, denied("/")).build());
        assertThat(wire.end()).isEqualTo("RST");
        assertThat(mesh.count(HttpStat.RBAC_REVOKED)).isEqualTo(1);
    }

    @Test
    void oneThatWaitsForItsAnswerIsRefused() throws Exception {
        FakeUpstream application = new FakeUpstream(Wire::rest);
        Wire wire = client(inbound(application), application);
        wire.send(GET);
        Mesh.await("request", () -> application.connections.get() == 1);

        mesh.install(inbound(application, denied("/")).build());
        assertThat(wire.readResponse().status()).isEqualTo(403);
        assertThat(mesh.outcomes()).isEqualTo("{403 RBAC=1}");
    }
}
