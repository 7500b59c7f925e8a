package dev.fairlead.pilot.validate;

import dev.fairlead.pilot.state.Subnet;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Checks that several kinds have in common. */
final class Checks {

    private static final Pattern GROUP =
            Pattern.compile("([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*)?");
    private static final Pattern KIND = Pattern.compile("[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?");
    private static final int MAX_TARGETS = 16;

    private Checks() {}

    /** At most one of {@code selector}, {@code targetRef} and {@code targetRefs}; each checked. */
    static void targets(Fields spec) {
        int given = 0;
        for (String name : List.of("selector", "targetRef", "targetRefs")) {
            given += spec.has(name) ? 1 : 0;
        }
        if (given > 1) {
            spec.wrong("only one of selector, targetRef, targetRefs can be given");
        }
        spec.object("selector", Checks::selector);
        spec.object("targetRef", Checks::target);
        if (spec.list("targetRefs", Checks::target).size() > MAX_TARGETS) {
            spec.problem("targetRefs", "more than " + MAX_TARGETS);
        }
    }

    private static boolean selector(Fields selector) {
        labels(selector, "matchLabels");
        return true;
    }

    /** Labels to look for: exact ones. */
    static Map<String, String> labels(Fields fields, String name) {
        Map<String, String> labels = fields.strings(name);
        for (Map.Entry<String, String> label : labels.entrySet()) {
            if (label.getKey().isEmpty()) {
                fields.problem(name, "a key is empty");
            } else if (label.getKey().contains("*") || label.getValue().contains("*")) {
                fields.problem(name + "." + label.getKey(), "wildcards are not allowed");
            }
        }
        return labels;
    }

    private static boolean target(Fields target) {
        if (!GROUP.matcher(target.string("group")).matches()) {
            target.problem("group", "is not an API group");
        }
        if (!KIND.matcher(needed(target, "kind")).matches()) {
            target.problem("kind", "is not a kind");
        }
        needed(target, "name");
        if (!target.string("namespace").isEmpty()) {
            target.problem("namespace", "another namespace cannot be referred to");
        }
        return true;
    }

    /** Text that must be there and not empty. */
    static String needed(Fields fields, String name) {
        String text = fields.string(name);
        if (text.isEmpty()) {
            fields.problem(name, "is needed");
        }
        return text;
    }

    /** Texts none of which is empty. */
    static List<String> texts(Fields fields, String name) {
        List<String> texts = fields.stringList(name);
        for (int i = 0; i < texts.size(); i++) {
            if (texts.get(i).isEmpty()) {
                fields.problem(name + "[" + i + "]", "is empty");
            }
        }
        return texts;
    }

    /** A duration of 1 ms or more, if there is one. */
    static void duration(Fields fields, String name) {
        var _ = Durations.read(fields, name, 1);
    }

    /** Texts each of which is an address or a range of them. */
    static void ranges(Fields fields, String name) {
        List<String> ranges = fields.stringList(name);
        for (int i = 0; i < ranges.size(); i++) {
            if (!isRange(ranges.get(i))) {
                fields.problem(
                        name + "[" + i + "]", "\"" + ranges.get(i) + "\" is no address range");
            }
        }
    }

    /** An address or a range of them, if there is one. */
    static void range(Fields fields, String name) {
        String range = fields.string(name);
        if (!range.isEmpty() && !isRange(range)) {
            fields.problem(name, "\"" + range + "\" is no address range");
        }
    }

    /** Whether it is an IP address, alone or with a prefix length. */
    static boolean isRange(String text) {
        return Subnet.of(text) != null;
    }
}
