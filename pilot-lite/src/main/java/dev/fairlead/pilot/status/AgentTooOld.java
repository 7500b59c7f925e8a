package dev.fairlead.pilot.status;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * That an object asks for what some agents do not have yet. An object's status carries what it asks
 * for; whoever writes the status knows the agents.
 */
public final class AgentTooOld {

    public static final String REASON = "AgentTooOld";
    private static final String REQUIRES = "requires";
    private static final int MAX_NAMED = 5;

    private AgentTooOld() {}

    /** Notes in a status that its object needs a profile on these nodes. */
    public static void require(ObjectNode status, int profile, Collection<String> nodes) {
        ObjectNode requires = status.putObject(REQUIRES).put("profile", profile);
        ArrayNode names = requires.putArray("nodes");
        nodes.forEach(names::add);
    }

    /** Whether there is anything to ask of agents. */
    public static boolean asks(JsonNode status) {
        return status.has(REQUIRES);
    }

    /**
     * Which agents are too old for an object, in words, or "" where none is.
     *
     * @param profiles of the agents that are connected, by node
     */
    public static String message(JsonNode status, Map<String, Integer> profiles) {
        JsonNode requires = status.path(REQUIRES);
        int needed = requires.path("profile").asInt(0);
        List<String> old = new ArrayList<>();
        for (JsonNode node : requires.path("nodes")) {
            Integer profile = profiles.get(node.asText());
            if (profile != null && profile < needed) {
                old.add(node.asText() + " (profile " + profile + ")");
            }
        }
        if (old.isEmpty()) {
            return "";
        }
        String named = String.join(", ", old.subList(0, Math.min(old.size(), MAX_NAMED)));
        String more = old.size() > MAX_NAMED ? " and " + (old.size() - MAX_NAMED) + " more" : "";
        return "needs agents of profile " + needed + ", too old: " + named + more;
    }
}
