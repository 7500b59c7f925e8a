package dev.fairlead.pilot.validate;

import dev.fairlead.pilot.state.LabelSelector;
import dev.fairlead.pilot.state.LabelSelector.Expression;
import dev.fairlead.pilot.state.LabelSelector.Operator;
import java.util.List;
import java.util.Map;

/** Reads Kubernetes' label selectors. */
final class LabelSelectors {

    private static final Map<String, Operator> OPERATORS =
            Map.of(
                    "In", Operator.IN,
                    "NotIn", Operator.NOT_IN,
                    "Exists", Operator.EXISTS,
                    "DoesNotExist", Operator.DOES_NOT_EXIST);

    private LabelSelectors() {}

    static LabelSelector read(Fields selector) {
        return new LabelSelector(
                selector.strings("matchLabels"),
                selector.list("matchExpressions", LabelSelectors::expression));
    }

    private static Expression expression(Fields expression) {
        String key = expression.string("key");
        if (key.isEmpty()) {
            expression.problem("key", "is needed");
        }
        String word = expression.string("operator");
        Operator operator = OPERATORS.get(word);
        if (operator == null) {
            expression.problem("operator", "must be In, NotIn, Exists or DoesNotExist");
            operator = Operator.EXISTS;
        }
        List<String> values = expression.stringList("values");
        boolean set = operator == Operator.IN || operator == Operator.NOT_IN;
        if (set && values.isEmpty()) {
            expression.problem("values", "at least one is needed by " + word);
        } else if (!set && !values.isEmpty()) {
            expression.problem("values", "must be empty with " + word);
        }
        return new Expression(key, operator, values);
    }
}
