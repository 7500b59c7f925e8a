package dev.fairlead.pilot.generate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.pilot.compile.MeshCompiler;
import dev.fairlead.pilot.compile.MeshView;
import dev.fairlead.pilot.compile.Profile;
import dev.fairlead.pilot.source.TestStates;
import dev.fairlead.pilot.testing.TestCluster;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.rbac.v3.RBAC.Action;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.ExtAuthz;
import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBAC;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What AuthorizationPolicies become, for which pods and ports, and in which order. */
class AuthorizationsTest {

    private static final String PROVIDER =
            """
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: mesh, namespace: fairlead-system}
            data:
              mesh: |
                extensionProviders:
                - name: ask
                  envoyExtAuthzGrpc: {service: decider.hidden.svc.cluster.local, port: 9000}
                - name: lost
                  envoyExtAuthzGrpc: {service: lost.hidden.svc.cluster.local, port: 9000}
            ---
            apiVersion: v1
            kind: Service
            metadata:
              name: decider
              namespace: hidden
              annotations: {networking.istio.io/exportTo: "."}
            spec: {clusterIP: 198.19.0.9, ports: [{name: grpc, port: 9000}]}
            """;

    private static String policy(String name, String spec) {
        return """
        ---
        apiVersion: security.istio.io/v1
        kind: AuthorizationPolicy
        metadata: {name: %s}
        spec: %s
        """
                .formatted(name, spec);
    }

    private static MeshView view(String yaml) {
        return MeshCompiler.compile(TestStates.of(TestCluster.reviewsAndSleep() + yaml));
    }

    private static Snapshot snapshot(String yaml) {
        return new Snapshot(new Snapshot.Revisions(1, 1, 1, 0), view(yaml));
    }

    private static List<FilterChain> chains(String yaml, String node, String pod, int profile)
            throws Exception {
        var listeners = snapshot(yaml).agent(node, profile).get(ResourceType.LISTENER);
        var listener = Objects.requireNonNull(listeners).get("inbound|" + pod);
        return Objects.requireNonNull(listener).body().unpack(Listener.class).getFilterChainsList();
    }

