package dev.fairlead.pilot.validate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The fields of one object, of which it remembers those that were taken. A name is asked for in
 * camelCase and found in snake_case too; null counts as absent. What does not fit is added to the
 * problems and read as absent, so that one reading finds all of them.
 *
 * <p>Owner: the reader that made it; {@link #end} comes last.
 */
final class Fields {

    private final JsonNode object;
    private final String path;
    private final List<Problem> problems;
    private final Set<String> taken = new HashSet<>();

    private Fields(JsonNode object, String path, List<Problem> problems) {
        this.object = object;
        this.path = path;
        this.problems = problems;
    }

    /** The fields of {@code node}, which stands at {@code path}. */
    static Fields of(JsonNode node, String path, List<Problem> problems) {
        if (!node.isObject()) {
            if (!absent(node)) {
                problems.add(new Problem(path, "must be an object"));
            }
            return new Fields(MissingNode.getInstance(), path, problems);
        }
        return new Fields(node, path, problems);
    }

    /** Where a field stands, by the name that it has in this object. */
    String at(String name) {
        int bracket = name.indexOf('[');
        String written =
                bracket < 0
                        ? written(name)
                        : written(name.substring(0, bracket)) + name.substring(bracket);
        return path.isEmpty() ? written : path + "." + written;
    }

    void problem(String name, String reason) {
        problems.add(new Problem(at(name), reason));
    }

    boolean has(String name) {
        return !absent(object.path(written(name)));
    }

    private String written(String name) {
        if (object.has(name)) {
            return name;
        }
        String snake = snake(name);
        return object.has(snake) ? snake : name;
    }

    private static String snake(String name) {
        var snake = new StringBuilder();
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (Character.isUpperCase(c)) {
                snake.append('_');
            }
            snake.append(Character.toLowerCase(c));
        }
        return snake.toString();
    }

    private static boolean absent(JsonNode node) {
        return node.isMissingNode() || node.isNull();
    }

    private JsonNode take(String name) {
        taken.add(name);
        String snake = snake(name);
        taken.add(snake);
        if (!snake.equals(name) && object.has(name) && object.has(snake)) {
            problem(name, "given twice, as " + snake + " too");
        }
        return object.path(written(name));
    }

    /** The text, or "". */
    String string(String name) {
        JsonNode node = take(name);
        if (!absent(node) && !node.isTextual()) {
            problem(name, "must be a string");
            return "";
        }
        return node.asText("");
    }

    /** The whole number within the bounds, or {@code otherwise} where there is none. */
    int integer(String name, int min, int max, int otherwise) {
        JsonNode node = take(name);
        if (absent(node)) {
            return otherwise;
        }
        if (!node.isIntegralNumber() || node.longValue() < min || node.longValue() > max) {
            problem(name, "must be a whole number from " + min + " to " + max);
            return otherwise;
        }
        return node.intValue();
    }

    /** Checks that a number, if there is one, is within the bounds. */
    void number(String name, double min, double max) {
        JsonNode node = take(name);
        if (!absent(node)
                && (!node.isNumber() || node.doubleValue() < min || node.doubleValue() > max)) {
            problem(name, "must be a number from " + min + " to " + max);
        }
    }

    /** The number within the bounds, or null where there is none. */
    @Nullable Double decimal(String name, double min, double max) {
        JsonNode node = take(name);
        if (absent(node)) {
            return null;
        }
        if (!node.isNumber() || node.doubleValue() < min || node.doubleValue() > max) {
            problem(name, "must be a number from " + min + " to " + max);
            return null;
        }
        return node.doubleValue();
    }

    /** Yes, no, or null where it does not say. */
    @Nullable Boolean flag(String name) {
        boolean value = bool(name);
        return has(name) ? value : null;
    }

    boolean bool(String name) {
        JsonNode node = take(name);
        if (!absent(node) && !node.isBoolean()) {
            problem(name, "must be true or false");
        }
        return node.asBoolean(false);
    }

    /** The member of {@code values} of that name, or null; those {@code notYet} are known. */
    <E extends Enum<E>> @Nullable E choice(String name, E[] values, String... notYet) {
        String text = string(name);
        if (text.isEmpty()) {
            return null;
        }
        for (E value : values) {
            if (value.name().equals(text)) {
                return value;
            }
        }
        problem(
                name,
                List.of(notYet).contains(text)
                        ? text + ": " + Problem.NOT_SUPPORTED
                        : "unknown value " + text);
        return null;
    }

    /** Texts by key; keys in the order written. */
    Map<String, String> strings(String name) {
        Map<String, String> strings = new LinkedHashMap<>();
        JsonNode node = take(name);
        if (!absent(node) && !node.isObject()) {
            problem(name, "must be an object");
        }
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            if (entry.getValue().isTextual()) {
                strings.put(entry.getKey(), entry.getValue().asText());
            } else {
                problems.add(new Problem(at(name) + "." + entry.getKey(), "must be a string"));
            }
        }
        return strings;
    }

    /** Whole numbers by key, those within the bounds. */
    Map<String, Integer> integers(String name, int min, int max) {
        Map<String, Integer> numbers = new LinkedHashMap<>();
        JsonNode node = take(name);
        if (!absent(node) && !node.isObject()) {
            problem(name, "must be an object");
        }
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            JsonNode value = entry.getValue();
            if (value.isIntegralNumber() && value.longValue() >= min && value.longValue() <= max) {
                numbers.put(entry.getKey(), value.intValue());
            } else {
                problems.add(
                        new Problem(
                                at(name) + "." + entry.getKey(),
                                "must be a whole number from " + min + " to " + max));
            }
        }
        return numbers;
    }

    /** Whole numbers of a list, those within the bounds. */
    List<Integer> integerList(String name, int min, int max) {
        List<Integer> numbers = new ArrayList<>();
        JsonNode node = array(name);
        for (int i = 0; i < node.size(); i++) {
            JsonNode value = node.get(i);
            if (value.isIntegralNumber() && value.longValue() >= min && value.longValue() <= max) {
                numbers.add(value.intValue());
            } else {
                problems.add(
                        new Problem(
                                at(name) + "[" + i + "]",
                                "must be a whole number from " + min + " to " + max));
            }
        }
        return numbers;
    }

    /** How many entries a list has; 0 where there is none. */
    int size(String name) {
        return object.path(written(name)).size();
    }

    List<String> stringList(String name) {
        List<String> strings = new ArrayList<>();
        JsonNode node = array(name);
        for (int i = 0; i < node.size(); i++) {
            if (node.get(i).isTextual()) {
                strings.add(node.get(i).asText());
            } else {
                problems.add(new Problem(at(name) + "[" + i + "]", "must be a string"));
            }
        }
        return strings;
    }

    private JsonNode array(String name) {
        JsonNode node = take(name);
        if (!absent(node) && !node.isArray()) {
            problem(name, "must be a list");
            return MissingNode.getInstance();
        }
        return node;
    }

    /** The object of that name as {@code read} reads it, or null where there is none. */
    <T> @Nullable T object(String name, java.util.function.Function<Fields, T> read) {
        JsonNode node = take(name);
        if (absent(node)) {
            return null;
        }
        return readWhole(node, at(name), read);
    }

    /** Each object of the list of that name. */
    <T> List<T> list(String name, java.util.function.Function<Fields, T> read) {
        List<T> values = new ArrayList<>();
        JsonNode node = array(name);
        for (int i = 0; i < node.size(); i++) {
            String where = at(name) + "[" + i + "]";
            if (node.get(i).isNull()) {
                problems.add(new Problem(where, "must be an object"));
            } else {
                values.add(readWhole(node.get(i), where, read));
            }
        }
        return values;
    }

    /** Each object of the map of that name. */
    <T> Map<String, T> map(String name, BiFunction<String, Fields, T> read) {
        Map<String, T> values = new LinkedHashMap<>();
        JsonNode node = take(name);
        if (!absent(node) && !node.isObject()) {
            problem(name, "must be an object");
        }
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            String key = entry.getKey();
            values.put(
                    key,
                    readWhole(
                            entry.getValue(),
                            at(name) + "." + key,
                            fields -> read.apply(key, fields)));
        }
        return values;
    }

    private <T> T readWhole(
            JsonNode node, String where, java.util.function.Function<Fields, T> read) {
        Fields fields = of(node, where, problems);
        T value = read.apply(fields);
        fields.end();
        return value;
    }

    /** Fields that Istio has and we do not, yet. */
    void notYet(String... names) {
        for (String name : names) {
            if (!absent(take(name))) {
                problem(name, Problem.NOT_SUPPORTED);
            }
        }
    }

    /** Whatever else is there is of no effect, and may be. */
    void takeAll() {
        object.fieldNames().forEachRemaining(taken::add);
    }

    boolean isText(String name) {
        return object.path(written(name)).isTextual();
    }

    /** Everything that nobody asked for is a problem. */
    void end() {
        for (Map.Entry<String, JsonNode> entry : object.properties()) {
            if (!taken.contains(entry.getKey())) {
                problems.add(
                        new Problem(
                                path.isEmpty() ? entry.getKey() : path + "." + entry.getKey(),
                                Problem.UNKNOWN));
            }
        }
    }

    /** Problems of one of the fields; it stands below this object's path. */
    void problemBelow(String name, String key, String reason) {
        problems.add(new Problem(at(name) + "." + key, reason));
    }

    /** Whether there is an object at all. */
    boolean given() {
        return object.isObject();
    }

    /** A problem with this object as a whole. */
    void wrong(String reason) {
        problems.add(new Problem(path, reason));
    }

    /** {@code word} in lower case, independent of the machine's language. */
    static String lower(String word) {
        return word.toLowerCase(Locale.ROOT);
    }
}
