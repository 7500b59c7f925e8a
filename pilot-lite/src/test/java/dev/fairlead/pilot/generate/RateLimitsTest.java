package dev.fairlead.pilot.generate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.pilot.compile.MeshCompiler;
import dev.fairlead.pilot.compile.Profile;
import dev.fairlead.pilot.source.TestStates;
import dev.fairlead.pilot.testing.TestCluster;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.rate_limit_descriptors.expr.v3.Descriptor;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What a RateLimit becomes, and for which pods and ports. */
class RateLimitsTest {

    private static final String LIMIT =
            """
            ---
            apiVersion: fairlead.dev/v1alpha1
            kind: RateLimit
            metadata: {name: few}
            spec:
              selector: {matchLabels: {version: v1, app: reviews}}
              rules:
              - limit: {requests: 10, per: 1s}
              - match: {port: 9080, path: {exact: /a}, methods: [GET], withoutHeaders: {cookie: {}}}
                limit: {requests: 1, per: 1m, burst: 5}
                response: {status: 503, body: later}
              - match: {port: 1}
                limit: {requests: 1, per: 1m}
            """;

    private static final String OF_CALLERS =
            """
            ---
            apiVersion: fairlead.dev/v1alpha1
            kind: RateLimit
            metadata: {name: callers}
            spec:
              rules:
              - match: {principals: [cluster.local/ns/a.b/sa/c, "*/sa/d*"]}
                limit: {requests: 10, per: 1s}
            """;

    private static final String OF_ROUTE =
            """
            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: reviews}
            spec:
              hosts: [reviews]
              http:
              - {name: slow, match: [{uri: {prefix: /slow}}], route: [{destination: {host: reviews}}]}
              - {name: fast, route: [{destination: {host: reviews}}]}
            ---
            apiVersion: fairlead.dev/v1alpha1
            kind: RateLimit
            metadata: {name: slow}
            spec:
              route: {virtualService: reviews, name: slow}
              rules:
              - {limit: {requests: 10, per: 1s}, response: {body: slow}}
              - {match: {methods: [PUT]}, limit: {requests: 1, per: 1s}, response: {body: slow}}
            """;

    @Test
    void identityIsAskedOfTheCertificate() throws Exception {
        var limit =
                limits(chain(OF_CALLERS, "node-1", "uid-reviews-v1", Profile.NEWEST)).getFirst();
        assertThat(limit.getDescriptors(0).getEntriesList())
                .extracting(entry -> entry.getKey() + "=" + entry.getValue())
                .containsExactly("rule=ratelimit.default.callers.0", "caller=true");
        assertThat(
                        limit.getRateLimits(0)
                                .getActions(1)
                                .getExtension()
                                .getTypedConfig()
                                .unpack(Descriptor.class)
                                .getText())
                .isEqualTo(
                        "connection.uri_san_peer_certificate.matches(\"^spiffe://(?:cluster\\\\.local/ns/a\\\\.b/sa/c"
                                + "|.*/sa/d.*)$\")");
    }

    @Test
    void aRouteIsLimitedWhereItsClientsAre() throws Exception {
        var resources =
                new Snapshot(
                                new Snapshot.Revisions(1, 1, 1, 0),
                                MeshCompiler.compile(
                                        TestStates.of(TestCluster.reviewsAndSleep() + OF_ROUTE)))
                        .agent("node-1", Profile.NEWEST);
        var table =
                Objects.requireNonNull(
                                Objects.requireNonNull(resources.get(ResourceType.ROUTES))
                                        .get("outbound|9080|default"))
                        .body()
                        .unpack(RouteConfiguration.class);
        var routes =
                table.getVirtualHostsList().stream()
                        .filter(host -> host.getName().startsWith("reviews."))
                        .findFirst()
                        .orElseThrow()
                        .getRoutesList();
        assertThat(routes).extracting(Route::getTypedPerFilterConfigCount).containsExactly(1, 0);
        var limit =
                routes.getFirst()
                        .getTypedPerFilterConfigOrThrow(Filters.LIMIT_NAME)
                        .unpack(LocalRateLimit.class);
        assertThat(limit.getDescriptorsCount()).isEqualTo(2);
        assertThat(limit.getAlwaysConsumeDefaultTokenBucket().getValue()).isFalse();
        assertThat(
                        routes.getFirst()
                                .getMetadata()
                                .getFilterMetadataOrThrow(RateLimits.REPLY)
                                .getFieldsMap())
                .containsOnlyKeys(Filters.LIMIT_NAME);
        var listener =
                Objects.requireNonNull(
                                Objects.requireNonNull(resources.get(ResourceType.LISTENER))
                                        .get("outbound|default"))
                        .body()
                        .unpack(Listener.class);
        assertThat(listener.toString()).contains(Filters.LIMIT_NAME);
    }