    private static FilterChain chain(String yaml, String node, String pod, String name)
            throws Exception {
        return chains(yaml, node, pod, Profile.NEWEST).stream()
                .filter(chain -> chain.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** Names of policies, after what their filter is; filters in order. */
    private static List<String> words(FilterChain chain) throws Exception {
        List<String> words = new ArrayList<>();
        for (Filter filter : chain.getFiltersList()) {
            if (filter.getTypedConfig().is(HttpConnectionManager.class)) {
                var manager = filter.getTypedConfig().unpack(HttpConnectionManager.class);
                for (HttpFilter one : manager.getHttpFiltersList()) {
                    if (one.getTypedConfig().is(RBAC.class)) {
                        var rbac = one.getTypedConfig().unpack(RBAC.class);
                        words.addAll(
                                words(
                                        rbac.hasRules() ? rbac.getRules() : null,
                                        rbac.hasShadowRules() ? rbac.getShadowRules() : null,
                                        rbac.getShadowRulesStatPrefix()));
                    } else if (one.getTypedConfig().is(ExtAuthz.class)) {
                        words.add("ext_authz");
                    }
                }
            } else if (filter.getName().equals(Authorizations.TCP_RBAC)) {
                var rbac =
                        filter.getTypedConfig()
                                .unpack(
                                        io.envoyproxy
                                                .envoy
                                                .extensions
                                                .filters
                                                .network
                                                .rbac
                                                .v3
                                                .RBAC
                                                .class);
                words.addAll(
                        words(
                                rbac.hasRules() ? rbac.getRules() : null,
                                rbac.hasShadowRules() ? rbac.getShadowRules() : null,
                                rbac.getShadowRulesStatPrefix()));
            } else if (filter.getName().equals(Authorizations.TCP_EXT_AUTHZ)) {
                words.add("ext_authz");
            }
        }
        return words;
    }

    private static List<String> words(
            io.envoyproxy.envoy.config.rbac.v3.@org.jspecify.annotations.Nullable RBAC rules,
            io.envoyproxy.envoy.config.rbac.v3.@org.jspecify.annotations.Nullable RBAC shadow,
            String prefix) {
        List<String> words = new ArrayList<>();
        if (rules != null) {
            words.add(rules.getAction() + " " + rules.getPoliciesMap().keySet());
        }
        if (shadow != null) {
            words.add(prefix + " " + shadow.getPoliciesMap().keySet());
        }
        return words;
    }

    @ParameterizedTest
    @CsvSource({
        "node-1, uid-reviews-v1, true",
        "node-2, uid-reviews-v2, false",
        "node-1, uid-sleep-v1, false"
    })
    void selectedPodsHaveItOnAllPorts(String node, String pod, boolean selected) throws Exception {
        String yaml =
                policy("a", "{selector: {matchLabels: {app: reviews, version: v1}}, rules: [{}]}");
        for (FilterChain chain : chains(yaml, node, pod, Profile.NEWEST)) {
            assertThat(words(chain))
                    .as(chain.getName())
                    .isEqualTo(
                            selected
                                    ? List.of("ALLOW [ns[default]-policy[a]-rule[0]]")
                                    : List.of());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 5})
    void olderAgentsAreServedThemToo(int profile) throws Exception {
        String yaml = policy("a", "{}");
        for (FilterChain chain : chains(yaml, "node-1", "uid-reviews-v1", profile)) {
            assertThat(words(chain)).as(chain.getName()).hasSize(1);
        }
    }

    @Test
    void theRootNamespacesAreForAll() throws Exception {
        String yaml =
                policy("a", "{selector: {matchLabels: {app: sleep}}, rules: [{}]}")
                        .replace("name: a", "name: a, namespace: istio-system");
        assertThat(words(chain(yaml, "node-1", "uid-sleep-v1", "inbound|80|mtls")))
                .containsExactly("ALLOW [ns[istio-system]-policy[a]-rule[0]]");
        assertThat(words(chain(yaml, "node-1", "uid-reviews-v1", "inbound|9080|mtls"))).isEmpty();
        String elsewhere = yaml.replace("istio-system", "elsewhere");
        assertThat(words(chain(elsewhere, "node-1", "uid-sleep-v1", "inbound|80|mtls"))).isEmpty();
    }

    @Test
    void aServicesAreForItsPorts() throws Exception {
        String yaml =
                policy("a", "{targetRefs: [{kind: Service, name: reviews}], rules: [{}]}")
                        + TestCluster.service("more", "tcp-more", 9999)
                                .replace("app: more", "app: reviews");
        assertThat(words(chain(yaml, "node-1", "uid-reviews-v1", "inbound|9080|mtls"))).hasSize(1);
        assertThat(words(chain(yaml, "node-1", "uid-reviews-v1", "inbound|9999|mtls"))).isEmpty();
        assertThat(words(chain(yaml, "node-1", "uid-reviews-v1", "inbound|_|mtls"))).isEmpty();
        assertThat(words(chain(yaml, "node-1", "uid-sleep-v1", "inbound|80|mtls"))).isEmpty();
    }

    @Test
    void othersAreAskedFirstThenDenialsThenPermissionsThenNotes() throws Exception {
        String yaml =
                policy("audit", "{action: AUDIT, rules: [{}]}")
                        + policy("allow", "{rules: [{}]}")
                        + policy(
                                "deny",
                                "{action: DENY, rules: [{from: [{source: {ipBlocks: [10.0.0.1]}}]}]}")
                        + policy("ask", "{action: CUSTOM, provider: {name: ask}, rules: [{}, {}]}")
                        + policy("tried", "{action: DENY, rules: [{}]}")
                                .replace(
                                        "name: tried",
                                        "name: tried, annotations: {istio.io/dry-run: \"true\"}")
                        + PROVIDER;
        List<String> expected =
                List.of(
                        "istio_ext_authz_ [istio-ext-authz-ask-ns[default]-policy[ask]-rule[0],"
                                + " istio-ext-authz-ask-ns[default]-policy[ask]-rule[1]]",
                        "ext_authz",
                        "DENY [ns[default]-policy[deny]-rule[0]]",
                        "istio_dry_run_deny_ [ns[default]-policy[tried]-rule[0]]",
                        "ALLOW [ns[default]-policy[allow]-rule[0]]",
                        "LOG [ns[default]-policy[audit]-rule[0]]");
        assertThat(words(chain(yaml, "node-1", "uid-reviews-v1", "inbound|9080|mtls")))
                .isEqualTo(expected);
        assertThat(words(chain(yaml, "node-1", "uid-reviews-v1", "inbound|9080|tls")))
                .isEqualTo(expected);
        List<String> ofConnections = new ArrayList<>(expected.subList(2, expected.size()));
        String bad = "-deny-due-to-bad-CUSTOM-action"; // older agents ask nobody about connections
        ofConnections.addFirst(
                "DENY [istio-ext-authz-ask-ns[default]-policy[ask]-rule[0]"
                        + bad
                        + ", istio-ext-authz-ask-ns[default]-policy[ask]-rule[1]"
                        + bad
                        + "]");
        FilterChain older =
                chains(yaml, "node-1", "uid-reviews-v1", Profile.AUTHORIZERS - 1).stream()
                        .filter(chain -> chain.getName().equals("inbound|9080|tls"))
                        .findFirst()
                        .orElseThrow();
        assertThat(words(older)).isEqualTo(ofConnections);
    }

    @Test
    void whoIsAskedIsServedThoughNobodySeesIt() {
        String yaml =
                policy(
                                "ask",
                                "{selector: {matchLabels: {version: v2}}, action: CUSTOM,"
                                        + " provider: {name: ask}, rules: [{}]}")
                        + PROVIDER;
        var snapshot = snapshot(yaml);
        String cluster = "outbound|9000||decider.hidden.svc.cluster.local";
        for (var type : List.of(ResourceType.CLUSTER, ResourceType.ENDPOINTS)) {
            assertThat(names(snapshot.agent("node-2", Profile.NEWEST), type)).contains(cluster);
            assertThat(names(snapshot.agent("node-1", Profile.NEWEST), type))
                    .doesNotContain(cluster);
            assertThat(names(Objects.requireNonNull(snapshot.envoy("uid-reviews-v2")), type))
                    .contains(cluster);
        }
    }

    private static List<String> names(
            Map<ResourceType, Map<String, VersionedResource>> resources, ResourceType type) {
        return List.copyOf(Objects.requireNonNull(resources.get(type)).keySet());
    }

    @ParameterizedTest
    @ValueSource(strings = {"nobody", "lost"})
    void withoutWhoIsAskedWhatFitsIsRefused(String provider) throws Exception {
        String yaml =
                policy(
                                "ask",
                                "{action: CUSTOM, provider: {name: %s}, rules: [{}]}"
                                        .formatted(provider))
                        + PROVIDER;
        assertThat(words(chain(yaml, "node-1", "uid-reviews-v1", "inbound|9080|mtls")))
                .containsExactly(
                        "DENY [istio-ext-authz-"
                                + provider
                                + "-ns[default]-policy[ask]-rule[0]-deny-due-to-bad-CUSTOM-action]");
        assertThat(TestStates.of(TestCluster.reviewsAndSleep() + yaml).authorizationPolicies())
                .hasSize(1);
    }

    @Test
    void ofConnectionsAnAllowRuleWithHttpFieldsNeverFits() throws Exception {
        String yaml =
                policy(
                        "a",
                        "{rules: [{to: [{operation: {ports: ['1']}}, {operation: {methods: [GET]}}]}]}");
        var filter =
                chain(yaml, "node-1", "uid-reviews-v1", "inbound|9080|tls")
                        .getFilters(0)
                        .getTypedConfig()
                        .unpack(io.envoyproxy.envoy.extensions.filters.network.rbac.v3.RBAC.class);
        assertThat(filter.hasRules()).isTrue();
        assertThat(filter.getRules().getAction()).isEqualTo(Action.ALLOW);
        assertThat(filter.getRules().getPoliciesCount()).isZero();
    }

    @Test
    void podsThatAPolicyIsNotForStayTheSame() {
        var compiler = new MeshCompiler();
        var before = compiler.next(TestStates.of(TestCluster.reviewsAndSleep()));
        var after =
                compiler.next(
                        TestStates.of(
                                TestCluster.reviewsAndSleep()
                                        + policy("a", "{selector: {matchLabels: {app: sleep}}}")));
        assertThat(after.pods().get("uid-reviews-v1"))
                .isSameAs(before.pods().get("uid-reviews-v1"));
        assertThat(after.pods().get("uid-sleep-v1")).isNotSameAs(before.pods().get("uid-sleep-v1"));
    }
}
