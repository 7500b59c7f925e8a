package dev.fairlead.lab.cluster.objects;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** Which labels are selected: all terms must hold, and no term selects everything. */
public final class Selector {

    private final List<Predicate<Map<String, String>>> terms = new ArrayList<>();

    private Selector() {}

    /** Equality of each entry, as in a Service's or a node selector. */
    public static Selector equalities(JsonNode map) {
        Selector selector = new Selector();
        selector.addEqualities(map);
        return selector;
    }

    /** A LabelSelector: matchLabels and matchExpressions. */
    public static Selector labels(JsonNode labelSelector) {
        Selector selector = equalities(labelSelector.path("matchLabels"));
        labelSelector.path("matchExpressions").forEach(selector::addExpression);
        return selector;
    }

    private void addEqualities(JsonNode map) {
        Json.map(map).forEach((key, value) -> terms.add(labels -> value.equals(labels.get(key))));
    }

    private void addExpression(JsonNode expression) {
        String key = expression.path("key").asText("");
        List<String> values = Json.list(expression.path("values"));
        String operator = expression.path("operator").asText("");
        terms.add(
                switch (operator) {
                    case "In" -> labels -> values.contains(labels.getOrDefault(key, "\0"));
                    case "NotIn" -> labels -> !values.contains(labels.getOrDefault(key, "\0"));
                    case "Exists" -> labels -> labels.containsKey(key);
                    case "DoesNotExist" -> labels -> !labels.containsKey(key);
                    default ->
                            throw new IllegalArgumentException(
                                    "matchExpressions operator \"" + operator + "\" of " + key);
                });
    }

    public boolean matches(Map<String, String> labels) {
        return terms.stream().allMatch(term -> term.test(labels));
    }

    public boolean isEmpty() {
        return terms.isEmpty();
    }
}
