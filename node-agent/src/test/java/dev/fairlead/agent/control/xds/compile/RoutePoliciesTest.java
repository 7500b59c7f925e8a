package dev.fairlead.agent.control.xds.compile;

import static dev.fairlead.agent.control.xds.compile.CompileTesting.compile;
import static dev.fairlead.agent.control.xds.compile.CompileTesting.good;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.re2j.Pattern;
import dev.fairlead.agent.control.xds.testing.RouteSamples;
import dev.fairlead.agent.control.xds.testing.Wire;
import dev.fairlead.agent.model.listener.Filter;
import dev.fairlead.agent.model.listener.HttpManager;
import dev.fairlead.agent.model.request.PathNormalization;
import dev.fairlead.agent.model.route.Cors;
import dev.fairlead.agent.model.route.Fault;
import dev.fairlead.agent.model.route.HashPolicy;
import dev.fairlead.agent.model.route.HeaderEdits;
import dev.fairlead.agent.model.route.HeaderEdits.Existing;
import dev.fairlead.agent.model.route.HeaderFact;
import dev.fairlead.agent.model.route.HeaderTemplate;
import dev.fairlead.agent.model.route.HeaderTemplate.Part;
import dev.fairlead.agent.model.route.Mirror;
import dev.fairlead.agent.model.route.QueryParameterMatcher;
import dev.fairlead.agent.model.route.Redirect;
import dev.fairlead.agent.model.route.RetryPolicy;
import dev.fairlead.agent.model.route.Rewrite;
import dev.fairlead.agent.model.route.Route;
import dev.fairlead.agent.model.route.RouteAction;
import dev.fairlead.agent.model.route.RouteAction.WeightedCluster;
import dev.fairlead.agent.model.route.RoutePolicy;
import dev.fairlead.agent.model.route.RoutePolicy.AttemptCount;
import dev.fairlead.agent.model.route.RouteTable;
import dev.fairlead.agent.model.route.StringMatcher;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.HTTPFault;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a route says of its requests beside where they go. */
class RoutePoliciesTest {

    private static List<Route> routes() {
        RouteTable table =
                good(compile(new RouteTableCompiler(), RouteSamples.policies("p").build()));
        return table.virtualHosts().getFirst().routes();
    }

    @Test
    void everythingThatARouteSays() {
        Route route = routes().getFirst();
        RoutePolicy policy = route.policy();

        assertThat(route.match().queryParameters())
                .containsExactly(
                        new QueryParameterMatcher("a", new StringMatcher.Exact("1", false), true),
                        new QueryParameterMatcher("b", null, false));
        assertThat(policy.headers())
                .isEqualTo(
                        new HeaderEdits(
                                new HeaderEdits.Side(
                                        List.of(
                                                new HeaderEdits.Entry(
                                                        "x-a",
                                                        new HeaderTemplate(
                                                                List.of(
                                                                        new Part.Header(
                                                                                false, "x-b",
                                                                                ":path", 3),
                                                                        new Part.Text("%"))),
                                                        Existing.ADD_IF_ABSENT)),
                                        List.of("x-gone")),
                                new HeaderEdits.Side(
                                        List.of(
                                                new HeaderEdits.Entry(
                                                        "x-c",
                                                        new HeaderTemplate(
                                                                List.of(
                                                                        new Part.Known(
                                                                                HeaderFact
                                                                                        .START_TIME))),
                                                        Existing.OVERWRITE_IF_EXISTS_OR_ADD)),
                                        List.of("server"))));
        assertThat(policy.rewrite())
                .isEqualTo(new Rewrite(new Rewrite.PathRewrite.Matched("/q"), "other:80"));
        assertThat(policy.retries())
                .satisfies(retries -> {
                    assertThat(retries.on()).isEqualTo(Set.of("5xx", "retriable-status-codes"));
                    assertThat(retries.retries()).isEqualTo(2);
                    assertThat(retries.statuses()).isEqualTo(Set.of(418));
                    assertThat(retries.perTryTimeout()).isEqualTo(Duration.ofSeconds(1));
                    assertThat(retries.baseInterval()).isEqualTo(Duration.ofMillis(5));
                    assertThat(retries.maxInterval()).isEqualTo(Duration.ofSeconds(1));
                    assertThat(retries.otherHosts()).isTrue();
                    assertThat(retries.hostAttempts()).isEqualTo(5);
                    assertThat(retries.otherPriorities()).isEqualTo(2);
                });
        assertThat(policy.idleTimeout()).isEqualTo(Duration.ofSeconds(4));
        assertThat(policy.fault())
                .isEqualTo(new Fault(null, new Fault.Abort(0, 14, new Fault.Share(100, 100))));
        assertThat(policy.cors())
                .isEqualTo(
                        new Cors(
                                List.of(new StringMatcher.Exact("http://a", false)),
                                "GET",
                                "*",
                                "x-e",
                                "24",
                                true,
                                false));
        assertThat(policy.mirrors())
                .containsExactly(new Mirror("copy", new Fault.Share(5, 10_000)));
        assertThat(policy.hashing())
                .containsExactly(
                        new HashPolicy.Header("x-user"),
                        new HashPolicy.Cookie(
                                "c", Duration.ofSeconds(5), "/", Map.of("SameSite", "Lax")),
                        new HashPolicy.QueryParameter("q"),
                        new HashPolicy.SourceAddress());
        assertThat(policy.statName()).isEqualTo("policies.route.sp");
        assertThat(policy.attempts()).isEqualTo(new AttemptCount(true, true));
        WeightedCluster share = ((RouteAction.Forward) route.action()).clusters().getFirst();
        assertThat(share.authority()).isEqualTo("v1");
        assertThat(share.headers().response().add().getFirst().existing())
                .isEqualTo(Existing.OVERWRITE_IF_EXISTS);
    }

