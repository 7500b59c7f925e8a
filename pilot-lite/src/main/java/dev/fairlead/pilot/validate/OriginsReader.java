package dev.fairlead.pilot.validate;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.fairlead.pilot.state.JwtRule;
import dev.fairlead.pilot.state.Origins;
import dev.fairlead.pilot.state.Origins.Origin;
import dev.fairlead.pilot.state.Origins.Trigger;
import dev.fairlead.wire.regex.RegexBounds;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Reads what an old policy asks of end users: {@code origins}, {@code originIsOptional}, {@code
 * principalBinding}.
 *
 * <p>Source: istio/api of 1.2, authentication/v1alpha1/policy.proto.
 */
final class OriginsReader {

    private static final Set<String> BINDINGS = Set.of("", "USE_PEER", "USE_ORIGIN");
    private static final int MAX_ORIGINS = 64;
    private static final int MAX_DIFFERENT = 6; // 63 rules

    private OriginsReader() {}

    static Origins read(Fields spec) {
        List<Origin> origins = spec.list("origins", OriginsReader::origin);
        boolean optional = spec.bool("originIsOptional");
        String binding = spec.string("principalBinding");
        if (!BINDINGS.contains(binding)) {
            spec.problem("principalBinding", "unknown value " + binding);
        } else if (binding.equals("USE_ORIGIN") && spec.size("origins") == 0) {
            spec.problem("principalBinding", "USE_ORIGIN without origins lets nobody in");
        }
        if (origins.size() > MAX_ORIGINS) {
            spec.problem("origins", "more than " + MAX_ORIGINS);
        }
        differing(spec, origins);
        return origins.isEmpty() ? Origins.NONE : new Origins(origins, optional);
    }

    /** Each set of origins that a path may trigger together is a rule of its own. */
    private static void differing(Fields spec, List<Origin> origins) {
        Set<List<Trigger>> different = new HashSet<>();
        for (Origin origin : origins) {
            different.add(origin.triggers());
        }
        if (different.size() > MAX_DIFFERENT) {
            spec.problem("origins", "more than " + MAX_DIFFERENT + " different triggerRules");
        }
        for (int i = 0; different.size() > 1 && i < origins.size(); i++) {
            for (Trigger trigger : origins.get(i).triggers()) {
                if (!trigger.isOfPathsOnly()) {
                    spec.problem(
                            "origins[" + i + "]",
                            "a regex, or a question mark, in triggerRules other than another"
                                    + " origin's: "
                                    + Problem.NOT_SUPPORTED);
                }
            }
        }
    }

    private static Origin origin(Fields origin) {
        if (!origin.has("jwt")) {
            origin.problem("jwt", "is needed");
        }
        List<Trigger> triggers = new ArrayList<>();
        JwtRule rule =
                origin.object(
                        "jwt",
                        jwt -> {
                            triggers.addAll(jwt.list("triggerRules", OriginsReader::trigger));
                            several(jwt, triggers);
                            return JwtRuleReader.old(jwt);
                        });
        return new Origin(rule == null ? JwtRuleReader.NOBODY : rule, triggers);
    }

    /** Both of several would have to be tried on one path, for which Envoy has no words. */
    private static void several(Fields jwt, List<Trigger> triggers) {
        if (triggers.size() > 1
                && triggers.stream().anyMatch(trigger -> !trigger.excluded().isEmpty())) {
            jwt.problem(
                    "triggerRules", "more than one, with excludedPaths: " + Problem.NOT_SUPPORTED);
        }
    }

    private static Trigger trigger(Fields trigger) {
        return new Trigger(
                trigger.list("includedPaths", OriginsReader::pattern),
                trigger.list("excludedPaths", OriginsReader::pattern));
    }

    /** RE2 of the whole path. */
    private static String pattern(Fields match) {
        String pattern = "";
        int given = 0;
        for (String kind : new String[] {"exact", "prefix", "suffix", "regex"}) {
            String text = match.string(kind);
            if (match.has(kind)) {
                given++;
                pattern =
                        switch (kind) {
                            case "exact" -> Pattern.quote(text);
                            case "prefix" -> Pattern.quote(text) + Trigger.REST;
                            case "suffix" -> Trigger.REST + Pattern.quote(text);
                            default -> Trigger.REGEX + regex(match, text) + ")";
                        };
            }
        }
        if (given != 1) {
            match.wrong("one of exact, prefix, suffix, regex is needed");
        }
        return pattern;
    }

    private static String regex(Fields match, String text) {
        String excess = text.isEmpty() ? "is empty" : RegexBounds.excess(text);
        if (excess != null) {
            match.problem("regex", excess);
            return "";
        }
        try {
            Pattern.compile(text);
        } catch (PatternSyntaxException e) {
            match.problem("regex", "not RE2: " + e.getMessage());
        }
        return text;
    }
}
