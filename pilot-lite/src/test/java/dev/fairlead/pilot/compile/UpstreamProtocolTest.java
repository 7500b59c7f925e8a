package dev.fairlead.pilot.compile;

import static dev.fairlead.pilot.testing.TestCluster.reviewsAndSleep;
import static dev.fairlead.pilot.testing.TestCluster.service;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.pilot.source.TestStates;
import dev.fairlead.pilot.state.ClusterState;
import dev.fairlead.pilot.state.DestinationRule;
import dev.fairlead.pilot.state.DestinationRule.H2Upgrade;
import dev.fairlead.pilot.state.DestinationRule.HttpPool;
import dev.fairlead.pilot.state.Protocol;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UpstreamProtocolTest {

    /**
     * The rule's policy ("" where there is none; CLIENT: its protocol is used), the mesh's, and
     * what comes.
     */
    @ParameterizedTest
    @CsvSource({
        "HTTP, '', false, HTTP1",
        "HTTP, '', true, HTTP2",
        "HTTP, DEFAULT, false, HTTP1",
        "HTTP, DEFAULT, true, HTTP2",
        "HTTP, DO_NOT_UPGRADE, true, HTTP1",
        "HTTP, UPGRADE, false, HTTP2",
        "HTTP, CLIENT, false, DOWNSTREAM",
        "HTTP, CLIENT, true, DOWNSTREAM",
        "HTTP2, '', false, HTTP2",
        "HTTP2, DO_NOT_UPGRADE, false, HTTP2",
        "HTTP2, CLIENT, false, DOWNSTREAM",
        "UNDECLARED, '', false, DOWNSTREAM",
        "UNDECLARED, '', true, DOWNSTREAM",
        "UNDECLARED, UPGRADE, false, HTTP2",
        "UNDECLARED, DO_NOT_UPGRADE, true, DOWNSTREAM",
        "TCP, '', true, OPAQUE",
        "TLS, '', true, OPAQUE"
    })
    void theRuleComesBeforeTheMeshAndTheDeclaration(
            Protocol declared, String policy, boolean mesh, UpstreamProtocol expected) {
        HttpPool pool =
                switch (policy) {
                    case "" -> null;
                    case "CLIENT" -> new HttpPool(H2Upgrade.DEFAULT, true, 0);
                    default -> new HttpPool(H2Upgrade.valueOf(policy), false, 0);
                };
        assertThat(UpstreamProtocol.outbound(declared, true, pool, mesh)).isEqualTo(expected);
    }

    @Test
    void anUndeclaredPortIsOpaqueWhereNothingIsDetected() {
        assertThat(UpstreamProtocol.outbound(Protocol.UNDECLARED, false, null, true))
                .isEqualTo(UpstreamProtocol.OPAQUE);
        assertThat(UpstreamProtocol.declared(Protocol.UNDECLARED, false))
                .isEqualTo(UpstreamProtocol.OPAQUE);
    }

    private static final String RULE =
            """
            ---
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: reviews}
            spec:
              host: reviews
              trafficPolicy:
                connectionPool: {http: {h2UpgradePolicy: UPGRADE, maxConcurrentStreams: 7}}
                portLevelSettings:
                - port: {number: 9081}
                  connectionPool: {http: {useClientProtocol: true}}
                - port: {number: 9082}
                  loadBalancer: {simple: RANDOM}
              subsets:
              - {name: v1, labels: {version: v1}}
              - name: v2
                labels: {version: v2}
                trafficPolicy: {connectionPool: {http: {h2UpgradePolicy: DO_NOT_UPGRADE}}}
            """;

    private static Map<String, String> reviews(String yaml) {
        String ports =
                "[{name: http, port: 9080}, {name: http-b, port: 9081}, {name: http-c, port: 9082}]";
        String services =
                reviewsAndSleep().replace("[{name: http, port: 9080, targetPort: 9080}]", ports);
        var mesh = MeshCompiler.compile(TestStates.of(services + yaml));
        Map<String, String> found = new HashMap<>();
        for (var cluster : Objects.requireNonNull(mesh.scopes().get("default")).clusters()) {
            if (cluster.name().contains("reviews")) {
                String[] parts = cluster.name().split("\\|", -1);
                found.put(
                        parts[1] + " " + parts[2],
                        cluster.protocol() + " " + cluster.maxConcurrentStreams());
            }
        }
        return found;
    }

    @Test
    void portSettingsReplaceAndSubsetSettingsPrevail() {
        assertThat(reviews(RULE))
                .isEqualTo(
                        Map.of(
                                "9080 ", "HTTP2 7",
                                "9080 v1", "HTTP2 7",
                                "9080 v2", "HTTP1 0",
                                "9081 ", "DOWNSTREAM 0",
                                "9081 v1", "DOWNSTREAM 0",
                                "9081 v2", "HTTP1 0",
                                "9082 ", "HTTP1 0",
                                "9082 v1", "HTTP1 0",
                                "9082 v2", "HTTP1 0"));
    }

    @Test
    void theMeshsSettingHoldsWhereARuleSaysNothing() {
        String upgrade =
                """
                ---
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: mesh, namespace: fairlead-system}
                data: {mesh: "h2UpgradePolicy: UPGRADE"}
                """;
        assertThat(reviews(RULE + upgrade))
                .containsEntry("9082 ", "HTTP2 0")
                .containsEntry("9082 v2", "HTTP1 0");
    }

    @Test
    void aPortOfHttpAndHttp2IsRoutedByHostAndSpokenToByDeclaration() {
        var mesh =
                MeshCompiler.compile(
                        TestStates.of(
                                reviewsAndSleep()
                                        + service("api", "grpc", 9080)
                                        + service("more", "http2", 9090)));
        ScopeView scope = Objects.requireNonNull(mesh.scopes().get("default"));
        assertThat(scope.chains())
                .filteredOn(Chain.Http.class::isInstance)
                .containsExactly(
                        new Chain.Http(80, "outbound|80|default", true),
                        new Chain.Http(9080, "outbound|9080|default", true),
                        new Chain.Http(9090, "outbound|9090|default", false));
        assertThat(scope.routes())
                .filteredOn(table -> table.name().equals("outbound|9080|default"))
                .flatExtracting(RouteTable::hosts)
                .extracting(RouteTable.VirtualHost::name)
                .containsExactlyInAnyOrder(
                        "api.default.svc.cluster.local:9080",
                        "reviews.default.svc.cluster.local:9080");
        assertThat(scope.clusters())
                .filteredOn(cluster -> cluster.name().startsWith("outbound|9080||"))
                .extracting(ServiceCluster::protocol)
                .containsExactlyInAnyOrder(UpstreamProtocol.HTTP1, UpstreamProtocol.HTTP2);
    }

    /** The rule changes after the pods were compiled, and goes again. */
    @Test
    void thePreservedProtocolReachesTheApplication() {
        String preserve =
                """
                ---
                apiVersion: networking.istio.io/v1
                kind: DestinationRule
                metadata: {name: reviews}
                spec: {host: reviews, trafficPolicy: {connectionPool: {http: {useClientProtocol: true}}}}
                """;
        var compiler = new MeshCompiler();
        var without = TestStates.of(reviewsAndSleep());
        assertThat(inbound(compiler.next(without))).isEqualTo(UpstreamProtocol.HTTP1);
        var with = with(without, TestStates.of(preserve).destinationRules());
        assertThat(inbound(compiler.next(with))).isEqualTo(UpstreamProtocol.DOWNSTREAM);
        assertThat(inbound(compiler.next(without))).isEqualTo(UpstreamProtocol.HTTP1);
    }

    /** The same state but for its DestinationRules. */
    private static ClusterState with(ClusterState state, List<DestinationRule> rules) {
        return new ClusterState(
                state.appliedRevision() + 1,
                state.observedRevision(),
                state.captureRevision(),
                state.mesh(),
                state.namespaces(),
                state.services(),
                state.slices(),
                state.pods(),
                state.nodes(),
                state.networkPolicies(),
                state.virtualServices(),
                rules,
                state.sidecars(),
                state.peerPolicies(),
                state.captured());
    }

    private static UpstreamProtocol inbound(MeshView mesh) {
        return Objects.requireNonNull(mesh.pods().get("uid-reviews-v1"))
                .ports()
                .getFirst()
                .upstream();
    }

    @Test
    void objectsThatNeedANewAgentSaySo() {
        String connect =
                """
                ---
                apiVersion: networking.istio.io/v1
                kind: VirtualService
                metadata: {name: tunnel}
                spec:
                  hosts: [reviews]
                  http:
                  - match: [{method: {exact: CONNECT}}]
                    route: [{destination: {host: reviews}}]
                ---
                apiVersion: networking.istio.io/v1
                kind: DestinationRule
                metadata: {name: plain}
                spec: {host: sleep, trafficPolicy: {connectionPool: {http: {h2UpgradePolicy: DEFAULT}}}}
                """;
        var needed = new Requirements.Requirement(Profile.HTTP2, Set.of("node-1", "node-2"));
        assertThat(Requirements.of(TestStates.of(reviewsAndSleep() + RULE + connect)))
                .hasSize(2)
                .allSatisfy((key, requirement) -> assertThat(requirement).isEqualTo(needed))
                .allSatisfy((key, _) -> assertThat(key.name()).isIn("tunnel", "reviews"));
    }
}
