package dev.fairlead.agent.control.xds.compile;

import static dev.fairlead.agent.control.xds.compile.CompileTesting.compile;
import static dev.fairlead.agent.control.xds.compile.CompileTesting.good;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.agent.control.xds.testing.CheckSamples;
import dev.fairlead.agent.model.listener.Filter;
import dev.fairlead.agent.model.listener.HttpFilter;
import dev.fairlead.agent.model.listener.HttpManager;
import dev.fairlead.agent.model.listener.Listener;
import dev.fairlead.agent.model.listener.NetworkFilter;
import dev.fairlead.agent.model.policy.AccessRules;
import dev.fairlead.agent.model.policy.ExternalAuthorization;
import dev.fairlead.agent.model.policy.Matcher;
import dev.fairlead.agent.model.policy.Rbac;
import dev.fairlead.agent.model.route.Fault.Share;
import dev.fairlead.agent.model.route.RateLimit;
import dev.fairlead.agent.model.route.RateLimit.Part;
import dev.fairlead.agent.model.route.RoutePolicy;
import dev.fairlead.agent.model.route.RouteTable;
import io.envoyproxy.envoy.type.matcher.v3.MetadataMatcher;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import io.envoyproxy.envoy.type.matcher.v3.ValueMatcher;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What access rules and rate limits on the wire mean. */
class ChecksCompileTest {

    private static HttpManager manager() {
        Listener listener = good(compile(new ListenerCompiler(), CheckSamples.inbound("uid-1")));
        return ((Filter.Http) listener.chains().getFirst().filter()).manager();
    }

    @Test
    void limitOfAListener() {
        HttpFilter.Limit filter = (HttpFilter.Limit) manager().checks().get(1);
        RateLimit limit = filter.limit();

        assertThat(filter.name()).isEqualTo("limit");
        assertThat(limit).isNotNull();
        assertThat(limit.bucket()).isEqualTo(new RateLimit.Bucket(2, 2, Duration.ofSeconds(5)));
        assertThat(limit.always()).isFalse();
        assertThat(limit.mostValues()).isEqualTo(7);
        assertThat(limit.enabled()).isEqualTo(new Share(100, 100));
        assertThat(limit.enforced()).isEqualTo(new Share(50, 100));
        assertThat(limit.refusal().status()).isEqualTo(503);
        assertThat(limit.refusal().exhausted()).isTrue();
        assertThat(limit.refusal().body()).isEqualTo("slow down");
        assertThat(limit.descriptors())
                .containsExactly(
                        new RateLimit.Descriptor(
                                java.util.List.of(
                                        new RateLimit.Entry("header_match", "read"),
                                        new RateLimit.Entry("client", "")),
                                new RateLimit.Bucket(3, 1, Duration.ofSeconds(1))));
        assertThat(limit.actions().get(0).parts().get(1))
                .isEqualTo(new Part.Header("client", "x-client"));
        assertThat(limit.actions().get(2).parts().getFirst()).isEqualTo(new Part.Principal("peer"));
        assertThat(limit.actions().get(4).parts().getFirst())
                .isInstanceOfSatisfying(
                        Part.When.class,
                        when -> assertThat(when.test()).isInstanceOf(Matcher.Not.class));
        assertThat(limit.actions().get(4).parts().get(1))
                .isEqualTo(new Part.Peer("app", new Matcher.Attribute.PeerLabel("app")));
        assertThat(limit.actions().get(3).parts().getFirst())
                .isInstanceOfSatisfying(
                        Part.PrincipalMatch.class,
                        match ->
                                assertThat(match.pattern().pattern())
                                        .isEqualTo("^spiffe://a\\.b/"));
    }

    @Test
    void aFilterThatOnlyRoutesLimitBy() {
        assertThat(manager().checks().get(2))
                .isEqualTo(new HttpFilter.Limit(HttpFilter.LIMIT, null));
    }

    @Test
    void accessRulesOfAListener() {
        HttpFilter.Access filter = (HttpFilter.Access) manager().checks().get(0);
        AccessRules access = filter.rules();

        assertThat(access.status()).isEqualTo(403);
        assertThat(access.body()).isEqualTo("RBAC: access denied");
        assertThat(access.shadow()).isEqualTo(new Rbac(Rbac.Action.LOG, java.util.List.of()));
        assertThat(access.purpose()).isEqualTo(AccessRules.Purpose.DRY_RUN_DENY);
        Rbac rules = access.rules();
        assertThat(rules).isNotNull();
        assertThat(rules.action()).isEqualTo(Rbac.Action.DENY);
        Matcher.AllOf principals = (Matcher.AllOf) rules.policies().getFirst().principals();
        assertThat(((Matcher.AnyOf) principals.parts().get(1)).parts())
                .containsExactly(
                        new Matcher.OneOf(
                                new Matcher.Attribute.Principal(),
                                java.util.Set.of("spiffe://a/ns/b/sa/c", "spiffe://a/ns/b/sa/d")),
                        new Matcher.Authenticated());
    }

