package dev.fairlead.agent.data.token;

import static dev.fairlead.agent.data.token.TestTokens.NOW;
import static dev.fairlead.agent.data.token.TestTokens.claims;
import static dev.fairlead.agent.data.token.TestTokens.forged;
import static dev.fairlead.agent.data.token.TestTokens.token;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.data.stats.Counters;
import dev.fairlead.agent.data.stats.HttpStat;
import dev.fairlead.agent.data.stats.WorkerStats;
import dev.fairlead.agent.model.token.Audiences;
import dev.fairlead.agent.model.token.JwtProvider;
import dev.fairlead.agent.model.token.JwtRequirement;
import dev.fairlead.agent.model.token.JwtRequirement.Tolerance;
import dev.fairlead.agent.model.token.TokenPlaces;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which requests bring what they must, and what becomes of them. */
class AuthenticationTest {

    private final Counters<HttpStat> counters = new WorkerStats().http("pod", "http").counters();
    private long now = NOW;
    private final PodTokens tokens = new PodTokens(() -> now);
    private final JwtProvider a = new TestTokens.Provider("a").build();
    private final JwtProvider b = new TestTokens.Provider("b").build();

    private static HttpRequest get(String path, String... headers) {
        HttpRequest request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, path);
        for (int i = 0; i < headers.length; i += 2) {
            request.headers().add(headers[i], headers[i + 1]);
        }
        return request;
    }

    private static HttpRequest bearing(String token) {
        return get("/", "authorization", "Bearer " + token);
    }

    private static JwtRequirement of(JwtProvider provider) {
        return new JwtRequirement.OfProvider(provider, null);
    }

    private JwtStatus status(HttpRequest request, JwtRequirement requirement) {
        return new Authentication(request, tokens, counters).of(requirement);
    }

    private Map<String, Object> claimsOf(HttpRequest request, JwtRequirement requirement) {
        Authentication authentication = new Authentication(request, tokens, counters);
        assertThat(authentication.of(requirement)).isEqualTo(JwtStatus.OK);
        return authentication.claims();
    }

    @Test
    void aGoodTokenIsTakenOut() {
        HttpRequest request = bearing(token(claims("a")));
        assertThat(claimsOf(request, of(a))).containsEntry("sub", "user");
        assertThat(request.headers()).isEmpty();

        HttpRequest forwarded = bearing(token(claims("a")));
        JwtProvider forwarding = new TestTokens.Provider("a").forwarding().build();
        assertThat(status(forwarded, of(forwarding))).isEqualTo(JwtStatus.OK);
        assertThat(forwarded.headers().contains("authorization")).isTrue();
    }

    @Test
    void whatDoesNotHold() {
        assertThat(status(get("/"), of(a))).isEqualTo(JwtStatus.MISSING);
        assertThat(status(get("/", "authorization", "Basic x"), of(a)))
                .isEqualTo(JwtStatus.MISSING);
        assertThat(status(bearing("x"), of(a))).isEqualTo(JwtStatus.BAD_FORMAT);
        assertThat(status(bearing(""), of(a))).isEqualTo(JwtStatus.BAD_FORMAT);
        assertThat(status(bearing(token(claims("b"))), of(a))).isEqualTo(JwtStatus.UNKNOWN_ISSUER);
        assertThat(status(bearing(forged(claims("a"))), of(a)))
                .isEqualTo(JwtStatus.VERIFICATION_FAILS);
        assertThat(status(bearing(token(claims("a", "nbf", NOW + 5))), of(a)))
                .isEqualTo(JwtStatus.NOT_YET_VALID);
        JwtProvider keyless = new TestTokens.Provider("a").keys().build();
        assertThat(status(bearing(token(claims("a"))), of(keyless)))
                .isEqualTo(JwtStatus.NO_VALID_KEYS);
    }

    @Test
    void aVerifiedTokenEndsWithItsTime() {
        String token = token(claims("a", "exp", NOW + 5));
        for (int second = 0; second <= 5; second++) {
            now = NOW + second;
            assertThat(status(bearing(token), of(a))).as("at %d", second).isEqualTo(JwtStatus.OK);
        }
        now = NOW + 6;
        assertThat(status(bearing(token), of(a))).isEqualTo(JwtStatus.EXPIRED);
        assertThat(tokens.of(a).size()).isZero();
        assertThat(counters.get(HttpStat.JWT_AUTHN_CACHE_MISS)).isEqualTo(1);
        assertThat(counters.get(HttpStat.JWT_AUTHN_CACHE_HIT)).isEqualTo(6);

        JwtProvider tolerant = new TestTokens.Provider("a").skew(60).build();
        now = NOW + 65;
        assertThat(status(bearing(token), of(tolerant))).isEqualTo(JwtStatus.OK);
        now = NOW + 66;
        assertThat(status(bearing(token), of(tolerant))).isEqualTo(JwtStatus.EXPIRED);
    }

    @Test
    void aTokenVerifiedForOneIsNoneForAnother() {
        String token = token(claims("a"));
        JwtProvider other = new TestTokens.Provider("a").keys().build();
        assertThat(status(bearing(token), of(a))).isEqualTo(JwtStatus.OK);
        assertThat(status(bearing(token), of(other))).isEqualTo(JwtStatus.NO_VALID_KEYS);
        assertThat(status(bearing(token), of(b))).isEqualTo(JwtStatus.UNKNOWN_ISSUER);
        JwtProvider forC = new TestTokens.Provider("a").audiences("c").build();
        assertThat(status(bearing(token), of(forC))).isEqualTo(JwtStatus.AUDIENCE_NOT_ALLOWED);
    }

    @Test
    void tokensAreKeptWhileTheirProviderIsAndIsUsed() {
        String token = token(claims("a"));
        assertThat(status(bearing(token), of(a))).isEqualTo(JwtStatus.OK);
        tokens.install();
        JwtProvider same = new TestTokens.Provider("a").build();
        assertThat(status(bearing(token), of(same))).isEqualTo(JwtStatus.OK);
        assertThat(counters.get(HttpStat.JWT_AUTHN_CACHE_HIT)).isEqualTo(1);
        tokens.install();
        tokens.install();
        assertThat(tokens.of(a).size()).isZero();
    }

    @Test
    void thereIsAnEndToWhatIsKept() {
        for (int i = 0; i < VerifiedTokens.MAX_TOKENS + 5; i++) {
            assertThat(status(bearing(token(claims("a", "n", i))), of(a))).isEqualTo(JwtStatus.OK);
        }
        String large = token(claims("a", "x", "y".repeat(VerifiedTokens.MAX_LENGTH)));
        assertThat(status(bearing(large), of(a))).isEqualTo(JwtStatus.OK);
        assertThat(tokens.of(a).size()).isEqualTo(VerifiedTokens.MAX_TOKENS);
    }

    @Test
    void audiences() {
        JwtProvider forC = new TestTokens.Provider("a").audiences("https://c/", "d").build();
        assertThat(status(bearing(token(claims("a", "aud", "c"))), of(forC)))
                .isEqualTo(JwtStatus.OK);
        assertThat(status(bearing(token(claims("a", "aud", List.of("x", "http://d")))), of(forC)))
                .isEqualTo(JwtStatus.OK);
        assertThat(status(bearing(token(claims("a"))), of(forC)))
                .isEqualTo(JwtStatus.AUDIENCE_NOT_ALLOWED);
        JwtRequirement instead = new JwtRequirement.OfProvider(forC, Audiences.of(List.of("e")));
        assertThat(status(bearing(token(claims("a", "aud", "c"))), instead))
                .isEqualTo(JwtStatus.AUDIENCE_NOT_ALLOWED);
    }

    @Test
    void places() {
        JwtProvider everywhere =
                new TestTokens.Provider("a")
                        .fromHeader("x-token", "")
                        .fromHeader("x-token", "jwt:")
                        .fromParameter("t")
                        .fromCookie("c")
                        .build();
        String token = token(claims("a"));

        HttpRequest inQuery = get("/p?x=1&%74=" + token + "&y=%2f");
        assertThat(status(inQuery, of(everywhere))).isEqualTo(JwtStatus.OK);
        assertThat(inQuery.uri()).isEqualTo("/p?x=1&y=%2f");
        HttpRequest onlyQuery = get("/p?t=" + token);
        assertThat(status(onlyQuery, of(everywhere))).isEqualTo(JwtStatus.OK);
        assertThat(onlyQuery.uri()).isEqualTo("/p");
        HttpRequest inCookie = get("/", "cookie", "b=1; c=\"" + token + "\"; d=2");
        assertThat(status(inCookie, of(everywhere))).isEqualTo(JwtStatus.OK);
        assertThat(inCookie.headers().get("cookie")).contains(token);
        assertThat(status(get("/", "cookie", "xc=" + token), of(everywhere)))
                .isEqualTo(JwtStatus.MISSING);
        assertThat(status(bearing(token), of(everywhere))).isEqualTo(JwtStatus.MISSING);
        JwtProvider prefixed = new TestTokens.Provider("a").fromHeader("x-token", "jwt:").build();
        assertThat(status(get("/", "x-token", "me, jwt: " + token), of(prefixed)))
                .isEqualTo(JwtStatus.OK);
    }

    /** The application might take the one that nobody verified. */
    @Test
    void everyTokenOfARequestMustHold() {
        String good = token(claims("a"));
        HttpRequest request = get("/?access_token=" + good, "authorization", "Bearer x.y.z");
        assertThat(status(request, of(a))).isEqualTo(JwtStatus.HEADER_BAD_BASE64);
        HttpRequest twice =
                get("/", "authorization", "Bearer x.y.z", "authorization", "Bearer " + good);
        assertThat(status(twice, of(a))).isNotEqualTo(JwtStatus.OK);
    }

    @Test
    void claimsInHeaders() {
        JwtProvider says =
                new TestTokens.Provider("a")
                        .payloadHeader("x-payload", true)
                        .claimHeader("x-sub", "sub")
                        .claimHeader("x-n", "n")
                        .claimHeader("x-part", "part")
                        .claimHeader("x-yes", "yes")
                        .claimHeader("x-deep", "deep.er")
                        .claimHeader("x-list", "list")
                        .claimHeader("x-evil", "evil")
                        .claimHeader("x-name", "name")
                        .claimHeader("x-none", "none")
                        .build();
        HttpRequest request =
                bearing(
                        token(
                                claims(
                                        "a",
                                        "n",
                                        12345678901L,
                                        "part",
                                        0.5,
                                        "yes",
                                        true,
                                        "deep",
                                        Map.of("er", "d"),
                                        "list",
                                        List.of(1, "b"),
                                        "evil",
                                        "a\r\nset-cookie: b",
                                        "name",
                                        "\u00fc")));
        request.headers().add("x-none", "forged").add("X-Payload", "forged");
        assertThat(status(request, of(says))).isEqualTo(JwtStatus.OK);

        assertThat(request.headers().get("x-sub")).isEqualTo("user");
        assertThat(request.headers().get("x-n")).isEqualTo("12345678901");
        assertThat(request.headers().get("x-part")).isEqualTo("0.500000");
        assertThat(request.headers().get("x-yes")).isEqualTo("true");
        assertThat(request.headers().get("x-deep")).isEqualTo("d");
        assertThat(Base64.getDecoder().decode(request.headers().get("x-list")))
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("[1,\"b\"]");
        assertThat(request.headers().contains("x-evil")).isFalse();
        assertThat(request.headers().get("x-name")).isEqualTo("\u00c3\u00bc"); // UTF-8
        assertThat(request.headers().contains("x-none")).isFalse();
        assertThat(request.headers().getAll("x-payload")).hasSize(1);
        assertThat(request.headers().get("x-payload").length() % 4).isZero();
        assertThat(request.headers().get("x-payload")).startsWith("eyJ");
    }

    @Test
    void scopesAreLists() {
        JwtProvider splits =
                new TestTokens.Provider("a").spaceDelimited("scope", "permission").build();
        assertThat(claimsOf(bearing(token(claims("a", "scope", " read  write"))), of(splits)))
                .containsEntry("scope", List.of("read", "write"))
                .containsEntry("sub", "user");
    }

    /** Istio's form: a token that is there must hold, and one must not be. */
    @Test
    void aTokenNeedNotBeThereButMustHold() {
        JwtRequirement optional = new JwtRequirement.AnyOf(List.of(of(a)), Tolerance.MISSING);
        assertThat(status(get("/"), optional)).isEqualTo(JwtStatus.OK);
        assertThat(status(bearing(token(claims("a"))), optional)).isEqualTo(JwtStatus.OK);
        assertThat(status(bearing("x"), optional)).isEqualTo(JwtStatus.BAD_FORMAT);
        assertThat(status(bearing(token(claims("c"))), optional))
                .isEqualTo(JwtStatus.UNKNOWN_ISSUER);
        JwtRequirement whatever =
                new JwtRequirement.AnyOf(List.of(of(a)), Tolerance.MISSING_OR_FAILED);
        assertThat(status(bearing("x"), whatever)).isEqualTo(JwtStatus.OK);
    }

    /** Istio's form for two issuers that look at one place. */
    @Test
    void tokensOfEitherIssuer() {
        JwtRequirement either =
                new JwtRequirement.AnyOf(
                        List.of(
                                of(a),
                                of(b),
                                new JwtRequirement.AllOf(
                                        List.of(
                                                new JwtRequirement.AnyOf(
                                                        List.of(of(a)), Tolerance.MISSING),
                                                new JwtRequirement.AnyOf(
                                                        List.of(of(b)), Tolerance.MISSING)))),
                        Tolerance.NONE);
        assertThat(claimsOf(bearing(token(claims("a"))), either)).containsEntry("iss", "a");
        assertThat(claimsOf(bearing(token(claims("b"))), either)).containsEntry("iss", "b");
        assertThat(status(get("/"), either)).isEqualTo(JwtStatus.OK);
        assertThat(status(bearing(token(claims("c"))), either)).isEqualTo(JwtStatus.UNKNOWN_ISSUER);
        assertThat(status(bearing(forged(claims("b"))), either))
                .isEqualTo(JwtStatus.VERIFICATION_FAILS);
    }

    @Test
    void anybodysTokens() {
        JwtRequirement allowed =
                new JwtRequirement.AllowMissing(
                        List.of(a, b), TokenPlaces.of(List.of(a.places(), b.places())), false);
        assertThat(status(get("/"), allowed)).isEqualTo(JwtStatus.OK);
        assertThat(status(bearing(token(claims("b"))), allowed)).isEqualTo(JwtStatus.OK);
        assertThat(status(bearing(token(claims("c"))), allowed))
                .isEqualTo(JwtStatus.UNKNOWN_ISSUER);
        assertThat(status(bearing("x"), allowed)).isEqualTo(JwtStatus.BAD_FORMAT);
        JwtRequirement failedToo =
                new JwtRequirement.AllowMissing(
                        List.of(a, b), TokenPlaces.of(List.of(a.places(), b.places())), true);
        assertThat(status(bearing("x"), failedToo)).isEqualTo(JwtStatus.OK);
    }
}
