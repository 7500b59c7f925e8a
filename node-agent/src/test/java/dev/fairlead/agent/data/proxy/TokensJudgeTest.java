package dev.fairlead.agent.data.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Empty;
import com.google.protobuf.util.JsonFormat;
import dev.fairlead.agent.control.xds.compile.CompiledTokens;
import dev.fairlead.agent.data.token.TestTokens;
import dev.fairlead.agent.model.listener.Filter;
import dev.fairlead.agent.model.listener.HttpFilter;
import dev.fairlead.agent.model.listener.HttpManager;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtClaimToHeader;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtHeader;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtProvider;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtRequirement;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtRequirementAndList;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtRequirementOrList;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.ProviderWithAudiences;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.RequirementRule;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The judge: a real Envoy with the same generated filters, asked the same generated requests, says
 * the same, and sends the same on.
 */
@Tag("envoy")
class TokensJudgeTest {

    private static final int FILTERS = 40;
    private static final int REQUESTS = 60;
    private static final Set<String> COMPARED =
            Set.of(
                    "authorization",
                    "x-token",
                    "x-payload",
                    "x-sub",
                    "x-n",
                    "x-deep",
                    "x-list",
                    "x-b",
                    "cookie");

    private final SplittableRandom random = new SplittableRandom(7);
    private long now = Instant.now().getEpochSecond();

    @TempDir Path folder;

    /** What a client got, and what the application did. */
    private record Seen(
            int status, String body, String challenge, String path, Map<String, String> headers) {}

    @Test
    void saysTheSameOfTokens() throws Exception {
        JudgeEnvoy.require(TokensJudgeTest.class);
        List<JwtAuthentication> filters = new ArrayList<>();
        for (int i = 0; i < FILTERS; i++) {
            filters.add(filter());
        }
        List<String> differences = new ArrayList<>();
        Map<String, Integer> answers = new TreeMap<>();
        try (FakeUpstream theirs = FakeUpstream.thatAnswers(FakeUpstream.OK);
                JudgeEnvoy envoy =
                        new JudgeEnvoy(folder, resources(filters, theirs.address().getPort()))) {
            for (int i = 0; i < FILTERS; i++) {
                try (Wire toEnvoy = new Wire(envoy.connect("l" + i))) {
                    compare(filters.get(i), toEnvoy, theirs, differences, answers);
                }
            }
        }
        assertThat(differences).isEmpty();
        assertThat(answers.keySet()).hasSizeGreaterThan(12); // the generator reaches them all
    }

    private void compare(
            JwtAuthentication filter,
            Wire toEnvoy,
            FakeUpstream theirs,
            List<String> differences,
            Map<String, Integer> answers)
            throws Exception {
        FakeUpstream ours = FakeUpstream.thatAnswers(FakeUpstream.OK);
        Config config =
                new Config()
                        .service("a", ours.address())
                        .inbound(
                                null,
                                null,
                                new Filter.Http(
                                        "http",
                                        new Filter.Routes.Named("routes"),
                                        Set.of(),
                                        HttpManager.DEFAULT.checking(
                                                List.of(
                                                        new HttpFilter.Tokens(
                                                                "jwt",
                                                                CompiledTokens.of(filter))))));
        try (Mesh mesh = new Mesh(config.build())) {
            mesh.closing(ours);
            Wire toAgent = mesh.inboundClient();
            for (int i = 0; i < REQUESTS; i++) {
                now = Instant.now().getEpochSecond();
                mesh.epochSeconds = now;
                String request = request();
                Seen said = ask(toEnvoy, request, theirs);
                Seen saidHere = ask(toAgent, request, ours);
                answers.merge(said.status + " " + said.body, 1, Integer::sum);
                if (!said.equals(saidHere)) {
                    differences.add(
                            "\nfilter:\n"
                                    + filter
                                    + "request:\n"
                                    + request
                                    + "envoy: "
                                    + said
                                    + "\nagent: "
                                    + saidHere);
                }
            }
        }
    }

