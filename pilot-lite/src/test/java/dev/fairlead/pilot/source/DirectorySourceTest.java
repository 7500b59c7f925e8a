package dev.fairlead.pilot.source;

import static dev.fairlead.pilot.testing.TestCluster.pod;
import static dev.fairlead.pilot.testing.TestCluster.reviewsAndSleep;
import static dev.fairlead.pilot.testing.TestCluster.routeTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.pilot.generate.ResourceType;
import dev.fairlead.pilot.status.StatusKeys;
import dev.fairlead.pilot.testing.Await;
import dev.fairlead.pilot.testing.FakeAgent;
import dev.fairlead.pilot.testing.TestCluster;
import dev.fairlead.pilot.testing.TestPilot;
import dev.fairlead.wire.directory.ObjectKey;
import dev.fairlead.wire.v1.report.AgentReportsGrpc;
import dev.fairlead.wire.v1.report.PodCapture;
import dev.fairlead.wire.v1.report.ReportPodsRequest;
import dev.fairlead.wire.v1.workload.Workload;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectorySourceTest {

    private static final ObjectKey ROUTE =
            new ObjectKey("networking.istio.io", "VirtualService", "default", "reviews");
    private static final String BAD = routeTo("reviews", "v3").replace("http:", "htpt:");

    @TempDir Path folder;
    private TestCluster cluster;
    private TestPilot pilot;

    @BeforeEach
    void start() throws Exception {
        cluster = new TestCluster(folder);
        cluster.apply(reviewsAndSleep());
        pilot = new TestPilot(cluster);
    }

    @AfterEach
    void stop() throws Exception {
        pilot.close();
        cluster.close();
    }

    private void restart() throws Exception {
        pilot.close();
        pilot = new TestPilot(cluster);
    }

    private JsonNode status(ObjectKey key) throws Exception {
        return Objects.requireNonNull(cluster.status(key));
    }

    private String routes(FakeAgent agent) {
        Resource routes =
                Objects.requireNonNull(
                        agent.held(ResourceType.ROUTES).get("outbound|9080|default"));
        return routes.getResource().getValue().toStringUtf8();
    }

    @Test
    void aBadVersionLeavesTheLastGoodInForceEvenOverAColdStart() throws Exception {
        cluster.apply(routeTo("reviews", "v2"));
        pilot.awaitCompiled(2);
        cluster.apply(BAD);
        pilot.awaitCompiled(3);
        assertThat(status(ROUTE).path("conditions").path(0).path("message").asText())
                .contains("spec.htpt: unknown field");
        assertThat(status(ROUTE).path("lastGood").path("spec").has("http")).isTrue();
        assertThat(pilot.pilot().metrics().text()).contains("pilot_rejected_objects 1.0");
        restart();
        try (var agent = new FakeAgent(pilot.channel("node-1")).connect()) {
            pilot.awaitAcknowledged("node-1", 3);
            assertThat(routes(agent)).contains("outbound|9080|v2|reviews");
            long revision = cluster.apply(routeTo("reviews", "v1"));
            pilot.awaitAcknowledged("node-1", revision);
            assertThat(routes(agent)).contains("outbound|9080|v1|reviews");
            assertThat(status(ROUTE).has("lastGood")).isFalse();
        }
    }

    @Test
    void aBadObjectDisturbsNoOther() throws Exception {
        cluster.apply(BAD + routeTo("sleep", "v1"));
        pilot.awaitCompiled(2);
        assertThat(status(ROUTE).path("conditions").path(0).path("status").asText())
                .isEqualTo("False");
        ObjectKey good = new ObjectKey("networking.istio.io", "VirtualService", "default", "sleep");
        assertThat(status(good).path("conditions").path(0).path("status").asText())
                .isEqualTo("True");
        try (var agent = new FakeAgent(pilot.channel("node-1")).connect()) {
            pilot.awaitAcknowledged("node-1", 2);
            assertThat(routes(agent)).contains("outbound|9080||reviews");
        }
    }

    @Test
    void theStatusOfADeletedObjectGoes() throws Exception {
        cluster.apply(routeTo("reviews", "v2"));
        pilot.awaitCompiled(2);
        cluster.delete(routeTo("reviews", "v2"));
        pilot.awaitCompiled(3);
        assertThat(cluster.status(ROUTE)).isNull();
    }

    private boolean report(String node, String uid, boolean captured) {
        return AgentReportsGrpc.newBlockingStub(pilot.channel(node))
                .reportPods(
                        ReportPodsRequest.newBuilder()
                                .addPods(
                                        PodCapture.newBuilder()
                                                .setUid(uid)
                                                .setNamespace("default")
                                                .setName(uid.substring("uid-".length()))
                                                .setCaptured(captured))
                                .setWaitForAgents(
                                        com.google.protobuf.Duration.newBuilder().setSeconds(30))
                                .build())
                .getAcknowledged();
    }

    private static boolean captured(FakeAgent agent, String uid) throws Exception {
        Resource resource = Objects.requireNonNull(agent.held(ResourceType.WORKLOAD).get(uid));
        return resource.getResource().unpack(Workload.class).getCaptured();
    }

    @Test
    void aReportIsAnsweredWhenAllAgentsHaveTheMark() throws Exception {
        try (var one = new FakeAgent(pilot.channel("node-1")).connect();
                var two = new FakeAgent(pilot.channel("node-2")).connect()) {
            pilot.awaitAcknowledged("node-1", 1);
            pilot.awaitAcknowledged("node-2", 1);
            assertThat(report("node-1", "uid-sleep-v1", true)).isTrue();
            assertThat(captured(one, "uid-sleep-v1")).isTrue();
            assertThat(captured(two, "uid-sleep-v1")).isTrue();
            assertThat(
                            Objects.requireNonNull(
                                            one.held(ResourceType.ENDPOINTS)
                                                    .get(
                                                            "outbound|80||sleep.default.svc"
                                                                    + ".cluster.local"))
                                    .getResource()
                                    .getValue()
                                    .toStringUtf8())
                    .contains("tlsMode");
            assertThat(report("node-1", "uid-sleep-v1", false)).isTrue();
            assertThat(captured(two, "uid-sleep-v1")).isFalse();
        }
    }

    @Test
    void aMarkOutlivesItsReporterAndPilotLite() throws Exception {
        try (var agent = new FakeAgent(pilot.channel("node-2")).connect()) {
            report("node-1", "uid-sleep-v1", true);
            assertThat(captured(agent, "uid-sleep-v1")).isTrue();
        }
        restart();
        try (var agent = new FakeAgent(pilot.channel("node-2")).connect()) {
            pilot.awaitAcknowledged("node-2", 1);
            assertThat(captured(agent, "uid-sleep-v1")).isTrue();
        }
    }

    @Test
    void aMarkGoesWithItsPod() throws Exception {
        report("node-1", "uid-sleep-v1", true);
        ObjectKey key = StatusKeys.capture("default", "sleep-v1");
        assertThat(status(key).path("captured").asBoolean()).isTrue();
        cluster.delete(pod("sleep", "v1", "node-1", "198.18.1.10"));
        Await.until("the mark goes", () -> cluster.status(key) == null);
    }

    @Test
    void aNodeCannotSpeakForAnothersPod() throws Exception {
        pilot.awaitCompiled(1);
        assertThatThrownBy(() -> report("node-2", "uid-sleep-v1", true))
                .hasMessageContaining("is not on node node-2");
        assertThat(cluster.status(StatusKeys.capture("default", "sleep-v1"))).isNull();
    }
}
