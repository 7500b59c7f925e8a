package dev.fairlead.agent.model.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.fairlead.agent.model.route.RouteAction.Forward;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which virtual host and which route. Source: Envoy, config.route.v3.VirtualHost. */
class RouteTableTest {

    private static VirtualHost host(String name, String... domains) {
        return new VirtualHost(name, List.of(domains), List.of());
    }

    @ParameterizedTest
    @CsvSource({
        "reviews,                   exact",
        "REVIEWS,                   exact",
        "reviews:9080,              port",
        "reviews:9081,              prefix",
        "reviews.example.com,       suffix",
        "reviews.elsewhere.org,     prefix",
        "a.b.example.com,           long suffix",
        "a.example.com,             suffix",
        ".example.com,              any",
        "reviews.b.example.com,     long suffix",
        "nothing.org,               any",
        "'',                        any",
    })
    void exactThenLongestSuffixThenLongestPrefixThenAny(String authority, String expected) {
        var table =
                new RouteTable(
                        "t",
                        List.of(
                                host("any", "*"),
                                host("prefix", "reviews.e*", "reviews:*"),
                                host("suffix", "*.example.com"),
                                host("long suffix", "*.b.example.com"),
                                host("exact", "Reviews"),
                                host("port", "reviews:9080")));

        assertThat(table.virtualHost(authority))
                .isNotNull()
                .extracting(VirtualHost::name)
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "reviews:1,           exact",
        "Reviews:65535,       exact",
        "reviews:,            any",
        "reviews:x,           any",
        "a.example.com:9080,  suffix",
        "[2001:db8::1]:9080,  literal",
        "2001:db8::1,         any",
        ":9080,               any",
        "9080,                any"
    })
    void aPortMayBeNothingToGoBy(String authority, String expected) {
        var table =
                new RouteTable(
                        "t",
                        List.of(
                                host("any", "*"),
                                host("suffix", "*.example.com"),
                                host("literal", "[2001:db8::1]"),
                                host("exact", "reviews")),
                        true);

        assertThat(table.virtualHost(authority))
                .isNotNull()
                .extracting(VirtualHost::name)
                .isEqualTo(expected);
    }

    @Test
    void withoutAnAnyHostAnUnknownAuthorityHasNone() {
        var table = new RouteTable("t", List.of(host("a", "a", "*.a", "a:*")));

        assertThat(table.virtualHost("b")).isNull();
    }

    @ParameterizedTest
    @CsvSource({"a,A", "*,*", "*.a,*.a", "a*,a*"})
    void aDomainBelongsToOneVirtualHost(String first, String second) {
        var hosts = List.of(host("x", first), host("y", second));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RouteTable("t", hosts))
                .withMessageContaining("in virtual hosts x and y");
    }

    @Test
    void theFirstRouteThatMatchesWins() {
        var host =
                new VirtualHost(
                        "h",
                        List.of("*"),
                        List.of(
                                route("/a/b", "first"),
                                route("/a", "second"),
                                route("/a", "third")));

        assertThat(chosen(host, "/a/b/c")).isEqualTo("first");
        assertThat(chosen(host, "/a?x=/a/b")).isEqualTo("second");
        assertThat(host.route(TestRequest.get("/"), Map.of())).isNull();
    }

    private static Route route(String prefix, String name) {
        return new Route(
                name,
                new RouteMatch(new PathMatcher.Prefix(prefix, false), List.of(), Map.of()),
                Forward.to(name),
                Duration.ZERO);
    }

    private static String chosen(VirtualHost host, String path) {
        Route route = host.route(TestRequest.get(path), Map.of());
        return route == null ? "none" : route.name();
    }
}
