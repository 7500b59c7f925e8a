package dev.fairlead.pilot.serve;

import static dev.fairlead.pilot.testing.TestCluster.pod;
import static dev.fairlead.pilot.testing.TestCluster.reviewsAndSleep;
import static dev.fairlead.pilot.testing.TestCluster.routeTo;
import static dev.fairlead.pilot.testing.TestCluster.service;
import static dev.fairlead.pilot.testing.TestCluster.slice;
import static dev.fairlead.pilot.testing.TestCluster.subsets;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.pilot.generate.ResourceType;
import dev.fairlead.pilot.status.StatusKeys;
import dev.fairlead.pilot.testing.Await;
import dev.fairlead.pilot.testing.FakeAgent;
import dev.fairlead.pilot.testing.TestCluster;
import dev.fairlead.pilot.testing.TestPilot;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.grpc.Channel;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeltaAdsTest {

    private static final String V2 = "outbound|9080|v2|reviews.default.svc.cluster.local";

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

    /** An agent of node-1 that has everything there is. */
    private FakeAgent settled(FakeAgent agent) throws Exception {
        agent.connect();
        pilot.awaitAcknowledged("node-1", 1);
        return agent;
    }

    @Test
    void anAgentGetsItsPodsAndScopesAndEveryWorkload() throws Exception {
        try (var agent = settled(new FakeAgent(pilot.channel("node-1")))) {
            assertThat(agent.held(ResourceType.LISTENER))
                    .containsOnlyKeys(
                            "outbound|default", "inbound|uid-reviews-v1", "inbound|uid-sleep-v1");
            assertThat(agent.held(ResourceType.ROUTES))
                    .containsOnlyKeys("outbound|80|default", "outbound|9080|default");
            assertThat(agent.held(ResourceType.WORKLOAD))
                    .containsOnlyKeys(
                            "uid-reviews-v1", "uid-reviews-v2", "uid-reviews-v3", "uid-sleep-v1");
            assertThat(agent.held(ResourceType.ENDPOINTS))
                    .containsOnlyKeys(
                            "outbound|80||sleep.default.svc.cluster.local",
                            "outbound|9080||reviews.default.svc.cluster.local");
        }
    }

    @Test
    void aChangeSendsOnlyWhatChanged() throws Exception {
        try (var agent = settled(new FakeAgent(pilot.channel("node-1")))) {
            agent.forget();
            long revision = cluster.apply(slice("sleep", "http", 80, "198.18.1.99=uid-sleep-v1"));
            Await.until("endpoints change", () -> !agent.log().isEmpty());
            pilot.awaitAcknowledged("node-1", revision);
            assertThat(agent.log()).hasSize(1);
            assertThat(agent.log().getFirst().getTypeUrl()).isEqualTo(ResourceType.ENDPOINTS.url());
            assertThat(agent.log().getFirst().getResourcesList())
                    .extracting(Resource::getName)
                    .containsExactly("outbound|80||sleep.default.svc.cluster.local");
        }
    }

    /** K7: no route to a subset is sent before the subset's cluster and its endpoints. */
    @Test
    void aSubsetAddedAndRoutedToAtOnceIsThereBeforeItsRoute() throws Exception {
        try (var agent = settled(new FakeAgent(pilot.channel("node-1")))) {
            agent.forget();
            long revision =
                    cluster.apply(subsets("reviews", "v1", "v2") + routeTo("reviews", "v2"));
            pilot.awaitAcknowledged("node-1", revision);
            List<DeltaDiscoveryResponse> log = agent.log();
            assertThat(index(log, ResourceType.CLUSTER, V2))
                    .isLessThan(index(log, ResourceType.ENDPOINTS, V2));
            assertThat(index(log, ResourceType.ENDPOINTS, V2))
                    .isLessThan(index(log, ResourceType.ROUTES, "outbound|9080|default"));
        }
    }

    /** K7, the way back: the cluster goes only when no route names it any more. */
    @Test
    void aSubsetIsRemovedAfterItsRoute() throws Exception {
        long routed = cluster.apply(subsets("reviews", "v1", "v2") + routeTo("reviews", "v2"));
        try (var agent = settled(new FakeAgent(pilot.channel("node-1")))) {
            pilot.awaitAcknowledged("node-1", routed);
            agent.forget();
            long revision = cluster.apply(subsets("reviews", "v1") + routeTo("reviews", "v1"));
            pilot.awaitAcknowledged("node-1", revision);
            List<DeltaDiscoveryResponse> log = agent.log();
            int removal =
                    first(
                            log,
                            response ->
                                    response.getRemovedResourcesList().contains(V2)
                                            && response.getTypeUrl()
                                                    .equals(ResourceType.CLUSTER.url()));
            assertThat(index(log, ResourceType.ROUTES, "outbound|9080|default"))
                    .isLessThan(removal);
            assertThat(agent.held(ResourceType.CLUSTER)).doesNotContainKey(V2);
        }
    }

    private static int index(List<DeltaDiscoveryResponse> log, ResourceType type, String name) {
        return first(
                log,
                response ->
                        response.getTypeUrl().equals(type.url())
                                && response.getResourcesList().stream()
                                        .anyMatch(r -> r.getName().equals(name)));
    }

    private static int first(
            List<DeltaDiscoveryResponse> log,
            java.util.function.Predicate<DeltaDiscoveryResponse> condition) {
        for (int i = 0; i < log.size(); i++) {
            if (condition.test(log.get(i))) {
                return i;
            }
        }
        throw new AssertionError("no such response in " + log);
    }

    /** Refuses one resource and takes all others. */
    static final class AgentThatNacksOneResource extends FakeAgent {
        private final String name;

        AgentThatNacksOneResource(Channel channel, String name) {
            super(channel);
            this.name = name;
        }

        @Override
        protected Map<String, String> refused(DeltaDiscoveryResponse response) {
            Map<String, String> refused = new HashMap<>();
            for (Resource resource : response.getResourcesList()) {
                if (resource.getName().equals(name)) {
                    refused.put(name, "filter_chains[0]: outside the profile");
                }
            }
            return refused;
        }
    }

    @Test
    void aNackedResourceIsRecordedAndTheRestIsServed() throws Exception {
        String bad = "inbound|uid-sleep-v1";
        try (var agent = settled(new AgentThatNacksOneResource(pilot.channel("node-1"), bad))) {
            assertThat(agent.held(ResourceType.LISTENER))
                    .containsOnlyKeys("outbound|default", "inbound|uid-reviews-v1");
            Await.until("the rejection is shown", () -> rejected("node-1").size() == 1);
            JsonNode rejection = rejected("node-1").get(0);
            assertThat(rejection.path("resource").asText()).isEqualTo(bad);
            assertThat(rejection.path("type").asText()).isEqualTo(ResourceType.LISTENER.url());
            assertThat(rejection.path("message").asText())
                    .isEqualTo("filter_chains[0]: outside the profile");
            assertThat(pilot.pilot().metrics().text())
                    .contains("pilot_total_xds_rejects_total{type=\"LISTENER\",} 1.0");
        }
    }

    @Test
    void aNackedResourceIsNotSentAgainUntilItChanges() throws Exception {
        String bad = "inbound|uid-sleep-v1";
        try (var agent = settled(new AgentThatNacksOneResource(pilot.channel("node-1"), bad))) {
            agent.forget();
            long other = cluster.apply(service("other", "http", 8080));
            pilot.awaitAcknowledged("node-1", other);
            assertThat(sent(agent.log(), bad)).isZero();
            long changed = cluster.apply(service("sleep", "tcp", 80));
            pilot.awaitAcknowledged("node-1", changed);
            assertThat(sent(agent.log(), bad)).isEqualTo(1);
        }
    }

    private static long sent(List<DeltaDiscoveryResponse> log, String name) {
        return log.stream()
                .flatMap(response -> response.getResourcesList().stream())
                .filter(resource -> resource.getName().equals(name))
                .count();
    }

    private JsonNode rejected(String node) throws Exception {
        return Objects.requireNonNull(cluster.status(StatusKeys.agent(node))).path("rejected");
    }

    @Test
    void anAgentThatReconnectsGetsNothingAgain() throws Exception {
        try (var agent = settled(new FakeAgent(pilot.channel("node-1")))) {
            agent.disconnect();
            awaitConnected("node-1", false);
            agent.connect();
            pilot.awaitAcknowledged("node-1", 1);
            assertThat(agent.log()).isEmpty();
        }
    }

    @Test
    void anAgentThatReconnectsHearsWhatWasRemovedMeanwhile() throws Exception {
        try (var agent = settled(new FakeAgent(pilot.channel("node-1")))) {
            agent.disconnect();
            awaitConnected("node-1", false);
            long revision = cluster.delete(pod("sleep", "v1", "node-1", "198.18.1.10"));
            pilot.awaitCompiled(revision);
            agent.connect();
            pilot.awaitAcknowledged("node-1", revision);
            assertThat(agent.held(ResourceType.LISTENER))
                    .containsOnlyKeys("outbound|default", "inbound|uid-reviews-v1");
            assertThat(agent.held(ResourceType.WORKLOAD)).doesNotContainKey("uid-sleep-v1");
        }
    }

    /** Versions are hashes of content, so another life of pilot-lite has the same. */
    @Test
    void aRestartedPilotSendsNothingAgain() throws Exception {
        var agent = settled(new FakeAgent(pilot.channel("node-1")));
        Map<String, Resource> before = agent.held(ResourceType.LISTENER);
        pilot.close();
        Await.until("the stream breaks", () -> agent.failure() != null);
        pilot = new TestPilot(cluster);
        try (var again = new AgentWithTheStateOf(pilot.channel("node-1"), agent)) {
            again.connect();
            pilot.awaitAcknowledged("node-1", 1);
            assertThat(again.log()).isEmpty();
            assertThat(again.held(ResourceType.LISTENER)).isEqualTo(before);
        }
    }

    /** Goes on where another left off. */
    static final class AgentWithTheStateOf extends FakeAgent {
        AgentWithTheStateOf(Channel channel, FakeAgent other) {
            super(channel, other);
        }
    }

    /** Takes what comes and says nothing of it. */
    static final class AgentThatNeverAcks extends FakeAgent {
        AgentThatNeverAcks(Channel channel) {
            super(channel);
        }

        @Override
        protected void answer(DeltaDiscoveryResponse response, Map<String, String> refused) {}
    }

    @Test
    void anAgentThatNeverAcksGetsOneResponsePerTypeAndHoldsUpNobody() throws Exception {
        try (var mute = new AgentThatNeverAcks(pilot.channel("node-2"));
                var agent = new FakeAgent(pilot.channel("node-1"))) {
            mute.connect();
            Await.until("clusters come", () -> !mute.held(ResourceType.CLUSTER).isEmpty());
            settled(agent);
            long revision = cluster.apply(service("other", "http", 8080));
            pilot.awaitAcknowledged("node-1", revision);
            assertThat(mute.log().stream().map(DeltaDiscoveryResponse::getTypeUrl))
                    .doesNotHaveDuplicates()
                    .doesNotContain(ResourceType.LISTENER.url());
        }
    }

    @Test
    void aNameThatDoesNotExistIsAnsweredAsRemoved() throws Exception {
        try (var agent = new CuriousAgent(pilot.channel("node-1"))) {
            settled(agent);
            agent.askFor(ResourceType.ROUTES, "outbound|1|nowhere");
            Await.until(
                    "the answer",
                    () ->
                            agent.log().stream()
                                    .anyMatch(r ->
                                            r.getRemovedResourcesList()
                                                    .contains("outbound|1|nowhere")));
        }
    }

    /** Asks for names out of the blue. */
    static final class CuriousAgent extends FakeAgent {
        CuriousAgent(Channel channel) {
            super(channel);
        }

        void askFor(ResourceType type, String name) {
            send(
                    DeltaDiscoveryRequest.newBuilder()
                            .setTypeUrl(type.url())
                            .addResourceNamesSubscribe(name)
                            .build());
        }
    }

    @Test
    void whoAsksAgainIsAnsweredAgain() throws Exception {
        try (var agent = new CuriousAgent(pilot.channel("node-1"))) {
            settled(agent);
            agent.forget();
            agent.askFor(ResourceType.ROUTES, "outbound|9080|default");
            Await.until("the answer", () -> sent(agent.log(), "outbound|9080|default") == 1);
        }
    }

    @Test
    void anEnvoyGetsItsPodsViewWithThePodsOwnSecret() throws Exception {
        try (var envoy =
                new FakeAgent(pilot.channel("node-1"), Map.of("WORKLOAD_UID", "uid-sleep-v1"))) {
            envoy.connect();
            Await.until("listeners come", () -> !envoy.held(ResourceType.LISTENER).isEmpty());
            assertThat(envoy.held(ResourceType.LISTENER))
                    .containsOnlyKeys("outbound|default", "inbound|uid-sleep-v1");
            assertThat(
                            Objects.requireNonNull(
                                            envoy.held(ResourceType.CLUSTER)
                                                    .get(
                                                            "outbound|9080||reviews.default.svc"
                                                                    + ".cluster.local"))
                                    .getResource()
                                    .getValue()
                                    .toStringUtf8())
                    .contains("spiffe://cluster.local/ns/default/sa/sleep")
                    .doesNotContain("source-workload");
        }
    }

    @Test
    void anEnvoyOfAnotherNodesPodIsRefused() throws Exception {
        try (var envoy =
                new FakeAgent(pilot.channel("node-2"), Map.of("WORKLOAD_UID", "uid-sleep-v1"))) {
            envoy.connect();
            Await.until("the stream ends", () -> envoy.failure() != null);
            assertThat(envoy.failure()).hasMessageContaining("no such pod on the node");
        }
    }

    private void awaitConnected(String node, boolean connected) throws Exception {
        Await.until(
                node + " connected=" + connected,
                () ->
                        Objects.requireNonNull(cluster.status(StatusKeys.agent(node)))
                                        .path("connected")
                                        .asBoolean()
                                == connected);
    }
}
