package dev.fairlead.agent.model.route;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Pattern;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class RouteMatchTest {

    private static boolean matches(RouteMatch match, TestRequest request) {
        int query = request.path().indexOf('?');
        int length = query < 0 ? request.path().length() : query;
        return match.matches(request, length, Map.of("app", "productpage", "version", "v1"));
    }

    private static RouteMatch path(PathMatcher path) {
        return new RouteMatch(path, List.of(), Map.of());
    }

    @ParameterizedTest
    @CsvSource({
        "prefix, /api,       false, /api/v1,    true",
        "prefix, /api,       false, /apiary,    true",
        "prefix, /api,       false, /API,       false",
        "prefix, /api,       true,  /API/x,     true",
        "prefix, /api/v1,    false, /api?v1,    false",
        "exact,  /api,       false, /api,       true",
        "exact,  /api,       false, /api?x=1,   true",
        "exact,  /api,       false, /api/,      false",
        "exact,  /api,       true,  /Api,       true",
        "regex,  /api/[0-9]+, false, /api/12,    true",
        "regex,  /api/[0-9]+, false, /api/12?a,  true",
        "regex,  /api/[0-9]+, false, /api/12/x,  false",
        "regex,  /api,       false, /x/api,     false",
    })
    void theQueryTakesNoPart(
            String kind, String pattern, boolean ignoreCase, String path, boolean expected) {
        PathMatcher matcher =
                switch (kind) {
                    case "prefix" -> new PathMatcher.Prefix(pattern, ignoreCase);
                    case "exact" -> new PathMatcher.Exact(pattern, ignoreCase);
                    default -> new PathMatcher.Regex(Pattern.compile(pattern));
                };

        assertThat(matches(path(matcher), TestRequest.get(path))).isEqualTo(expected);
    }

    static Stream<Arguments> headers() {
        var jason = new StringMatcher.Exact("jason", false);
        var anyCase = new StringMatcher.Exact("jason", true);
        var prefix = new StringMatcher.Prefix("ja", false);
        var regex = new StringMatcher.Regex(Pattern.compile("j.*n"));
        return Stream.of(
                Arguments.of(new HeaderMatcher("user", jason, false), "jason", true),
                Arguments.of(new HeaderMatcher("user", jason, false), "Jason", false),
                Arguments.of(new HeaderMatcher("user", anyCase, false), "JASON", true),
                Arguments.of(new HeaderMatcher("user", prefix, false), "james", true),
                Arguments.of(new HeaderMatcher("user", prefix, false), "j", false),
                Arguments.of(new HeaderMatcher("user", regex, false), "jon", true),
                Arguments.of(new HeaderMatcher("user", regex, false), "xjon", false),
                Arguments.of(new HeaderMatcher("user", jason, true), "other", true),
                Arguments.of(new HeaderMatcher("user", jason, true), "jason", false),
                Arguments.of(new HeaderMatcher("user", null, false), "", true),
                Arguments.of(new HeaderMatcher("user", null, true), "x", false),
                Arguments.of(new HeaderMatcher("other", null, false), "x", false),
                Arguments.of(new HeaderMatcher("other", null, true), "x", true),
                // what is not there fails a test on its value, inverted or not
                Arguments.of(new HeaderMatcher("other", jason, false), "x", false),
                Arguments.of(new HeaderMatcher("other", jason, true), "x", false));
    }

    @ParameterizedTest
    @MethodSource("headers")
    void headersAreTestedAsEnvoyDoes(HeaderMatcher header, String value, boolean expected) {
        var match = new RouteMatch(new PathMatcher.Prefix("/", false), List.of(header), Map.of());

        assertThat(matches(match, TestRequest.get("/").with("user", value))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({":method, POST", ":authority, reviews:9080", ":scheme, http", ":path, /x?y=1"})
    void pseudoHeadersAreThoseOfTheRequest(String name, String value) {
        var header = new HeaderMatcher(name, new StringMatcher.Exact(value, false), false);
        var match = new RouteMatch(new PathMatcher.Prefix("/", false), List.of(header), Map.of());

        assertThat(matches(match, TestRequest.get("/x?y=1").by("POST"))).isTrue();
    }

    @Test
    void everyTestMustPass() {
        var yes = new HeaderMatcher("a", null, false);
        var no = new HeaderMatcher("b", null, false);
        var both = new RouteMatch(new PathMatcher.Prefix("/", false), List.of(yes, no), Map.of());

        assertThat(matches(both, TestRequest.get("/").with("a", "1"))).isFalse();
        assertThat(matches(both, TestRequest.get("/").with("a", "1").with("b", "1"))).isTrue();
    }

    @Test
    void theCallersPodMustHaveTheLabels() {
        var prefix = new PathMatcher.Prefix("/", false);
        var mine = new RouteMatch(prefix, List.of(), Map.of("app", "productpage"));
        var others =
                new RouteMatch(prefix, List.of(), Map.of("app", "productpage", "version", "v2"));

        assertThat(matches(mine, TestRequest.get("/"))).isTrue();
        assertThat(matches(others, TestRequest.get("/"))).isFalse();
    }
}
