package dev.fairlead.agent.ops.telemetry;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * Which stats are wanted.
 *
 * @param pattern RE2 that has to be found somewhere in the name; null: all
 * @param usedOnly leave out what is 0 (Envoy: what was never written, which a gauge back at 0 was)
 */
public record StatFilter(@Nullable Pattern pattern, boolean usedOnly) {

    public static final StatFilter ALL = new StatFilter(null, false);

    /** IllegalArgumentException says what is wrong with the expression. */
    public static StatFilter of(@Nullable String expression, boolean usedOnly) {
        try {
            return new StatFilter(
                    expression == null ? null : Pattern.compile(expression), usedOnly);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException("filter is not RE2: " + e.getMessage(), e);
        }
    }

    boolean accepts(String name, long value) {
        return (!usedOnly || value != 0) && accepts(name);
    }

    boolean accepts(String name) {
        return pattern == null || pattern.matcher(name).find();
    }
}