    private static Seen ask(Wire wire, String request, FakeUpstream application) throws Exception {
        application.requests.clear();
        wire.send(request);
        Wire.Message answer = wire.readResponse();
        Wire.Message sent = application.requests.poll();
        Map<String, String> headers = new TreeMap<>();
        String path = "";
        if (sent != null) {
            path = path(sent.start().split(" ")[1]);
            for (String name : COMPARED) {
                if (sent.has(name)) {
                    headers.put(name, sent.header(name));
                }
            }
        }
        return new Seen(
                answer.status(), answer.body(), answer.header("www-authenticate"), path, headers);
    }

    /** Envoy sorts the parameters of a query that it takes something out of. */
    private static String path(String target) {
        int query = target.indexOf('?');
        return query < 0 || query == target.length() - 1
                ? target.replace("?", "")
                : target.substring(0, query)
                        + new TreeSet<>(List.of(target.substring(query + 1).split("&")));
    }

    private <T> T of(List<T> values) {
        return values.get(random.nextInt(values.size()));
    }

    private boolean some(int percent) {
        return random.nextInt(100) < percent;
    }

    // --- filters

    private JwtAuthentication filter() {
        var filter = JwtAuthentication.newBuilder().setBypassCorsPreflight(some(50));
        for (int i = 0; i < 3; i++) {
            filter.putProviders("p" + i, provider());
        }
        JwtRequirement requirement = requirement(0);
        if (asksAnybody(requirement)) { // of two of one issuer Envoy asks either
            for (int i = 0; i < 3; i++) {
                filter.putProviders(
                        "p" + i,
                        filter.getProvidersOrThrow("p" + i).toBuilder()
                                .setIssuer(List.of("a", "b", "").get(i))
                                .build());
            }
        }
        if (some(30)) {
            filter.addRules(
                    RequirementRule.newBuilder()
                            .setMatch(RouteMatch.newBuilder().setPrefix("/free")));
        }
        return filter.addRules(
                        RequirementRule.newBuilder()
                                .setMatch(RouteMatch.newBuilder().setPrefix("/"))
                                .setRequires(requirement))
                .build();
    }

    private static boolean asksAnybody(JwtRequirement requirement) {
        return switch (requirement.getRequiresTypeCase()) {
            case ALLOW_MISSING, ALLOW_MISSING_OR_FAILED -> true;
            case REQUIRES_ANY ->
                    requirement.getRequiresAny().getRequirementsList().stream()
                                    .allMatch(TokensJudgeTest::asksAnybody)
                            || requirement.getRequiresAny().getRequirementsList().stream()
                                    .anyMatch(part ->
                                            (part.hasRequiresAny() || part.hasRequiresAll())
                                                    && asksAnybody(part));
            case REQUIRES_ALL ->
                    requirement.getRequiresAll().getRequirementsList().stream()
                            .anyMatch(TokensJudgeTest::asksAnybody);
            default -> false;
        };
    }

    private JwtProvider provider() {
        var provider =
                JwtProvider.newBuilder()
                        .setIssuer(of(List.of("a", "a", "b", "")))
                        .setLocalJwks(DataSource.newBuilder().setInlineString(TestTokens.keySet()))
                        .setForward(some(40))
                        .setPayloadInMetadata("payload")
                        .setClockSkewSeconds(of(List.of(0, 5)));
        if (some(40)) {
            provider.addAllAudiences(of(List.of(List.of("x"), List.of("https://x/", "y"))));
        }
        if (some(40)) {
            provider.addFromHeaders(
                    of(
                            List.of(
                                    JwtHeader.newBuilder().setName("x-token").build(),
                                    JwtHeader.newBuilder()
                                            .setName("X-Token")
                                            .setValuePrefix("jwt ")
                                            .build(),
                                    JwtHeader.newBuilder()
                                            .setName("authorization")
                                            .setValuePrefix("Bearer ")
                                            .build())));
        }
        if (some(30)) {
            provider.addFromParams("t");
        }
        if (some(20)) {
            provider.addFromCookies("c");
        }
        if (some(40)) {
            provider.setForwardPayloadHeader("x-payload").setPadForwardPayloadHeader(some(50));
        }
        if (some(50)) {
            Map.of("x-sub", "sub", "x-n", "n", "x-deep", "deep.er", "x-list", "list", "x-b", "b")
                    .forEach((header, claim) ->
                            provider.addClaimToHeaders(
                                    JwtClaimToHeader.newBuilder()
                                            .setHeaderName(header)
                                            .setClaimName(claim)));
        }
        return provider.build();
    }

