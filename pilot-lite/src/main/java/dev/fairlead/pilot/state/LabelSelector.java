package dev.fairlead.pilot.state;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A selector as of {@code metav1.LabelSelector}: all of it must match, an empty one matches
 * everything.
 */
public record LabelSelector(Map<String, String> labels, List<Expression> expressions) {

    public static final LabelSelector EVERYTHING = new LabelSelector(Map.of(), List.of());

    public LabelSelector {
        labels = Map.copyOf(labels);
        expressions = List.copyOf(expressions);
    }

    /** What an expression asks of one label. */
    public enum Operator {
        IN,
        NOT_IN,
        EXISTS,
        DOES_NOT_EXIST
    }

    /** {@code values}: of IN and NOT_IN. */
    public record Expression(String key, Operator operator, List<String> values) {

        public Expression {
            values = List.copyOf(values);
        }

        boolean matches(@Nullable String value) {
            return switch (operator) {
                case IN -> value != null && values.contains(value);
                case NOT_IN -> value == null || !values.contains(value);
                case EXISTS -> value != null;
                case DOES_NOT_EXIST -> value == null;
            };
        }
    }

    public boolean matches(Map<String, String> of) {
        for (var wanted : labels.entrySet()) {
            if (!wanted.getValue().equals(of.get(wanted.getKey()))) {
                return false;
            }
        }
        for (Expression expression : expressions) {
            if (!expression.matches(of.get(expression.key))) {
                return false;
            }
        }
        return true;
    }
}
