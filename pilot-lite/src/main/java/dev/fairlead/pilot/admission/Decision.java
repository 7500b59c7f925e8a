package dev.fairlead.pilot.admission;

import dev.fairlead.pilot.validate.Problem;
import dev.fairlead.wire.directory.ObjectKey;
import java.util.ArrayList;
import java.util.List;

/**
 * The answer about one object.
 *
 * @param message why it is denied; empty where it is allowed
 * @param warnings what its user should know; each at most {@link #MAX_WARNING} characters
 */
record Decision(boolean allowed, String message, List<String> warnings) {

    static final int MAX_WARNING = 256; // what Kubernetes asks for
    private static final int MAX_WARNINGS = 15; // it shows 4,096 characters of all of them
    private static final int MAX_PROBLEMS = 100;

    Decision {
        warnings = bounded(warnings);
    }

    static Decision allow() {
        return new Decision(true, "", List.of());
    }

    static Decision allow(List<String> warnings) {
        return new Decision(true, "", warnings);
    }

    /** Denied, with every problem on a line of its own. */
    static Decision deny(ObjectKey key, List<Problem> problems) {
        var message = new StringBuilder(key.display());
        message.append(problems.size() == 1 ? ": " : ":\n");
        problems.stream().limit(MAX_PROBLEMS).forEach(p -> message.append(p).append('\n'));
        if (problems.size() > MAX_PROBLEMS) {
            message.append("and ").append(problems.size() - MAX_PROBLEMS).append(" more");
        }
        return new Decision(false, message.toString().strip(), List.of());
    }

    private static List<String> bounded(List<String> warnings) {
        List<String> bounded = new ArrayList<>();
        for (String warning : warnings) {
            if (bounded.size() == MAX_WARNINGS) {
                bounded.add("and " + (warnings.size() - MAX_WARNINGS) + " more warnings");
                break;
            }
            bounded.add(
                    warning.length() <= MAX_WARNING
                            ? warning
                            : warning.substring(0, MAX_WARNING - 1) + "…");
        }
        return List.copyOf(bounded);
    }
}
