package dev.fairlead.lab.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fairlead.wire.directory.ObjectDirectory;
import dev.fairlead.wire.directory.ObjectKey;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FollowersTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final ObjectKey ROUTES = new ObjectKey("g", "VirtualService", "default", "r");

    @TempDir Path folder;
    @AutoClose private ObjectDirectory status;
    private Followers followers;

    @BeforeEach
    void open() throws IOException {
        status = new ObjectDirectory(folder);
        followers = new Followers(status);
    }

    @Test
    void pilotHasWhatItSays() throws IOException {
        assertThat(followers.pilotHas(1, 0)).isFalse();
        put(
                "PilotStatus",
                "pilot",
                "{\"appliedRevision\":3,\"observedRevision\":5,\"generation\":7}");
        assertThat(followers.pilotHas(3, 5)).isTrue();
        assertThat(followers.pilotHas(4, 5)).isFalse();
        assertThat(followers.pilotHas(3, 6)).isFalse();
    }

    @Test
    void agentsAreBehindUntilTheyAcknowledge() throws IOException {
        put(
                "PilotStatus",
                "pilot",
                "{\"appliedRevision\":3,\"observedRevision\":5,\"generation\":7}");
        put(
                "AgentStatus",
                "a",
                "{\"connected\":true,\"ackedGeneration\":7,\"ackedAppliedRevision\":3}");
        put(
                "AgentStatus",
                "b",
                "{\"connected\":true,\"ackedGeneration\":6,\"ackedAppliedRevision\":3}");
        put(
                "AgentStatus",
                "c",
                "{\"connected\":false,\"ackedGeneration\":7,\"ackedAppliedRevision\":3}");
        assertThat(followers.agentsBehind(List.of("a", "b", "c", "d"), 3))
                .containsExactly("b", "c", "d");
    }

    @Test
    void aRefusalCountsForItsOwnVersionOnly() throws IOException {
        put(
                ROUTES,
                "{\"resourceVersion\":\"4\",\"conditions\":[{\"type\":\"Accepted\",\"status\":\"False\",\"message\":\"spec.hosts: empty\"}]}");
        assertThat(
                        followers.refusal(
                                ROUTES,
                                JSON.readTree("{\"metadata\":{\"resourceVersion\":\"4\"}}")))
                .contains("spec.hosts: empty");
        assertThat(
                        followers.refusal(
                                ROUTES,
                                JSON.readTree("{\"metadata\":{\"resourceVersion\":\"5\"}}")))
                .isEmpty();
    }

    private void put(String kind, String name, String json) throws IOException {
        put(new ObjectKey("fairlead.dev", kind, "", name), json);
    }

    private void put(ObjectKey key, String json) throws IOException {
        status.put(key, JSON.readTree(json));
    }
}