    private JwtRequirement requirement(int depth) {
        var requirement = JwtRequirement.newBuilder();
        return switch (random.nextInt(depth > 1 ? 4 : 7)) {
            case 0 -> named();
            case 1 ->
                    requirement
                            .setProviderAndAudiences(
                                    ProviderWithAudiences.newBuilder()
                                            .setProviderName("p" + random.nextInt(3))
                                            .addAllAudiences(of(List.of(List.of(), List.of("y")))))
                            .build();
            case 2 -> requirement.setAllowMissing(Empty.getDefaultInstance()).build();
            case 3 -> requirement.setAllowMissingOrFailed(Empty.getDefaultInstance()).build();
            case 4 -> any(named(), requirement.setAllowMissing(Empty.getDefaultInstance()).build());
            case 5 -> any(requirement(depth + 1), requirement(depth + 1));
            default ->
                    requirement
                            .setRequiresAll(
                                    JwtRequirementAndList.newBuilder()
                                            .addRequirements(requirement(depth + 1))
                                            .addRequirements(requirement(depth + 1)))
                            .build();
        };
    }

    private JwtRequirement named() {
        return JwtRequirement.newBuilder().setProviderName("p" + random.nextInt(3)).build();
    }

    private static JwtRequirement any(JwtRequirement one, JwtRequirement other) {
        return JwtRequirement.newBuilder()
                .setRequiresAny(
                        JwtRequirementOrList.newBuilder()
                                .addRequirements(one)
                                .addRequirements(other))
                .build();
    }

    // --- requests

    private String request() {
        String query = some(20) ? "?q=1" : "";
        var head = new StringBuilder();
        boolean authorized = false; // Envoy makes one of two, of which none is then a token
        for (int i = of(List.of(0, 1, 1, 1, 1, 2)); i > 0; i--) {
            String token = token();
            switch (random.nextInt(authorized ? 2 : 0, 7)) {
                case 0, 1 -> {
                    head.append("Authorization: Bearer ").append(token).append("\r\n");
                    authorized = true;
                }
                case 2 -> head.append("X-Token: ").append(token).append("\r\n");
                case 3 -> head.append("X-Token: jwt ").append(token).append("\r\n");
                case 4 -> query = with(query, "t", token);
                case 5 -> query = with(query, "access_token", token);
                default -> head.append("Cookie: d=1; c=").append(token).append("\r\n");
            }
        }
        if (some(10)) {
            head.append("x-sub: forged\r\nx-payload: forged\r\n");
        }
        if (some(5) && !authorized) {
            head.append("Authorization: ")
                    .append(of(List.of("Basic abc", "Bearer", "bearer x")))
                    .append("\r\n");
        }
        boolean preflight = some(5);
        if (preflight) {
            head.append("Origin: http://o\r\nAccess-Control-Request-Method: GET\r\n");
        }
        return (preflight ? "OPTIONS " : "GET ")
                + of(List.of("/", "/p", "/free"))
                + query
                + " HTTP/1.1\r\nHost: a\r\n"
                + head
                + "\r\n";
    }

    private static String with(String query, String name, String value) {
        return query
                + (query.isEmpty() ? "?" : "&")
                + name
                + "="
                + value.replaceAll("[^-_.A-Za-z0-9]", "");
    }

