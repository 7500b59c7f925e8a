package dev.fairlead.lab.engine;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.wire.directory.ObjectDirectory;
import dev.fairlead.wire.directory.ObjectKey;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What pilot-lite and, through it, the agents say they have followed: read from {@code status/}.
 * Holds nothing; any thread.
 */
record Followers(ObjectDirectory status) {

    private static final String GROUP = "fairlead.dev";

    /** Whether pilot-lite has compiled these batches. */
    boolean pilotHas(long appliedRevision, long observedRevision) throws IOException {
        JsonNode pilot = status.get(new ObjectKey(GROUP, "PilotStatus", "", "pilot"));
        return pilot != null
                && field(pilot, "appliedRevision") >= appliedRevision
                && field(pilot, "observedRevision") >= observedRevision;
    }

    /** The agents of {@code nodes} that have not acknowledged what pilot-lite last compiled. */
    List<String> agentsBehind(List<String> nodes, long appliedRevision) throws IOException {
        JsonNode pilot = status.get(new ObjectKey(GROUP, "PilotStatus", "", "pilot"));
        long generation = pilot == null ? 0 : field(pilot, "generation");
        List<String> behind = new ArrayList<>();
        for (String node : nodes) {
            JsonNode agent = status.get(new ObjectKey(GROUP, "AgentStatus", "", node));
            if (agent == null
                    || !agent.path("connected").asBoolean(true)
                    || field(agent, "ackedGeneration") < generation
                    || field(agent, "ackedAppliedRevision") < appliedRevision) {
                behind.add(node);
            }
        }
        return behind;
    }

    private static long field(JsonNode object, String name) {
        JsonNode direct = object.path(name);
        return direct.isMissingNode()
                ? object.path("status").path(name).asLong(-1)
                : direct.asLong(-1);
    }

    /** Why the version {@code resourceVersion} of an object was refused; empty when it was not. */
    Optional<String> refusal(ObjectKey key, @Nullable JsonNode applied) throws IOException {
        JsonNode said = status.get(key);
        if (said == null || applied == null) {
            return Optional.empty();
        }
        JsonNode own = said.has("conditions") ? said : said.path("status");
        String version = applied.path("metadata").path("resourceVersion").asText("");
        if (!own.path("resourceVersion").asText("").equals(version)) {
            return Optional.empty();
        }
        for (JsonNode condition : own.path("conditions")) {
            if (condition.path("type").asText("").equals("Accepted")
                    && condition.path("status").asText("").equals("False")) {
                return Optional.of(condition.path("message").asText("no reason given"));
            }
        }
        return Optional.empty();
    }
}
