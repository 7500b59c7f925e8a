package dev.fairlead.pilot.generate;

import static dev.fairlead.pilot.testing.TestCluster.reviewsAndSleep;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import dev.fairlead.pilot.compile.MeshCompiler;
import dev.fairlead.pilot.compile.Profile;
import dev.fairlead.pilot.compile.Requirements;
import dev.fairlead.pilot.source.TestStates;
import io.envoyproxy.envoy.config.cluster.v3.CircuitBreakers.Thresholds;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.common.matcher.v3.MatchPredicate;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What clusters and endpoints say of a DestinationRule's traffic policy. Facts as in Istio's
 * cluster_traffic_policy and loadbalancer tests.
 */
class DestinationRuleTranslationTest {

    private static final String REVIEWS = "outbound|9080||reviews.default.svc.cluster.local";
    private static final int UNLIMITED = -1;

    private static String rule(String policy) {
        return """
        ---
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: reviews}
        spec: {host: reviews, subsets: [{name: v1, labels: {version: v1}}], trafficPolicy: {POLICY}}
        """
                .replace("POLICY", policy);
    }

    private static String node(String name, String region, String zone, String subZone) {
        return """
        ---
        apiVersion: v1
        kind: Node
        metadata:
          name: %s
          labels:
            topology.kubernetes.io/region: %s
            topology.kubernetes.io/zone: %s
            topology.istio.io/subzone: %s
        """
                .formatted(name, region, zone, subZone);
    }

    private static Snapshot snapshot(String yaml) {
        return new Snapshot(
                new Snapshot.Revisions(1, 1, 1, 0), MeshCompiler.compile(TestStates.of(yaml)));
    }

