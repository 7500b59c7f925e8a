package dev.fairlead.agent.model.listener;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.model.listener.Listener.Inspection;
import dev.fairlead.agent.model.request.Cidr;
import dev.fairlead.agent.model.route.RouteAction.Forward;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Which chain takes a connection. Source: Envoy, config.listener.v3.FilterChainMatch. */
class ListenerTest {

    private static final InetAddress VIP = InetAddress.ofLiteral("198.19.0.7");
    private static final InetAddress OTHER = InetAddress.ofLiteral("203.0.113.9");

    private final List<FilterChain> chains = new ArrayList<>();

    /** Adds a chain that is named by what it asks for. */
    private ListenerTest chain(String name, ChainMatch match) {
        var filter = new Filter.Tcp("tcp", Forward.to("c"));
        chains.add(new FilterChain(name, match, null, filter));
        return this;
    }

    private Listener listener() {
        var fallback =
                new FilterChain(
                        "default", ChainMatch.ANY, null, new Filter.Tcp("t", Forward.to("c")));
        return new Listener("outbound|default", chains, fallback, Duration.ofSeconds(5));
    }

    private static ChainMatch port(int port) {
        return new ChainMatch(port, List.of(), List.of(), null, List.of());
    }

    private static ChainMatch range(int port, String... ranges) {
        return new ChainMatch(
                port,
                Stream.of(ranges).map(ListenerTest::cidr).toList(),
                List.of(),
                null,
                List.of());
    }

    private static Cidr cidr(String text) {
        int slash = text.indexOf('/');
        return new Cidr(
                InetAddress.ofLiteral(text.substring(0, slash)),
                Integer.parseInt(text.substring(slash + 1)));
    }

    private static ChainMatch spoken(
            @Nullable Boolean tls, List<String> serverNames, String... protocols) {
        return new ChainMatch(443, List.of(), serverNames, tls, List.of(protocols));
    }

    private static ConnectionFacts plain(InetAddress to, int port, String... protocols) {
        return new ConnectionFacts(to, port, false, "", List.of(protocols));
    }

    private static ConnectionFacts tls(String serverName, String... protocols) {
        return new ConnectionFacts(VIP, 443, true, serverName, List.of(protocols));
    }

    private String selected(ConnectionFacts facts) {
        FilterChain chain = listener().select(facts);
        return chain == null ? "none" : chain.name();
    }

    static Stream<Arguments> addresses() {
        return Stream.of(
                Arguments.of("the port decides", plain(OTHER, 80), "port 80"),
                Arguments.of("no such port: chains for any", plain(OTHER, 81), "any port"),
                Arguments.of("the longest range wins", plain(VIP, 3306), "/32"),
                Arguments.of(
                        "then the shorter",
                        plain(InetAddress.ofLiteral("198.19.0.8"), 3306),
                        "/24"),
                Arguments.of(
                        "of the port's chains none fits: the default",
                        plain(OTHER, 3306),
                        "default"),
                Arguments.of("a range beats none", plain(VIP, 5000), "vip 5000"),
                Arguments.of("outside it, none", plain(OTHER, 5000), "all 5000"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("addresses")
    void portComesFirstThenTheLongestRange(String why, ConnectionFacts facts, String expected) {
        chain("any port", ChainMatch.ANY)
                .chain("port 80", port(80))
                .chain("/24", range(3306, "10.0.0.0/8", "198.19.0.0/24"))
                .chain("/32", range(3306, "198.19.0.7/32"))
                .chain("all 5000", port(5000))
                .chain("vip 5000", range(5000, "198.19.0.7/32"));

        assertThat(selected(facts)).as(why).isEqualTo(expected);
    }

    static Stream<Arguments> spoken() {
        return Stream.of(
                Arguments.of("exact server name", tls("a.example.com"), "name"),
                Arguments.of("longest wildcard", tls("x.b.example.com"), "*.b"),
                Arguments.of("shorter wildcard", tls("x.example.com"), "*"),
                Arguments.of("server name of nobody", tls("other.org", "istio"), "istio tls"),
                Arguments.of("no server name, other protocol", tls("", "h2"), "tls"),
                Arguments.of("protocols beat none", plain(VIP, 443, "http/1.1"), "plain http"),
                Arguments.of("plain, undetected", plain(VIP, 443), "plain"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("spoken")
    void thenServerNameThenTransportThenProtocols(
            String why, ConnectionFacts facts, String expected) {
        chain("name", spoken(null, List.of("a.example.com")))
                .chain("*", spoken(null, List.of("*.example.com")))
                .chain("*.b", spoken(null, List.of("*.b.example.com")))
                .chain("istio tls", spoken(true, List.of(), "istio", "istio-http/1.1"))
                .chain("tls", spoken(true, List.of()))
                .chain("plain http", spoken(false, List.of(), "http/1.0", "http/1.1"))
                .chain("plain", spoken(false, List.of()));

        assertThat(selected(facts)).as(why).isEqualTo(expected);
    }

    @Test
    void theServerNameIsNotGivenUpForAFittingTransport() {
        chain("name, plain", spoken(false, List.of("a.example.com")))
                .chain("any name, tls", spoken(true, List.of()));

        assertThat(selected(tls("a.example.com"))).isEqualTo("default");
    }

    @Test
    void theProtocolThatTheClientNamesFirstDecides() {
        chain("tcp", spoken(true, List.of(), "istio"))
                .chain("http", spoken(true, List.of(), "istio-http/1.0", "istio-http/1.1"));

        assertThat(selected(tls("", "istio-http/1.1", "istio", "http/1.1"))).isEqualTo("http");
        assertThat(selected(tls("", "istio"))).isEqualTo("tcp");
        assertThat(selected(tls("", "istio", "istio-http/1.1"))).isEqualTo("tcp");
    }

    @Test
    void withoutADefaultNothingIsSelected() {
        var listener = new Listener("inbound|u", List.of(), null, Duration.ofSeconds(5));

        assertThat(listener.select(plain(VIP, 80))).isNull();
    }

    @Test
    void firstBytesAreReadOnlyWhereAChainAsksForThem() {
        chain("80", port(80))
                .chain(
                        "9080 http",
                        new ChainMatch(9080, List.of(), List.of(), null, List.of("http/1.1")))
                .chain("9080", port(9080))
                .chain("443", spoken(true, List.of()));
        Listener listener = listener();

        assertThat(listener.inspection(VIP, 80)).isEqualTo(Inspection.NONE);
        assertThat(listener.inspection(VIP, 9080)).isEqualTo(Inspection.FIRST_BYTES);
        assertThat(listener.inspection(VIP, 443)).isEqualTo(Inspection.FIRST_BYTES);
        assertThat(listener.inspection(VIP, 1)).isEqualTo(Inspection.NONE);
        assertThat(listener.detectedProtocols(VIP, 9080)).containsExactly("http/1.1");
        assertThat(listener.detectedProtocols(VIP, 443)).isEmpty();
    }
}
