package dev.fairlead.agent.data.proxy;

import static dev.fairlead.agent.data.token.TestTokens.NOW;
import static dev.fairlead.agent.data.token.TestTokens.claims;
import static dev.fairlead.agent.data.token.TestTokens.token;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.data.stats.HttpStat;
import dev.fairlead.agent.data.token.TestTokens;
import dev.fairlead.agent.model.listener.Filter;
import dev.fairlead.agent.model.listener.HttpFilter;
import dev.fairlead.agent.model.listener.HttpManager;
import dev.fairlead.agent.model.policy.AccessRules;
import dev.fairlead.agent.model.policy.ClaimTest;
import dev.fairlead.agent.model.policy.Matcher;
import dev.fairlead.agent.model.policy.Rbac;
import dev.fairlead.agent.model.route.PathMatcher;
import dev.fairlead.agent.model.route.RouteMatch;
import dev.fairlead.agent.model.route.StringMatcher;
import dev.fairlead.agent.model.token.Audiences;
import dev.fairlead.agent.model.token.JwtAuthn;
import dev.fairlead.agent.model.token.JwtProvider;
import dev.fairlead.agent.model.token.JwtRequirement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** End users' tokens, over real sockets. */
@SuppressWarnings("NullAway.Init") // made by each test
class TokensTest {

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    private Mesh mesh;

    @AfterEach
    void nothingIsLeft() throws Exception {
        mesh.close();
    }

    private static Config inbound(
            FakeUpstream application, JwtProvider provider, String body, HttpFilter... more) {
        List<HttpFilter> filters = new ArrayList<>();
        JwtAuthn authn =
                new JwtAuthn(
                        List.of(
                                new JwtAuthn.Rule(
                                        new RouteMatch(
                                                new PathMatcher.Prefix("/free", false),
                                                List.of(),
                                                Map.of()),
                                        null),
                                new JwtAuthn.Rule(
                                        new RouteMatch(
                                                new PathMatcher.Prefix("/", false),
                                                List.of(),
                                                Map.of()),
                                        new JwtRequirement.OfProvider(provider, null))),
                        true,
                        body);
        filters.add(new HttpFilter.Tokens("jwt", authn));
        filters.addAll(List.of(more));
        return new Config()
                .service("a", application.address())
                .inbound(
                        null,
                        null,
                        new Filter.Http(
                                "http",
                                new Filter.Routes.Named("routes"),
                                Set.of(),
                                HttpManager.DEFAULT.checking(filters)));
    }

    private Wire client(String body) throws Exception {
        FakeUpstream application = FakeUpstream.thatAnswers(OK);
        Config config = inbound(application, new TestTokens.Provider("issuer").build(), body);
        mesh = new Mesh(config.build());
        mesh.closing(application);
        return mesh.inboundClient();
    }

    private static String get(String path, String... headers) {
        return "GET " + path + " HTTP/1.1\r\nHost: a\r\n" + String.join("", headers) + "\r\n";
    }

    private static String bearer(String token) {
        return "Authorization: Bearer " + token + "\r\n";
    }

    private static int status(Wire wire, String request) throws Exception {
        wire.send(request);
        return wire.readResponse().status();
    }

    @Test
    void aRequestWithoutATokenIsRefused() throws Exception {
        Wire wire = client("");
        wire.send(get("/x?y=1"));
        Wire.Message refused = wire.readResponse();

        assertThat(refused.status()).isEqualTo(401);
        assertThat(refused.body()).isEqualTo("Jwt is missing");
        assertThat(refused.header("www-authenticate")).isEqualTo("Bearer realm=\"http://a/x?y=1\"");
        assertThat(mesh.count(HttpStat.JWT_AUTHN_DENIED)).isEqualTo(1);
        assertThat(mesh.outcomes()).contains("401 AUTHN=1");
    }

    @Test
    void aBadTokenIsRefusedAndTheConnectionGoesOn() throws Exception {
        Wire wire = client("");
        wire.send(get("/", bearer("x.y")));
        Wire.Message refused = wire.readResponse();

        assertThat(refused.status()).isEqualTo(401);
        assertThat(refused.body()).startsWith("Jwt is not in the form");
        assertThat(refused.header("www-authenticate"))
                .isEqualTo("Bearer realm=\"http://a/\", error=\"invalid_token\"");
        assertThat(status(wire, get("/", bearer(token(claims("issuer")))))).isEqualTo(200);
        assertThat(status(wire, get("/free"))).isEqualTo(200);
        assertThat(mesh.count(HttpStat.JWT_AUTHN_ALLOWED)).isEqualTo(2);
    }

    @Test
    void oldPoliciesSayItInTheirWords() throws Exception {
        Wire wire = client("Origin authentication failed.");
        wire.send(get("/"));
        assertThat(wire.readResponse().body()).isEqualTo("Origin authentication failed.");
    }