    @Test
    void whatIsAnsweredHere() {
        List<Route> routes = routes();

        assertThat(routes.get(1).action())
                .isEqualTo(new Redirect("https", "h", 8443, "/x", null, 302, true));
        assertThat(((Redirect) routes.get(2).action()).scheme()).isEqualTo("https");
        assertThat(((Redirect) routes.get(3).action()).pathRewrite())
                .isEqualTo(new Rewrite.PathRewrite.Matched("/z"));
        assertThat(routes.get(4).action())
                .isEqualTo(new RouteAction.Respond(200, ByteBuffer.wrap(new byte[] {(byte) 255})));
    }

    @Test
    void aVirtualHostsFaultIsThatOfRoutesWithoutOne() {
        List<Route> routes = routes();

        assertThat(routes.get(4).policy().fault())
                .isEqualTo(
                        new Fault(
                                new Fault.Delay(Duration.ofSeconds(7), new Fault.Share(50, 100)),
                                new Fault.Abort(418, -1, new Fault.Share(1, 1_000_000))));
        assertThat(routes.get(5).policy().fault())
                .isEqualTo(
                        new Fault(
                                new Fault.Delay(null, new Fault.Share(100, 100)),
                                new Fault.Abort(0, -1, new Fault.Share(100, 100))));
    }

    @Test
    void aRouteThatSaysNothingHasNoPolicy() {
        RouteTable table = good(compile(new RouteTableCompiler(), Wire.routes("r", "c")));

        assertThat(table.virtualHosts().getFirst().routes().getFirst().policy())
                .isSameAs(RoutePolicy.NONE);
    }

    @Test
    void retriesHaveEnvoysDefaults() {
        Route route =
                only(r -> r.getRouteBuilder().getRetryPolicyBuilder().setRetryOn("reset , 5xx,"));

        assertThat(route.policy().retries())
                .isEqualTo(
                        new RetryPolicy(
                                Set.of("reset", "5xx"),
                                1,
                                Duration.ZERO,
                                Set.of(),
                                List.of(),
                                List.of(),
                                Duration.ofMillis(25),
                                Duration.ofMillis(250),
                                false,
                                1,
                                0));
    }

    @Test
    void aListenersFilter() {
        var listener =
                good(compile(new ListenerCompiler(), RouteSamples.managed("m", "r").build()));
        var plain = good(compile(new ListenerCompiler(), Wire.outbound("p", "r", "db").build()));

        assertThat(((Filter.Http) listener.chains().getFirst().filter()).manager())
                .isEqualTo(
                        new HttpManager(
                                        true,
                                        true,
                                        "s",
                                        HttpManager.ServerHeader.APPEND_IF_ABSENT,
                                        "v",
                                        false,
                                        true,
                                        Duration.ofSeconds(9))
                                .normalizing(
                                        new PathNormalization(
                                                true,
                                                true,
                                                PathNormalization.EscapedSlashes.UNESCAPE)));
        assertThat(((Filter.Http) plain.chains().getFirst().filter()).manager())
                .isEqualTo(HttpManager.DEFAULT);
    }

    @Test
    void aFilterIsAskedByItsName() {
        assertThat(filters(RouteSamples.filter("mine", HTTPFault.getDefaultInstance())))
                .endsWith("http_filters[0].name: \"mine\", not \"envoy.filters.http.fault\"");
        assertThat(filters(RouteSamples.filter(RouteSamples.FAULT, RouteSamples.fixedFault())))
                .endsWith("http_filters[0].typed_config: faults are routes'");
        assertThat(filters(RouteSamples.filter("r", Router.getDefaultInstance())))
                .endsWith("http_filters[0]: the router is the last filter, and no other");
    }

