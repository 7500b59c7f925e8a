package dev.fairlead.pilot.source;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.pilot.state.Meta;
import dev.fairlead.pilot.state.MixerWiring;
import dev.fairlead.pilot.validate.Problem;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Words an object's status. */
final class StatusWriter {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private StatusWriter() {}

    static JsonNode status(
            Meta meta,
            List<Problem> problems,
            List<Problem> warnings,
            @Nullable JsonNode lastGood) {
        ObjectNode status = JSON.objectNode();
        status.put("observedGeneration", meta.generation());
        status.put("resourceVersion", meta.resourceVersion());
        ArrayNode conditions = status.putArray("conditions");
        if (problems.isEmpty()) {
            conditions.add(
                    isIgnored(warnings)
                            ? condition("Accepted", true, "Ignored", MixerWiring.IGNORED)
                            : condition("Accepted", true, "Accepted", ""));
        } else {
            conditions.add(condition("Accepted", false, reason(problems), message(problems)));
        }
        if (!warnings.isEmpty() && !isIgnored(warnings)) {
            conditions.add(condition("Warning", true, "CheckReferences", message(warnings)));
        }
        if (lastGood != null) {
            status.set("lastGood", lastGood);
        }
        return status;
    }

    /** Whether it is of no effect here, and wrong in nothing. */
    private static boolean isIgnored(List<Problem> warnings) {
        return warnings.size() == 1 && warnings.getFirst().reason().equals(MixerWiring.IGNORED);
    }

    private static String reason(List<Problem> problems) {
        return problems.stream().allMatch(p -> p.reason().contains("not supported yet"))
                ? "NotSupported"
                : "Invalid";
    }

    private static String message(List<Problem> problems) {
        return problems.stream().map(Problem::toString).collect(Collectors.joining("; "));
    }

    private static ObjectNode condition(String type, boolean status, String reason, String text) {
        return JSON.objectNode()
                .put("type", type)
                .put("status", status ? "True" : "False")
                .put("reason", reason)
                .put("message", text);
    }
}
