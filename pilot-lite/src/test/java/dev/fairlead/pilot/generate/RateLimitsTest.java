package dev.fairlead.pilot.generate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.pilot.compile.MeshCompiler;
import dev.fairlead.pilot.compile.Profile;
import dev.fairlead.pilot.source.TestStates;
import dev.fairlead.pilot.testing.TestCluster;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
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

    private static FilterChain chain(String node, String pod, int profile) throws Exception {
        var snapshot =
                new Snapshot(
                        new Snapshot.Revisions(1, 1, 1, 0),
                        MeshCompiler.compile(TestStates.of(TestCluster.reviewsAndSleep() + LIMIT)));
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
