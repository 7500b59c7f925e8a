package dev.fairlead.cli.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fairlead.wire.directory.ObjectKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A cluster's agents and what of its configuration is not in force, as text. Pure.
 *
 * <p>How far an agent is behind is told against the agent that has come farthest: both numbers are
 * the API server's revisions, of which configuration has only some.
 */
final class AgentTable {

    private final List<String[]> rows = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    /** The lines to print. {@code agents}: objects of kind Agent; {@code nodes}: names. */
    static List<String> lines(
            Collection<JsonNode> agents,
            Collection<String> nodes,
            Map<ObjectKey, JsonNode> configs) {
        var table = new AgentTable();
        table.agents(agents, nodes);
        table.configs(configs);
        List<String> lines = new ArrayList<>(table.columns());
        lines.addAll(table.notes);
        return lines;
    }

    private void agents(Collection<JsonNode> agents, Collection<String> nodes) {
        rows.add(
                new String[] {
                    "NODE",
                    "CONNECTED",
                    "VERSION",
                    "PROFILE",
                    "PILOT",
                    "REVISION",
                    "BEHIND",
                    "REJECTED"
                });
        Map<String, JsonNode> byNode = new TreeMap<>();
        for (JsonNode agent : agents) {
            byNode.put(agent.path("metadata").path("name").asText(), agent.path("status"));
        }
        long newest = byNode.values().stream().mapToLong(AgentTable::revision).max().orElse(0);
        byNode.forEach((node, status) -> agent(node, status, newest));
        Set<String> without = new HashSet<>(nodes);
        without.removeAll(byNode.keySet());
        without.stream()
                .sorted()
                .forEach(node ->
                        rows.add(new String[] {node, "no agent", "-", "-", "-", "-", "-", "-"}));
    }

    private static long revision(JsonNode status) {
        return status.path("ackedRevision").asLong(0);
    }

    private void agent(String node, JsonNode status, long newest) {
        JsonNode rejected = status.path("rejected");
        rows.add(
                new String[] {
                    node,
                    status.path("connected").asBoolean() ? "yes" : "no",
                    text(status, "version"),
                    text(status, "profile"),
                    text(status, "pilot"),
                    Long.toString(revision(status)),
                    Long.toString(newest - revision(status)),
                    Integer.toString(rejected.size())
                });
        for (JsonNode one : rejected) {
            String type = one.path("type").asText();
            notes.add(
                    node
                            + " rejects "
                            + type.substring(type.lastIndexOf('.') + 1)
                            + " "
                            + one.path("resource").asText()
                            + ": "
                            + one.path("message").asText());
        }
    }

    private static String text(JsonNode status, String name) {
        String text = status.path(name).asText("");
        return text.isEmpty() ? "-" : text;
    }

    private void configs(Map<ObjectKey, JsonNode> configs) {
        new TreeMap<>(configs)
                .forEach((key, object) -> {
                    for (JsonNode condition : object.path("status").path("conditions")) {
                        String type = condition.path("type").asText();
                        boolean ours = type.equals("Accepted") || type.equals("Programmed");
                        String reason = condition.path("reason").asText();
                        if (ours
                                && condition.path("status").asText().equals("False")
                                && !reason.equals("NotAccepted")) {
                            notes.add(
                                    key.display()
                                            + " is not "
                                            + type
                                            + ": "
                                            + reason
                                            + " "
                                            + condition.path("message").asText());
                        }
                    }
                });
    }

    private List<String> columns() {
        int[] widths = new int[rows.getFirst().length];
        for (String[] row : rows) {
            for (int i = 0; i < row.length; i++) {
                widths[i] = Math.max(widths[i], row[i].length());
            }
        }
        List<String> lines = new ArrayList<>();
        for (String[] row : rows) {
            var line = new StringBuilder();
            for (int i = 0; i < row.length; i++) {
                line.append(row[i]).append(" ".repeat(widths[i] - row[i].length() + 3));
            }
            lines.add(line.toString().stripTrailing());
        }
        return lines;
    }
}