    @Test
    void aTokenThatEndsIsGoodUntilThen() throws Exception {
        Wire wire = client("");
        String request = get("/", bearer(token(claims("issuer", "exp", NOW + 5))));
        for (int second = 0; second < 5; second++) {
            mesh.epochSeconds = NOW + second;
            assertThat(status(wire, request)).isEqualTo(200);
        }
        mesh.epochSeconds = NOW + 6;
        wire.send(request);
        Wire.Message refused = wire.readResponse();
        assertThat(refused.status()).isEqualTo(401);
        assertThat(refused.body()).isEqualTo("Jwt is expired");
    }

    @Test
    void anotherAudienceIsForbidden() throws Exception {
        FakeUpstream application = FakeUpstream.thatAnswers(OK);
        JwtProvider provider = new TestTokens.Provider("issuer").build();
        JwtProvider forC =
                new JwtProvider(
                        "p",
                        "issuer",
                        Audiences.of(List.of("c")),
                        provider.keys(),
                        provider.places(),
                        false,
                        "",
                        false,
                        List.of(),
                        true,
                        List.of(),
                        0);
        mesh = new Mesh(inbound(application, forC, "").build());
        mesh.closing(application);
        Wire wire = mesh.inboundClient();
        wire.send(get("/", bearer(token(claims("issuer", "aud", "d")))));
        Wire.Message refused = wire.readResponse();
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.body()).isEqualTo("Audiences in Jwt are not allowed");
    }

    @Test
    void preflightsBringNoCredentials() throws Exception {
        Wire wire = client("");
        String preflight =
                "OPTIONS / HTTP/1.1\r\nHost: a\r\nOrigin: http://b\r\n"
                        + "Access-Control-Request-Method: GET\r\n\r\n";
        assertThat(status(wire, preflight)).isEqualTo(200);
        assertThat(mesh.count(HttpStat.JWT_AUTHN_CORS_PREFLIGHT_BYPASSED)).isEqualTo(1);
        assertThat(status(wire, "OPTIONS / HTTP/1.1\r\nHost: a\r\nOrigin: http://b\r\n\r\n"))
                .isEqualTo(401);
    }

    @Test
    void aGrpcClientIsToldSo() throws Exception {
        Wire wire = client("");
        wire.send(
                "POST /s/m HTTP/1.1\r\nHost: a\r\ncontent-type: application/grpc\r\n"
                        + "Content-Length: 0\r\n\r\n");
        Wire.Message refused = wire.readResponse();
        assertThat(refused.status()).isEqualTo(200);
        assertThat(refused.header("grpc-status")).isEqualTo("16");
        assertThat(refused.header("grpc-message")).isEqualTo("Jwt is missing");
    }

    @Test
    void accessRulesSeeWhatAVerifiedTokenSays() throws Exception {
        FakeUpstream application = FakeUpstream.thatAnswers(OK);
        Rbac admins =
                new Rbac(
                        Rbac.Action.ALLOW,
                        List.of(
                                new Rbac.Policy(
                                        "admins",
                                        new Matcher.Any(),
                                        new Matcher.Claim(
                                                List.of("groups"),
                                                new ClaimTest.Element(
                                                        new ClaimTest.Text(
                                                                new StringMatcher.Exact(
                                                                        "admin", false)))))));
        mesh =
                new Mesh(
                        inbound(
                                        application,
                                        new TestTokens.Provider("issuer").build(),
                                        "",
                                        new HttpFilter.Access(
                                                "rbac", new AccessRules(admins, null)))
                                .build());
        mesh.closing(application);
        Wire wire = mesh.inboundClient();

        String admin = token(claims("issuer", "groups", List.of("user", "admin")));
        assertThat(status(wire, get("/", bearer(admin)))).isEqualTo(200);
        String user = token(claims("issuer", "groups", List.of("user")));
        assertThat(status(wire, get("/", bearer(user)))).isEqualTo(403);
        assertThat(status(wire, get("/free", bearer(admin)))).isEqualTo(403); // nobody verified it
        assertThat(status(wire, get("/", bearer(admin)))).isEqualTo(200);
    }

    @Test
    void theApplicationDoesNotSeeTheToken() throws Exception {
        FakeUpstream application = FakeUpstream.thatAnswers(OK);
        JwtProvider says =
                new TestTokens.Provider("issuer").payloadHeader("x-payload", false).build();
        mesh = new Mesh(inbound(application, says, "").build());
        mesh.closing(application);
        Wire wire = mesh.inboundClient();
        String token = token(claims("issuer"));
        assertThat(status(wire, get("/p?access_token=" + token + "&y=1", "x-payload: me\r\n")))
                .isEqualTo(200);

        Wire.Message seen = application.requests.remove();
        assertThat(seen.start()).isEqualTo("GET /p?y=1 HTTP/1.1");
        assertThat(seen.header("x-payload")).isEqualTo(token.split("\\.")[1]);
    }
}
