package dev.fairlead.pilot.source;

import static dev.fairlead.pilot.testing.TestCluster.pod;
import static dev.fairlead.pilot.testing.TestCluster.reviewsAndSleep;
import static dev.fairlead.pilot.testing.TestCluster.routeTo;
import static dev.fairlead.pilot.testing.TestCluster.subsets;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.pilot.state.Pod;
import dev.fairlead.wire.directory.ObjectKey;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class StateBuilderTest {

    private static JsonNode status(String yaml, ObjectKey key) {
        return Objects.requireNonNull(TestStates.build(yaml).statuses().get(key));
    }

    private static final ObjectKey ROUTE =
            new ObjectKey("networking.istio.io", "VirtualService", "default", "reviews");

    @Test
    void aSubsetThatNoRuleDefinesIsAWarning() {
        JsonNode status = status(reviewsAndSleep() + routeTo("reviews", "v2"), ROUTE);
        assertThat(status.path("conditions").path(0).path("status").asText()).isEqualTo("True");
        assertThat(status.path("conditions").path(1).path("type").asText()).isEqualTo("Warning");
        assertThat(status.path("conditions").path(1).path("message").asText())
                .isEqualTo(
                        "spec.http[0].route[0].destination.subset: no DestinationRule defines v2"
                                + " of reviews.default.svc.cluster.local");
        assertThat(
                        status(
                                        reviewsAndSleep()
                                                + routeTo("reviews", "v2")
                                                + subsets("reviews", "v2"),
                                        ROUTE)
                                .path("conditions"))
                .hasSize(1);
    }

    @Test
    void aRefusalNamesFieldAndReason() {
        JsonNode status =
                status(
                        """
                        apiVersion: networking.istio.io/v1
                        kind: VirtualService
                        metadata: {name: reviews, generation: 3, resourceVersion: "7"}
                        spec: {hosts: [reviews], http: [{fault: {abort: {http2Error: x}}, route: [{destination: {host: a}}]}]}
                        """,
                        ROUTE);
        assertThat(status.path("observedGeneration").asInt()).isEqualTo(3);
        assertThat(status.path("resourceVersion").asText()).isEqualTo("7");
        JsonNode condition = status.path("conditions").path(0);
        assertThat(condition.path("status").asText()).isEqualTo("False");
        assertThat(condition.path("reason").asText()).isEqualTo("NotSupported");
        assertThat(condition.path("message").asText())
                .isEqualTo("spec.http[0].fault.abort.http2Error: not supported yet");
    }

    @Test
    void aPodsFactsAreRead() {
        Pod pod =
                Objects.requireNonNull(
                        TestStates.of(
                                        """
                                        apiVersion: v1
                                        kind: Pod
                                        metadata:
                                          name: a-5d6f-x
                                          uid: u
                                          labels: {pod-template-hash: 5d6f}
                                          annotations:
                                            traffic.sidecar.istio.io/excludeOutboundPorts: "3306, x"
                                            fairlead.dev/exclude-outbound-cidrs: "10.0.0.0/8, 10.9.9.9, 10.0.0.0/33, here/8"
                                          ownerReferences: [{kind: ReplicaSet, name: a-5d6f}]
                                        spec: {nodeName: n, containers: [{ports: [{name: web, containerPort: 80}]}]}
                                        status: {phase: Running, podIPs: [{ip: 198.18.1.9}]}
                                        """)
                                .pods()
                                .get("u"));
        assertThat(pod.workload()).isEqualTo("a");
        assertThat(pod.serviceAccount()).isEqualTo("default");
        assertThat(pod.ports()).containsEntry("web", 80);
        assertThat(pod.exclusions())
                .isEqualTo(
                        new Pod.Exclusions(
                                List.of(), List.of(3306), List.of("10.0.0.0/8", "10.9.9.9/32")));
    }

    @Test
    void podsThatAreOverOrOnTheHostsNetworkAreNone() {
        String over =
                pod("a", "v1", "n", "198.18.1.1").replace("phase: Running", "phase: Succeeded");
        String host =
                pod("b", "v1", "n", "198.18.1.2").replace("spec: {", "spec: {hostNetwork: true, ");
        assertThat(TestStates.of(over + host).pods()).isEmpty();
    }
}