    private static String filters(
            io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter
                    first) {
        var listener = RouteSamples.managed("m", "r");
        listener.getFilterChainsBuilder(0)
                .setFilters(
                        0, Wire.filter(RouteSamples.manager("r").setHttpFilters(0, first).build()));
        return CompileTesting.refusal(compile(new ListenerCompiler(), listener.build()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                ":path | v | key: :-prefixed or host headers may not be modified",
                "Host | v | key: :-prefixed or host headers may not be modified",
                "a b | v | key: \"a b\" is no header's name",
                "'' | v | key: \"\" is no header's name",
                "content-length | 1 | key: content-length says where a message ends, or concerns"
                        + " one hop",
                "x | %NOPE% | value: %NOPE% is unknown",
                "x | 100% | value: % at 3 has no end; %% is a percent sign",
                "x | %REQ(a | value: % at 0 has no end; %% is a percent sign",
                "x | %REQ(a b)% | value: \"a b\" is no header's name",
                "x | %REQ(a):x% | value: %REQ(a):x%: \":x\" is no length",
                "x | %REQ(a):0% | value: %REQ(a):0%: \":0\" is no length",
                "x | %METADATA(a)% | value: %METADATA(a)% is unknown"
            })
    void aHeaderThatMayNotBeIsRefused(String key, String value, String reason) {
        assertThat(refused(key, value))
                .isEqualTo("virtual_hosts[0].routes[0].request_headers_to_add[0].header." + reason);
    }

    @Test
    void aValueWithALineOfItsOwnIsRefused() {
        assertThat(refused("x", "a\r\nset-cookie: b")).endsWith("header.value: character 13 at 1");
        assertThat(refused("x", "a\0")).endsWith("header.value: character 0 at 1");
    }

    private static String refused(String key, String value) {
        return refusal(r ->
                r.addRequestHeadersToAdd(
                        HeaderValueOption.newBuilder()
                                .setHeader(
                                        io.envoyproxy.envoy.config.core.v3.HeaderValue.newBuilder()
                                                .setKey(key)
                                                .setValue(value))));
    }

    @Test
    void otherRefusals() {
        assertThat(refusal(r -> r.getRouteBuilder().setPrefixRewrite("/a b")))
                .endsWith(".route.prefix_rewrite: character 32 at 2");
        assertThat(refusal(r -> r.getRouteBuilder().setHostRewriteLiteral("a\nb")))
                .endsWith(".route.host_rewrite_literal: character 10 at 1");
        assertThat(
                        refusal(r ->
                                r.getRouteBuilder()
                                        .getRegexRewriteBuilder()
                                        .setPattern(Wire.regex("a"))
                                        .setSubstitution("\\1")))
                .endsWith(".route.regex_rewrite.substitution: \\1 of a pattern with 0 groups");
        assertThat(
                        refusal(r ->
                                r.putTypedPerFilterConfig(
                                        "x", Any.pack(RouteSamples.fixedFault()))))
                .endsWith(".typed_per_filter_config[x]: no filter of that name");
        assertThat(
                        refusal(r ->
                                r.putTypedPerFilterConfig(
                                        RouteSamples.CORS, Any.pack(RouteSamples.fixedFault()))))
                .endsWith("HTTPFault where CorsPolicy was expected");
        assertThat(
                        refusal(r ->
                                r.getRouteBuilder()
                                        .getRetryPolicyBuilder()
                                        .setRetryOn("sometimes")))
                .endsWith(".route.retry_policy.retry_on: \"sometimes\" is unknown");
        assertThat(
                        refusal(r -> {
                            r.getRouteBuilder()
                                    .addHashPolicyBuilder()
                                    .getConnectionPropertiesBuilder()
                                    .setSourceIp(true);
                            r.getRouteBuilder()
                                    .addHashPolicyBuilder()
                                    .getConnectionPropertiesBuilder()
                                    .setSourceIp(true);
                        }))
                .endsWith(".route.hash_policy[0].terminal: false before another policy");
        assertThat(
                        refusal(r ->
                                r.getRouteBuilder()
                                        .addRequestMirrorPoliciesBuilder()
                                        .setCluster("c")
                                        .getRuntimeFractionBuilder()
                                        .getDefaultValueBuilder()
                                        .setNumerator(101)))
                .endsWith("runtime_fraction.default_value.numerator: 101 of 100");
    }

    private static Route only(Consumer<io.envoyproxy.envoy.config.route.v3.Route.Builder> change) {
        var table = Wire.routes("r", "c").toBuilder();
        change.accept(table.getVirtualHostsBuilder(0).getRoutesBuilder(0));
        return good(compile(new RouteTableCompiler(), table.build()))
                .virtualHosts()
                .getFirst()
                .routes()
                .getFirst();
    }

    private static String refusal(
            Consumer<io.envoyproxy.envoy.config.route.v3.Route.Builder> change) {
        var table = Wire.routes("r", "c").toBuilder();
        change.accept(table.getVirtualHostsBuilder(0).getRoutesBuilder(0));
        return CompileTesting.refusal(compile(new RouteTableCompiler(), table.build()));
    }

    /** Whatever is configured: it is refused, or no header's value can end its line. */
    @Property(tries = 2000)
    void noValueEndsItsLine(@ForAll String value) {
        HeaderTemplate template;
        try {
            template = HeaderTemplates.compile(value, At.ROOT);
        } catch (Refusal e) {
            return;
        }
        for (Part part : template.parts()) {
            if (part instanceof Part.Text(String text)) {
                assertThat(text).doesNotContain("\r", "\n", "\0");
            }
        }
        assertThat(Pattern.compile("%").matcher(value).find())
                .isEqualTo(
                        template.parts().size() != 1
                                || !template.parts().getFirst().equals(new Part.Text(value)));
    }
}
