package dev.fairlead.pilot.serve;

import static dev.fairlead.pilot.testing.TestCluster.reviewsAndSleep;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.pilot.generate.ResourceType;
import dev.fairlead.pilot.testing.Await;
import dev.fairlead.pilot.testing.FakeAgent;
import dev.fairlead.pilot.testing.TestCluster;
import dev.fairlead.pilot.testing.TestPilot;
import dev.fairlead.pilot.testing.Unpack;
import dev.fairlead.wire.directory.ObjectKey;
import dev.fairlead.wire.v1.workload.Workload;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Agents of other versions than pilot-lite's. */
class ProfilesTest {

    private static final ObjectKey SIDECAR =
            new ObjectKey("networking.istio.io", "Sidecar", "default", "sleep-only");
    private static final String PICKS_SLEEP =
            """
            apiVersion: networking.istio.io/v1
            kind: Sidecar
            metadata: {name: sleep-only}
            spec: {workloadSelector: {labels: {app: sleep}}, egress: [{hosts: [other/*]}]}
            """;

    private static final ObjectKey UPGRADED =
            new ObjectKey("networking.istio.io", "DestinationRule", "default", "sleep");
    private static final String UPGRADES_SLEEP =
            """
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: sleep}
            spec:
              host: sleep
              trafficPolicy: {connectionPool: {http: {h2UpgradePolicy: UPGRADE}}}
            """;

    @TempDir Path folder;
    private TestCluster cluster;
    private TestPilot pilot;
    private long revision;

    @BeforeEach
    void start() throws Exception {
        cluster = new TestCluster(folder);
        revision = cluster.apply(reviewsAndSleep() + "---\n" + PICKS_SLEEP);
        pilot = new TestPilot(cluster);
    }

    @AfterEach
    void stop() throws Exception {
        pilot.close();
        cluster.close();
    }

    private FakeAgent settled(int profile) throws Exception {
        var agent = new FakeAgent(pilot.channel("node-1"), profile).connect();
        pilot.awaitAcknowledged("node-1", revision);
        return agent;
    }

    private static Workload sleep(FakeAgent agent) {
        return Unpack.as(
                Workload.class,
                Objects.requireNonNull(agent.held(ResourceType.WORKLOAD).get("uid-sleep-v1")));
    }

    private String programmed() throws Exception {
        return programmed(SIDECAR);
    }

    private String programmed(ObjectKey object) throws Exception {
        JsonNode status = cluster.status(object);
        if (status != null) {
            for (JsonNode condition : status.path("conditions")) {
                if (condition.path("type").asText().equals("Programmed")) {
                    return condition.path("status").asText()
                            + " "
                            + condition.path("reason").asText()
                            + ": "
                            + condition.path("message").asText();
                }
            }
        }
        return "";
    }

    @Test
    void anOldAgentGetsWhatItUnderstandsAndTheObjectSaysSo() throws Exception {
        try (var old = settled(1)) {
            assertThat(old.held(ResourceType.LISTENER))
                    .containsKey("outbound|default")
                    .doesNotContainKey("outbound|default/sleep-only");
            assertThat(old.held(ResourceType.ENROLMENT)).isEmpty();
            assertThat(sleep(old).getScope()).isEmpty();
            Await.until(
                    "the Sidecar says that the agent is too old",
                    () ->
                            programmed()
                                    .equals(
                                            "False AgentTooOld: needs agents of profile 2,"
                                                    + " too old: node-1 (profile 1)"));
        }
        try (var _ = settled(2)) {
            Await.until("the Sidecar no longer says so", () -> programmed().isEmpty());
        }
    }

    @Test
    void anObjectThatAsksForHttp2SaysThatAnAgentIsTooOld() throws Exception {
        revision = cluster.apply(UPGRADES_SLEEP);
        try (var _ = settled(2)) {
            Await.until(
                    "the DestinationRule says that the agent is too old",
                    () ->
                            programmed(UPGRADED)
                                    .equals(
                                            "False AgentTooOld: needs agents of profile 3,"
                                                    + " too old: node-1 (profile 2)"));
        }
        try (var _ = settled(3)) {
            Await.until("it no longer says so", () -> programmed(UPGRADED).isEmpty());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4})
    void anAgentAsNewAsPilotOrNewerGetsAll(int profile) throws Exception {
        try (var agent = settled(profile)) {
            assertThat(agent.held(ResourceType.LISTENER))
                    .containsKeys("outbound|default", "outbound|default/sleep-only");
            assertThat(agent.held(ResourceType.ENROLMENT)).hasSize(1);
            assertThat(sleep(agent).getScope()).isEqualTo("default/sleep-only");
            assertThat(programmed()).isEmpty();
        }
    }
}
