package dev.fairlead.pilot.status;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.wire.directory.ObjectKey;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Objects that ask for more than some agents have: their condition Programmed follows both their
 * own status and that of the agents.
 *
 * <p>Owner: the store's writer.
 */
final class AskingObjects {

    private final Map<ObjectKey, JsonNode> asking = new HashMap<>();
    private final Map<String, Integer> profiles = new HashMap<>();

    /** A batch as it is to be written: some objects say more, some speak because agents changed. */
    Map<ObjectKey, Optional<JsonNode>> complete(Map<ObjectKey, Optional<JsonNode>> batch) {
        Map<ObjectKey, Optional<JsonNode>> complete = new LinkedHashMap<>();
        boolean agents = false;
        for (var change : batch.entrySet()) {
            agents |= note(change.getKey(), change.getValue());
        }
        if (agents) {
            asking.forEach((key, status) -> complete.put(key, Optional.of(status)));
        }
        complete.putAll(batch);
        complete.replaceAll((key, status) ->
                asking.containsKey(key) ? status.map(this::withCondition) : status);
        return complete;
    }

    /** True where it is an agent's status. */
    private boolean note(ObjectKey key, Optional<JsonNode> status) {
        if (key.group().equals(StatusKeys.GROUP)) {
            if (!key.kind().equals(StatusKeys.AGENT)) {
                return false;
            }
            if (status.isPresent() && status.get().path("connected").asBoolean()) {
                profiles.put(key.name(), status.get().path("profile").asInt(1));
            } else {
                profiles.remove(key.name());
            }
            return true;
        }
        if (status.isPresent() && AgentTooOld.asks(status.get())) {
            asking.put(key, status.get());
        } else {
            asking.remove(key);
        }
        return false;
    }

    private JsonNode withCondition(JsonNode status) {
        ObjectNode said = status.deepCopy();
        String message = AgentTooOld.message(status, profiles);
        if (!message.isEmpty() && said.path("conditions") instanceof ArrayNode conditions) {
            conditions
                    .addObject()
                    .put("type", "Programmed")
                    .put("status", "False")
                    .put("reason", AgentTooOld.REASON)
                    .put("message", message);
        }
        return said;
    }
}
