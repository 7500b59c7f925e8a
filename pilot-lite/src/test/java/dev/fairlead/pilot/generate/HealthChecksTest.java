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
import dev.fairlead.pilot.testing.TestCluster;
import dev.fairlead.pilot.validate.CrossCheck;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.HealthCheck;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a HealthCheck becomes, and for whom. */
class HealthChecksTest {

    private static final String REVIEWS = "outbound|9080||reviews.default.svc.cluster.local";

    private static String check(String name, String namespace, String spec) {
        return """
        ---
        apiVersion: fairlead.dev/v1alpha1
        kind: HealthCheck
        metadata: {name: %s, namespace: %s}
        spec: {%s}
        """
                .formatted(name, namespace, spec);
    }

    private static Map<ResourceType, Map<String, VersionedResource>> resources(
            String yaml, int profile) {
        return new Snapshot(
                        new Snapshot.Revisions(1, 1, 1, 0),
                        MeshCompiler.compile(TestStates.of(reviewsAndSleep() + yaml)))
                .agent("node-1", profile);
    }

    private static <M extends Message> M get(
            Map<ResourceType, Map<String, VersionedResource>> resources,
            Class<M> kind,
            ResourceType type) {
        return get(resources, kind, type, REVIEWS);
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
        return get(resources(yaml, profile), Cluster.class, ResourceType.CLUSTER);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    tcp: {} \
                    | timeout {seconds: 2} interval {seconds: 10} unhealthy_interval {seconds: 10} \
                    unhealthy_threshold {value: 3} healthy_threshold {value: 2} \
                    reuse_connection {} tcp_health_check {}
                    tcp: {send: A, receive: [B, C]}, timeout: 1s, interval: 2s, unhealthyInterval: 3s, \
                    intervalJitter: 4s, unhealthyThreshold: 5, healthyThreshold: 6 \
                    | timeout {seconds: 1} interval {seconds: 2} unhealthy_interval {seconds: 3} \
                    interval_jitter {seconds: 4} unhealthy_threshold {value: 5} \
                    healthy_threshold {value: 6} reuse_connection {} \
                    tcp_health_check {send {text: "41"} receive {text: "42"} receive {text: "43"}}
                    http: {path: /h} \
                    | timeout {seconds: 2} interval {seconds: 10} unhealthy_interval {seconds: 10} \
                    unhealthy_threshold {value: 3} healthy_threshold {value: 2} \
                    http_health_check {host: "reviews.default.svc.cluster.local" path: "/h" method: GET}
                    http: {path: /h, host: b, method: HEAD, http2: true, \
                    expectedStatuses: [{start: 200, end: 300}]} \
                    | timeout {seconds: 2} interval {seconds: 10} unhealthy_interval {seconds: 10} \
                    unhealthy_threshold {value: 3} healthy_threshold {value: 2} \
                    http_health_check {host: "b" path: "/h" method: HEAD codec_client_type: HTTP2 \
                    expected_statuses {start: 200 end: 300}}
                    """)
    void whatIsAsked(String spec, String written) throws TextFormat.ParseException {
        Cluster cluster = cluster(check("a", "default", "host: reviews, " + spec), Profile.NEWEST);
        assertThat(cluster.getHealthChecksList())
                .containsExactly(TextFormat.parse(written, HealthCheck.class));
        assertThat(cluster.getIgnoreHealthOnHostRemoval()).isTrue();
    }

    /** Envoy would refuse the cluster. */
    @Test
    void callsAreForPortsThatAreAskedInHttp2() throws TextFormat.ParseException {
        String grpc = check("a", "default", "host: reviews, grpc: {service: a.B}");
        assertThat(cluster(grpc, Profile.NEWEST).getHealthChecksList()).isEmpty();
        assertThat(CrossCheck.warnings(TestStates.of(reviewsAndSleep() + grpc)).toString())
                .contains("spec.grpc");
        String upgraded =
                """
                ---
                apiVersion: networking.istio.io/v1
                kind: DestinationRule
                metadata: {name: reviews}
                spec: {host: reviews, trafficPolicy: {connectionPool: {http: {h2UpgradePolicy: UPGRADE}}}}
                """;
        assertThat(cluster(grpc + upgraded, Profile.NEWEST).getHealthChecks(0).getGrpcHealthCheck())
                .isEqualTo(
                        TextFormat.parse(
                                "service_name: \"a.B\""
                                        + " authority: \"reviews.default.svc.cluster.local\"",
                                HealthCheck.GrpcHealthCheck.class));
    }

    @Test
    void anAgentThatCannotAskIsNotTold() {
        String yaml = check("a", "default", "host: reviews, tcp: {}");
        assertThat(cluster(yaml, Profile.HEALTH_CHECKS - 1).getHealthChecksList()).isEmpty();
        var needed = Requirements.of(TestStates.of(reviewsAndSleep() + yaml));
        assertThat(needed.values())
                .anyMatch(requirement -> requirement.profile() == Profile.HEALTH_CHECKS);
    }

    @Test
    void endpointsSayWhereTheyAreAsked() {
        ClusterLoadAssignment endpoints =
                get(
                        resources(
                                check("a", "default", "host: reviews, checkPort: 8081, tcp: {}"),
                                Profile.NEWEST),
                        ClusterLoadAssignment.class,
                        ResourceType.ENDPOINTS);
        assertThat(endpoints.getEndpointsList())
                .isNotEmpty()
                .flatMap(group -> group.getLbEndpointsList())
                .allMatch(one -> one.getEndpoint().getHealthCheckConfig().getPortValue() == 8081);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    port: 9080, tcp: {}, interval: 3s | true
                    port: 1, tcp: {}                  | false
                    """)
    void aPortsOwnComesFirst(String spec, boolean own) {
        String yaml =
                check("a", "default", "host: reviews, http: {path: /}")
                        + check("b", "default", "host: reviews, " + spec);
        assertThat(cluster(yaml, Profile.NEWEST).getHealthChecks(0).hasTcpHealthCheck())
                .isEqualTo(own);
    }

    @Test
    void otherNamespacesClientsHaveAClusterOfTheirOwn() {
        String yaml =
                check("a", "default", "host: reviews, exportTo: [.], tcp: {}")
                        + TestCluster.pod("other", "v1", "node-1", "198.18.1.77")
                                .replace("metadata:", "metadata:\n  namespace: shop");
        var resources = resources(yaml, Profile.NEWEST);
        assertThat(get(resources, Cluster.class, ResourceType.CLUSTER).getHealthChecksList())
                .hasSize(1);
        assertThat(
                        get(resources, Cluster.class, ResourceType.CLUSTER, REVIEWS + "@shop")
                                .getHealthChecksList())
                .isEmpty();
    }

    @Test
    void whatHoldsNotIsSaid() {
        String yaml =
                check("a", "default", "host: reviews, tcp: {}")
                        + check("b", "default", "host: reviews, tcp: {}, timeout: 1s")
                        + check("c", "default", "host: reviews, port: 1, tcp: {}");
        assertThat(CrossCheck.warnings(TestStates.of(reviewsAndSleep() + yaml)).values().toString())
                .contains("spec.host")
                .contains("spec.port");
    }
}