    private static <M extends Message> M get(
            Map<ResourceType, Map<String, VersionedResource>> resources,
            Class<M> kind,
            ResourceType type,
            String name) {
        try {
            return Objects.requireNonNull(resources.getOrDefault(type, Map.of()).get(name))
                    .body()
                    .unpack(kind);
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    private static Cluster cluster(String yaml, int profile) {
        return get(
                snapshot(reviewsAndSleep() + yaml).agent("node-1", profile),
                Cluster.class,
                ResourceType.CLUSTER,
                REVIEWS);
    }

    private static Cluster cluster(String policy) {
        return cluster(rule(policy), Profile.NEWEST);
    }

    private static Thresholds thresholds(Cluster cluster) {
        assertThat(cluster.getCircuitBreakers().getThresholdsList()).hasSize(1);
        return cluster.getCircuitBreakers().getThresholds(0);
    }

    private static HttpProtocolOptions options(Cluster cluster) {
        try {
            return cluster.getTypedExtensionProtocolOptionsOrThrow(
                            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions")
                    .unpack(HttpProtocolOptions.class);
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void withoutARuleNothingIsLimited() {
        Thresholds thresholds = thresholds(cluster("", Profile.NEWEST));
        assertThat(
                        List.of(
                                thresholds.getMaxConnections().getValue(),
                                thresholds.getMaxPendingRequests().getValue(),
                                thresholds.getMaxRequests().getValue(),
                                thresholds.getMaxRetries().getValue()))
                .containsOnly(UNLIMITED);
        assertThat(cluster("", 3).hasCircuitBreakers()).isFalse();
    }

    @Test
    void fieldsThatAreNewerThanTheTypesAreWrittenByTheirNumbers() throws Exception {
        String rule =
                rule(
                        "retryBudget: {budgetInterval: 1.5s},"
                                + " outlierDetection: {outlierDetectionHttpErrorCodes: [429, 503, 429]}");
        Cluster cluster = cluster(rule, Profile.NEWEST);
        assertThat(
                        dev.fairlead.wire.v1.newer.RetryBudget.parseFrom(
                                        thresholds(cluster).getRetryBudget().toByteString())
                                .getBudgetInterval())
                .isEqualTo(Protos.millis(1500));
        assertThat(errors(cluster)).containsExactly("429", "503");
        assertThat(errors(cluster("outlierDetection: {outlierDetectionHttpErrorCodes: [404]}")))
                .containsExactly("404");
        assertThat(errors(cluster("outlierDetection: {}"))).isEmpty();
        Cluster old = cluster(rule, Profile.NEWER_FIELDS - 1);
        assertThat(thresholds(old).getRetryBudget().getUnknownFields().asMap()).isEmpty();
        assertThat(errors(old)).isEmpty();
        var object = TestStates.of(reviewsAndSleep() + rule).destinationRules().getFirst();
        var needed =
                Requirements.of(TestStates.of(reviewsAndSleep() + rule)).get(object.meta().key());
        assertThat(Objects.requireNonNull(needed).profile()).isEqualTo(Profile.NEWER_FIELDS);
    }

    /** The statuses that outlier detection counts as errors. */
    private static List<String> errors(Cluster cluster) throws InvalidProtocolBufferException {
        if (cluster.getTypedExtensionProtocolOptionsCount() == 0) {
            return List.of();
        }
        var newer =
                dev.fairlead.wire.v1.newer.HttpProtocolOptions.parseFrom(
                        options(cluster).toByteString());
        if (!newer.hasOutlierDetection()) {
            return List.of();
        }
        var matcher = MatchPredicate.parseFrom(newer.getOutlierDetection().getErrorMatcher());
        var rules = matcher.hasOrMatch() ? matcher.getOrMatch().getRulesList() : List.of(matcher);
        return rules.stream()
                .map(rule -> rule.getHttpResponseHeadersMatch().getHeaders(0))
                .peek(header -> assertThat(header.getName()).isEqualTo(":status"))
                .map(header -> header.getStringMatch().getExact())
                .toList();
    }

    @Test
    void poolsAreLimitedWhereTheRuleSaysSo() {
        Cluster cluster =
                cluster(
                        """
                        retryBudget: {minRetryConcurrency: 5},
                        connectionPool: {
                          tcp: {maxConnections: 1, connectTimeout: 30ms, maxConnectionDuration: 1h, idleTimeout: 9s,
                            tcpKeepalive: {probes: 3, time: 7200s}},
                          http: {http1MaxPendingRequests: 2, http2MaxRequests: 3, maxRequestsPerConnection: 4}}
                        """);
        Thresholds thresholds = thresholds(cluster);
        assertThat(thresholds.getMaxConnections().getValue()).isEqualTo(1);
        assertThat(thresholds.getMaxPendingRequests().getValue()).isEqualTo(2);
        assertThat(thresholds.getMaxRequests().getValue()).isEqualTo(3);
        assertThat(thresholds.getMaxRetries().getValue()).isEqualTo(UNLIMITED);
        assertThat(thresholds.getRetryBudget().getBudgetPercent().getValue()).isEqualTo(20);
        assertThat(thresholds.getRetryBudget().getMinRetryConcurrency().getValue()).isEqualTo(5);
        assertThat(cluster.getConnectTimeout().getNanos()).isEqualTo(30_000_000);
        var keepAlive = cluster.getUpstreamConnectionOptions().getTcpKeepalive();
        assertThat(keepAlive.getKeepaliveProbes().getValue()).isEqualTo(3);
        assertThat(keepAlive.getKeepaliveTime().getValue()).isEqualTo(7200);
        assertThat(keepAlive.hasKeepaliveInterval()).isFalse();
        var common = options(cluster).getCommonHttpProtocolOptions();
        assertThat(common.getIdleTimeout().getSeconds()).isEqualTo(9);
        assertThat(common.getMaxConnectionDuration().getSeconds()).isEqualTo(3600);
        assertThat(common.getMaxRequestsPerConnection().getValue()).isEqualTo(4);
        assertThat(options(cluster).getExplicitHttpConfig().hasHttpProtocolOptions()).isTrue();
    }

    @Test
    void http2ConnectionsArePinged() {
        var http2 =
                options(
                                cluster(
                                        "connectionPool: {http: {h2UpgradePolicy: UPGRADE,"
                                                + " http2KeepAlive: {interval: 15s, timeout: 5s}}}"))
                        .getExplicitHttpConfig()
                        .getHttp2ProtocolOptions();
        assertThat(http2.getConnectionKeepalive().getInterval().getSeconds()).isEqualTo(15);
        assertThat(http2.getConnectionKeepalive().getTimeout().getSeconds()).isEqualTo(5);
    }

    /** Success rates are never looked at, panic is off where nothing else is said. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "interval: 1s, baseEjectionTime: 180s, maxEjectionPercent: 100 | interval { seconds: 1"
                        + " } base_ejection_time { seconds: 180 } max_ejection_percent { value: 100"
                        + " } enforcing_success_rate { }",
                "consecutive5xxErrors: 3 | consecutive_5xx { value: 3 } enforcing_consecutive_5xx {"
                        + " value: 100 } enforcing_success_rate { }",
                "consecutive5xxErrors: 0, consecutiveGatewayErrors: 3 | consecutive_5xx { }"
                        + " enforcing_consecutive_5xx { } enforcing_success_rate { }"
                        + " consecutive_gateway_failure { value: 3 }"
                        + " enforcing_consecutive_gateway_failure { value: 100 }",
                "consecutiveErrors: 5 | enforcing_consecutive_5xx { } enforcing_success_rate { }"
                        + " consecutive_gateway_failure { value: 5 }"
                        + " enforcing_consecutive_gateway_failure { value: 100 }",
                "splitExternalLocalOriginErrors: true, consecutiveLocalOriginFailures: 2 |"
                        + " enforcing_success_rate { } split_external_local_origin_errors: true"
                        + " consecutive_local_origin_failure { value: 2 }"
                        + " enforcing_consecutive_local_origin_failure { value: 100 }"
                        + " enforcing_local_origin_success_rate { }"
            })
    void outlierDetection(String policy, String written) throws TextFormat.ParseException {
        Cluster cluster = cluster("outlierDetection: {" + policy + "}");
        assertThat(cluster.getOutlierDetection())
                .isEqualTo(
                        TextFormat.parse(
                                written,
                                io.envoyproxy.envoy.config.cluster.v3.OutlierDetection.class));
        assertThat(cluster.getCommonLbConfig().hasHealthyPanicThreshold()).isTrue();
        assertThat(cluster.getCommonLbConfig().getHealthyPanicThreshold().getValue()).isZero();
    }

    @Test
    void newEndpointsWarmUp() {
        var slow =
                cluster("loadBalancer: {simple: ROUND_ROBIN, warmup: {duration: 300s}}")
                        .getRoundRobinLbConfig()
                        .getSlowStartConfig();
        assertThat(slow.getSlowStartWindow().getSeconds()).isEqualTo(300);
        assertThat(slow.getAggression().getDefaultValue()).isEqualTo(1);
        assertThat(slow.getMinWeightPercent().getValue()).isEqualTo(10);
        assertThat(
                        cluster("loadBalancer: {warmup: {duration: 1s, minimumPercent: 5}}")
                                .getLeastRequestLbConfig()
                                .getSlowStartConfig()
                                .getMinWeightPercent()
                                .getValue())
                .isEqualTo(5);
    }

    @Test
    void passthroughGoesWhereTheClientWent() {
        Cluster cluster = cluster("loadBalancer: {simple: PASSTHROUGH}");
        assertThat(cluster.getType()).isEqualTo(Cluster.DiscoveryType.ORIGINAL_DST);
        assertThat(cluster.getLbPolicy()).isEqualTo(Cluster.LbPolicy.CLUSTER_PROVIDED);
    }

    @Test
    void aPortsSettingsReplaceTheOthersAndMeshDefaultsFillWholeBlocks() {
        assertThat(
                        thresholds(
                                        cluster(
                                                "connectionPool: {tcp: {maxConnections: 1}},"
                                                        + " portLevelSettings: [{port: {number: 9080},"
                                                        + " loadBalancer: {simple: RANDOM}}]"))
                                .getMaxConnections()
                                .getValue())
                .isEqualTo(UNLIMITED);
        String mesh =
                """
                ---
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: mesh, namespace: fairlead-system}
                data:
                  mesh: |
                    connectTimeout: 3s
                    tcpKeepalive: {probes: 9, interval: 5s}
                    defaultTrafficPolicy: {connectionPool: {tcp: {maxConnections: 7}}, outlierDetection: {}}
                """;
        Cluster cluster =
                cluster(
                        mesh + rule("connectionPool: {tcp: {tcpKeepalive: {probes: 2}}}"),
                        Profile.NEWEST);
        assertThat(thresholds(cluster).getMaxConnections().getValue()).isEqualTo(UNLIMITED);
        assertThat(cluster.hasOutlierDetection()).isTrue();
        assertThat(cluster.getConnectTimeout().getSeconds()).isEqualTo(3);
        var keepAlive = cluster.getUpstreamConnectionOptions().getTcpKeepalive();
        assertThat(keepAlive.getKeepaliveProbes().getValue()).isEqualTo(2);
        assertThat(keepAlive.getKeepaliveInterval().getValue()).isEqualTo(5);
        assertThat(thresholds(cluster(mesh, 4)).getMaxConnections().getValue()).isEqualTo(7);
    }

    @Test
    void limitsOfTheNodeAreAskedForByAnnotation() {
        String annotated =
                rule("connectionPool: {tcp: {maxConnections: 1}}")
                        .replace(
                                "{name: reviews}",
                                "{name: reviews, annotations:"
                                        + " {traffic.fairlead.dev/node-wide-limits: 'true'}}");
        assertThat(
                        cluster(annotated, 4)
                                .getMetadata()
                                .getFilterMetadataOrThrow("fairlead")
                                .getFieldsOrThrow("node_wide_limits")
                                .getBoolValue())
                .isTrue();
        assertThat(cluster("connectionPool: {tcp: {maxConnections: 1}}").hasMetadata()).isFalse();
    }

    /**
     * Endpoints of reviews as an agent sees them: {@code priority weight region/zone/sub-zone
     * number}; v1 is at the first node, the other two at the second.
     */
    private static List<String> places(String yaml, String agent, int profile) {
        var assignment =
                get(
                        snapshot(reviewsAndSleep() + yaml).agent(agent, profile),
                        ClusterLoadAssignment.class,
                        ResourceType.ENDPOINTS,
                        REVIEWS);
        List<String> places = new ArrayList<>();
        for (LocalityLbEndpoints some : assignment.getEndpointsList()) {
            var at = some.getLocality();
            places.add(
                    some.getPriority()
                            + " "
                            + some.getLoadBalancingWeight().getValue()
                            + " "
                            + at.getRegion()
                            + "/"
                            + at.getZone()
                            + "/"
                            + at.getSubZone()
                            + " "
                            + some.getLbEndpointsCount());
        }
        return places;
    }

    private static final String NODES =
            node("node-1", "r1", "z1", "s1") + node("node-2", "r1", "z2", "s2");

    private static final String SLEEP_2 =
            dev.fairlead.pilot.testing.TestCluster.pod("other", "v1", "node-2", "198.18.2.20");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                // nearest first, where somebody ejects endpoints
                "outlierDetection: {} | 0 0 r1/z1/s1 1, 1 0 r1/z2/s2 2 | 0 0 r1/z2/s2 2, 1 0 r1/z1/s1 1",
                "loadBalancer: {simple: RANDOM} | 0 0 r1/z1/s1 1, 0 0 r1/z2/s2 2 | 0 0 r1/z1/s1 1, 0 0"
                        + " r1/z2/s2 2",
                "outlierDetection: {}, loadBalancer: {localityLbSetting: {enabled: false}} | 0 0"
                        + " r1/z1/s1 1, 0 0 r1/z2/s2 2 | 0 0 r1/z1/s1 1, 0 0 r1/z2/s2 2",
                // shares, for whom they are given
                "loadBalancer: {localityLbSetting: {distribute: [{from: r1/z1/*, to: {r1/z1: 20, r1/z2:"
                        + " 80}}]}} | 0 20 r1/z1/s1 1, 0 80 r1/z2/s2 2 | 0 1 r1/z1/s1 1, 0 2 r1/z2/s2 2",
                "loadBalancer: {localityLbSetting: {distribute: [{from: '*', to: {r1/z2/s2: 100}}]}} |"
                        + " 0 100 r1/z2/s2 2 | 0 100 r1/z2/s2 2",
                // by labels
                "outlierDetection: {}, loadBalancer: {localityLbSetting: {failoverPriority:"
                        + " [topology.kubernetes.io/region, version=v3]}} | 0 1 r1/z2/s2 1, 1 1 r1/z1/s1"
                        + " 1, 1 1 r1/z2/s2 1 | 0 1 r1/z2/s2 1, 1 1 r1/z1/s1 1, 1 1 r1/z2/s2 1",
                "outlierDetection: {}, loadBalancer: {localityLbSetting: {failoverPriority:"
                        + " [kubernetes.io/hostname]}} | 0 1 r1/z1/s1 1, 1 2 r1/z2/s2 2 | 0 2 r1/z2/s2"
                        + " 2, 1 1 r1/z1/s1 1"
            })
    void endpointsComeAsTheClientsNodeSeesThem(String policy, String first, String second) {
        String yaml = NODES + SLEEP_2 + rule(policy);
        assertThat(String.join(", ", places(yaml, "node-1", 4))).isEqualTo(first);
        assertThat(String.join(", ", places(yaml, "node-2", 4))).isEqualTo(second);
        assertThat(places(yaml, "node-2", 3)).containsExactly("0 0 r1/z1/ 1", "0 0 r1/z2/ 2");
    }

    @Test
    void anotherRegionComesBeforeTheOthersWhereFailoverSaysSo() {
        String nodes =
                node("node-1", "r1", "z1", "s1")
                        + node("node-2", "r2", "z1", "s1")
                        + node("node-3", "r3", "z1", "s1")
                        + SLEEP_2.replace("node-2", "node-3");
        String rule =
                rule(
                        "outlierDetection: {}, loadBalancer: {localityLbSetting: {failover: [{from:"
                                + " r3, to: r2}]}}");
        assertThat(places(nodes + rule, "node-3", 4))
                .containsExactly("0 2 r2/z1/s1 2", "1 1 r1/z1/s1 1");
        assertThat(places(nodes + rule, "node-1", 4))
                .containsExactly("0 1 r1/z1/s1 1", "1 2 r2/z1/s1 2");
    }

    @Test
    void aServiceMayPreferOrKeepToTheNode() {
        String local =
                reviewsAndSleep()
                        .replaceFirst("clusterIP:", "internalTrafficPolicy: Local\n  clusterIP:");
        var snapshot = snapshot(local + NODES + SLEEP_2);
        assertThat(addresses(snapshot, "node-1")).isEqualTo(1);
        assertThat(addresses(snapshot, "node-2")).isEqualTo(2);
        String near =
                reviewsAndSleep()
                        .replaceFirst(
                                "clusterIP:", "trafficDistribution: PreferClose\n  clusterIP:");
        var assignment =
                get(
                        snapshot(near + NODES).agent("node-1", 4),
                        ClusterLoadAssignment.class,
                        ResourceType.ENDPOINTS,
                        REVIEWS);
        assertThat(assignment.getEndpointsList())
                .extracting(LocalityLbEndpoints::getPriority)
                .containsExactly(0, 1);
    }

    private static int addresses(Snapshot snapshot, String node) {
        return get(
                        snapshot.agent(node, 4),
                        ClusterLoadAssignment.class,
                        ResourceType.ENDPOINTS,
                        REVIEWS)
                .getEndpointsList()
                .stream()
                .mapToInt(LocalityLbEndpoints::getLbEndpointsCount)
                .sum();
    }

    /** Nodes of one place share what is written, and what did not change is not written again. */
    @Test
    void endpointsAreWrittenOnceForEachPlace() {
        String yaml =
                reviewsAndSleep()
                        + node("node-1", "r1", "z1", "s1")
                        + node("node-2", "r1", "z1", "s1")
                        + SLEEP_2
                        + rule("outlierDetection: {}");
        var snapshot = snapshot(yaml);
        assertThat(snapshot.agent("node-1", 4).get(ResourceType.ENDPOINTS).get(REVIEWS))
                .isSameAs(snapshot.agent("node-2", 4).get(ResourceType.ENDPOINTS).get(REVIEWS));
    }
}