    private String token() {
        Map<String, Object> claims = TestTokens.claims(of(List.of("a", "a", "a", "b", "c")));
        claims.put("exp", now + of(List.of(3600, 3600, 3600, 3600, -33, -3600)));
        if (some(15)) {
            claims.put("nbf", now + of(List.of(-100, 33, 3600)));
        }
        if (some(40)) {
            claims.put("aud", of(List.<Object>of("x", "https://y/", List.of("z", "x"), List.of())));
        }
        if (some(40)) {
            claims.put("n", of(List.<Object>of(1, 0.5, -3, 12345678901L)));
            claims.put("deep", of(List.<Object>of(Map.of("er", "d"), Map.of("er", true), "d")));
            claims.put("list", List.of(1, "b"));
            claims.put("b", of(List.<Object>of(true, false, Map.of("k", "v"))));
        }
        if (some(12)) {
            claims.put(
                    of(List.of("exp", "nbf", "iat", "iss", "sub", "jti", "aud")),
                    of(List.<Object>of("text", -1, List.of(1), true, 1e30)));
        }
        if (some(10)) {
            claims.remove(of(List.of("exp", "iss", "sub")));
        }
        String token = some(12) ? TestTokens.forged(claims) : TestTokens.token(claims);
        if (some(80)) {
            return token;
        }
        String[] parts = token.split("\\.");
        return switch (random.nextInt(9)) {
            case 0 -> "x";
            case 1 -> parts[0] + "." + parts[1];
            case 2 -> token + ".x";
            case 3 -> "*" + token;
            case 4 -> parts[0] + ".*." + parts[2];
            case 5 -> parts[0] + "." + parts[1] + ".*";
            case 6 ->
                    base64(
                                    of(
                                            List.of(
                                                    "{}",
                                                    "[]",
                                                    "{\"alg\":1}",
                                                    "{\"alg\":\"none\"}",
                                                    "{\"alg\":\"HS256\"}",
                                                    "{\"alg\":\"RS256\",\"kid\":1}",
                                                    "{\"alg\":\"RS256\",\"kid\":\"z\"}",
                                                    "{\"alg\":\"RS512\"}",
                                                    "{")))
                            + "."
                            + parts[1]
                            + "."
                            + parts[2];
            case 7 -> parts[0] + "." + base64(of(List.of("{", "[]", "1"))) + "." + parts[2];
            default -> token.substring(0, token.length() - 4) + "AAAA";
        };
    }

    private static String base64(String text) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    // --- Envoy

    private static String resources(List<JwtAuthentication> filters, int upstream)
            throws IOException {
        var listeners = new StringBuilder();
        for (int i = 0; i < filters.size(); i++) {
            String filter = JsonFormat.printer().print(filters.get(i)).strip();
            listeners
                    .append(i == 0 ? "" : ",")
                    .append(
                            """
                            {"name": "l%d", "address": {"socket_address": {"address": "127.0.0.1", "port_value": 0}},
                             "filter_chains": [{"filters": [{"name": "http", "typed_config": {
                               "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
                               "stat_prefix": "http", "codec_type": "HTTP1",
                               "route_config": {"virtual_hosts": [{"name": "a", "domains": ["*"],
                                 "routes": [{"match": {"prefix": "/"}, "route": {"cluster": "a"}}]}]},
                               "http_filters": [
                                 {"name": "jwt", "typed_config": {
                                   "@type": "type.googleapis.com/envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication",
                                   %s},
                                 {"name": "router", "typed_config": {
                                   "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"}}]}}]}]}
                            """
                                    .formatted(i, filter.substring(1)));
        }
        return """
        {"listeners": [%s], "clusters": [{"name": "a", "type": "STATIC",
          "load_assignment": {"cluster_name": "a", "endpoints": [{"lb_endpoints": [{"endpoint": {
            "address": {"socket_address": {"address": "127.0.0.1", "port_value": %d}}}}]}]}}]}
        """
                .formatted(listeners, upstream);
    }
}