    @Test
    void whatARouteSays() {
        RouteTable table = good(compile(new RouteTableCompiler(), CheckSamples.routes("r")));
        RoutePolicy policy = table.virtualHosts().getFirst().routes().getFirst().policy();

        assertThat(policy.rateLimit()).isNotNull();
        assertThat(policy.rateLimit().refusal().body()).isEqualTo("slow down");
        assertThat(policy.access()).isNotNull();
    }

    @Test
    void externalAuthorizersNameTheirClusters() {
        Outcome<Listener> outcome = compile(new ListenerCompiler(), CheckSamples.external("uid-1"));
        HttpManager manager = ((Filter.Http) good(outcome).chains().getFirst().filter()).manager();

        assertThat(((Outcome.Compiled<Listener>) outcome).references().clusters())
                .contains("authz", "grpc");
        ExternalAuthorization http = ((HttpFilter.External) manager.checks().get(0)).rules();
        assertThat(http.policies()).isEqualTo("istio-ext-authz-p-ns[");
        assertThat(http.failOpen()).isTrue();
        assertThat(http.statusOnError()).isEqualTo(502);
        assertThat(((HttpFilter.External) manager.checks().get(1)).rules())
                .isEqualTo(
                        new ExternalAuthorization(
                                null,
                                new ExternalAuthorization.Grpc("grpc", Duration.ofSeconds(1), "a"),
                                false,
                                403,
                                new ExternalAuthorization.Body(8, true, true)));
    }

    @Test
    void aGuardedChainOfBytes() {
        Listener listener = good(compile(new ListenerCompiler(), CheckSamples.guarded("uid-1")));
        Filter.Tcp tcp = (Filter.Tcp) listener.chains().get(1).filter();

        assertThat(tcp.checks()).hasSize(2);
        assertThat(tcp.checks().getFirst())
                .isInstanceOfSatisfying(
                        NetworkFilter.Access.class,
                        access -> {
                            assertThat(access.rules().rules()).isNotNull();
                            assertThat(access.rules().purpose())
                                    .isEqualTo(AccessRules.Purpose.DRY_RUN_ALLOW);
                        });
        assertThat(tcp.checks().getLast())
                .isEqualTo(
                        new NetworkFilter.External(
                                new ExternalAuthorization(
                                        "p-",
                                        new ExternalAuthorization.Grpc(
                                                "grpc", Duration.ofSeconds(1), "a"),
                                        true,
                                        0)));
    }

    @Test
    void claimsOfOtherFiltersAreNeverThere() throws Refusal {
        MetadataMatcher.Builder matcher =
                MetadataMatcher.newBuilder()
                        .setFilter("envoy.filters.http.jwt_authn")
                        .addPath(MetadataMatcher.PathSegment.newBuilder().setKey("payload"))
                        .addPath(MetadataMatcher.PathSegment.newBuilder().setKey("iss"))
                        .setValue(
                                ValueMatcher.newBuilder()
                                        .setStringMatch(StringMatcher.newBuilder().setExact("me")));

        assertThat(ClaimMatchers.compile(matcher.build(), At.ROOT))
                .isInstanceOfSatisfying(
                        Matcher.Claim.class,
                        claim -> assertThat(claim.path()).containsExactly("iss"));
        assertThat(ClaimMatchers.compile(matcher.setFilter("other").build(), At.ROOT))
                .isEqualTo(new Matcher.Never());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "connection.uri_san_peer_certificate | Itself[]",
                "connection.uri_san_peer_certificate.matches(\"a\\\\.b\") | Matches[regex=a\\.b]",
                "connection.uri_san_peer_certificate.matches(\"a\"b\") | Unknown[]",
                "connection.uri_san_peer_certificate.matches(\"a\\\") | Unknown[]",
                "connection.uri_san_peer_certificate.matches(\"a\\d\") | Unknown[]",
                "connection.uri_san_peer_certificate.matches(\") | Unknown[]",
                "request.path | Unknown[]",
            })
    void expressions(String text, String meaning) {
        assertThat(PrincipalExpression.parse(text)).hasToString(meaning);
    }
}
