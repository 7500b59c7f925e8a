package dev.fairlead.agent.model.route;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Pattern;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;

/** What is looked up is what asking every route in order would have found. */
class RouteIndexTest {

    @Provide
    Arbitrary<String> paths() {
        // "Aa" and "BB" share a hash
        return Arbitraries.of("", "a", "A", "Aa", "BB", "/", "/a", "/b/")
                .list()
                .ofMinSize(0)
                .ofMaxSize(4)
                .map(parts -> "/" + String.join("", parts));
    }

    @Provide
    Arbitrary<List<Route>> routes() {
        Arbitrary<PathMatcher> matchers =
                Combinators.combine(
                                paths(),
                                Arbitraries.of("exact", "prefix", "begins", "regex", "connect"),
                                Arbitraries.of(false, false, false, true))
                        .as((path, kind, ignoreCase) ->
                                switch (kind) {
                                    case "exact" -> new PathMatcher.Exact(path, ignoreCase);
                                    case "prefix" -> new PathMatcher.Prefix(path, ignoreCase);
                                    case "begins" -> new PathMatcher.Prefix("", ignoreCase);
                                    case "regex" ->
                                            new PathMatcher.Regex(Pattern.compile(path + "[a-z]*"));
                                    default -> new PathMatcher.Connect();
                                });
        return Combinators.combine(matchers, Arbitraries.of(false, false, true))
                .as((path, labelled) ->
                        new RouteMatch(
                                path,
                                List.of(),
                                labelled ? Map.of("nobody", "has") : Map.<String, String>of()))
                .map(match -> new Route("", match, RouteAction.Forward.to("c"), Duration.ZERO))
                .list()
                .ofMinSize(0)
                .ofMaxSize(40);
    }

    @Property(tries = 2000)
    @SuppressWarnings("ReferenceEquality")
    void findsTheFirstThatMatches(
            @ForAll("routes") List<Route> routes,
            @ForAll("paths") String path,
            @ForAll("queries") String query,
            @ForAll boolean connect) {
        var request = TestRequest.get(path + query).by(connect ? "CONNECT" : "GET");

        Route found = new RouteIndex(routes).first(request, path + query, path.length(), Map.of());

        assertThat(found == inOrder(routes, request, path.length())).isTrue();
    }

    @Provide
    Arbitrary<String> queries() {
        return Arbitraries.of("", "?", "?x=/a/b");
    }

    private static @Nullable Route inOrder(
            List<Route> routes, TestRequest request, int pathLength) {
        for (Route route : routes) {
            if (route.match().matches(request, pathLength, Map.of())) {
                return route;
            }
        }
        return null;
    }
}