    private static FilterChain chain(String node, String pod, int profile) throws Exception {
        return chain(LIMIT, node, pod, profile);
    }

    private static FilterChain chain(String limit, String node, String pod, int profile)
            throws Exception {
        var snapshot =
                new Snapshot(
                        new Snapshot.Revisions(1, 1, 1, 0),
                        MeshCompiler.compile(TestStates.of(TestCluster.reviewsAndSleep() + limit)));
        var resource =
                Objects.requireNonNull(
                        Objects.requireNonNull(
                                        snapshot.agent(node, profile).get(ResourceType.LISTENER))
                                .get("inbound|" + pod));
        return resource.body().unpack(Listener.class).getFilterChainsList().stream()
                .filter(c -> c.getName().equals("inbound|9080|mtls"))
                .findFirst()
                .orElseThrow();
    }

    private static List<LocalRateLimit> limits(FilterChain chain) throws Exception {
        var manager = chain.getFilters(0).getTypedConfig().unpack(HttpConnectionManager.class);
        List<LocalRateLimit> limits = new ArrayList<>();
        for (var filter : manager.getHttpFiltersList()) {
            if (filter.getTypedConfig().is(LocalRateLimit.class)) {
                limits.add(filter.getTypedConfig().unpack(LocalRateLimit.class));
            }
        }
        return limits;
    }

    @Test
    void eachRuleForThePortIsAFilter() throws Exception {
        FilterChain chain = chain("node-1", "uid-reviews-v1", Profile.NEWEST);
        List<LocalRateLimit> limits = limits(chain);
        assertThat(limits)
                .extracting(LocalRateLimit::getStatPrefix)
                .containsExactly("ratelimit.default.few.0", "ratelimit.default.few.1");
        var all = limits.getFirst();
        assertThat(all.getTokenBucket().getMaxTokens()).isEqualTo(10);
        assertThat(all.getTokenBucket().getTokensPerFill().getValue()).isEqualTo(10);
        assertThat(all.getTokenBucket().getFillInterval().getSeconds()).isEqualTo(1);
        assertThat(all.getStatus().getCodeValue()).isEqualTo(429);
        assertThat(all.getFilterEnforced().getDefaultValue().getNumerator()).isEqualTo(100);
        var some = limits.get(1);
        assertThat(some.hasTokenBucket()).isFalse();
        assertThat(some.getDescriptors(0).getTokenBucket().getMaxTokens()).isEqualTo(5);
        assertThat(some.getRateLimits(0).getActions(0).getHeaderValueMatch().getHeadersList())
                .extracting(h -> h.getName() + h.getInvertMatch())
                .containsExactly(":pathfalse", ":methodfalse", "cookietrue");
        assertThat(chain.getMetadata().getFilterMetadataOrThrow(RateLimits.REPLY).getFieldsMap())
                .containsOnlyKeys("ratelimit.default.few.1");
    }

    @Test
    void otherPodsAndOlderAgentsHaveNone() throws Exception {
        assertThat(limits(chain("node-2", "uid-reviews-v2", Profile.NEWEST))).isEmpty();
        FilterChain older = chain("node-1", "uid-reviews-v1", Profile.TRAFFIC_POLICY - 1);
        assertThat(limits(older)).isEmpty();
        assertThat(older.hasMetadata()).isFalse();
    }
}
