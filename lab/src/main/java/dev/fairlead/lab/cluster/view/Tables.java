package dev.fairlead.lab.cluster.view;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.fairlead.lab.cluster.objects.Json;
import dev.fairlead.lab.cluster.objects.Kind;
import dev.fairlead.lab.cluster.objects.Kinds;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/** The answer to {@code get}, worded and laid out as kubectl's. */
public final class Tables {

    private static final ObjectMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
    private static final ObjectMapper YAML =
            YAMLMapper.builder()
                    .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                    .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
                    .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
                    .build();

    private final Clock clock;

    /** How the answer is laid out. */
    public enum Format {
        TABLE,
        WIDE,
        YAML,
        JSON;

        /** What {@code -o} asks for; empty when it is none of ours. */
        public static Optional<Format> of(String word) {
            return switch (word) {
                case "" -> Optional.of(TABLE);
                case "wide" -> Optional.of(WIDE);
                case "yaml" -> Optional.of(YAML);
                case "json" -> Optional.of(JSON);
                default -> Optional.empty();
            };
        }
    }

    /**
     * What is asked for.
     *
     * @param kind plural, singular or short name, in any case
     * @param name one object, or empty for all
     * @param namespace empty for all namespaces
     */
    public record Query(String kind, String name, String namespace, Format format) {}

    /**
     * @param out for standard output, with its last line end
     * @param error for standard error
     * @param status 0, or 1 when there is no such kind or object
     */
    public record Output(String out, String error, int status) {}

    public Tables(Clock clock) {
        this.clock = clock;
    }

    public Output get(Query query, ClusterView view) {
        Optional<Kind> found = Kinds.find(query.kind(), view.keys());
        if (found.isEmpty()) {
            return new Output(
                    "",
                    "error: the server doesn't have a resource type \"" + query.kind() + "\"\n",
                    1);
        }
        Kind kind = found.get();
        List<JsonNode> objects =
                view.objects(kind, query.namespace()).stream()
                        .filter(o -> query.name().isEmpty() || Json.name(o).equals(query.name()))
                        .toList();
        if (objects.isEmpty() && !query.name().isEmpty()) {
            String type =
                    kind.group().isEmpty() ? kind.plural() : kind.plural() + "." + kind.group();
            return new Output(
                    "",
                    "Error from server (NotFound): "
                            + type
                            + " \""
                            + query.name()
                            + "\" not found\n",
                    1);
        }
        return switch (query.format()) {
            case TABLE -> table(kind, query, objects, view, false);
            case WIDE -> table(kind, query, objects, view, true);
            case YAML -> new Output(write(YAML, query, objects), "", 0);
            case JSON -> new Output(write(JSON, query, objects).stripTrailing() + "\n", "", 0);
        };
    }

    private Output table(
            Kind kind, Query query, List<JsonNode> objects, ClusterView view, boolean wide) {
        boolean everywhere = query.namespace().isEmpty() && kind.namespaced();
        if (objects.isEmpty()) {
            String where =
                    kind.namespaced() && !everywhere
                            ? " in " + query.namespace() + " namespace."
                            : "";
            return new Output("", "No resources found" + where + "\n", 0);
        }
        Rows rows = new Rows(view, clock);
        Columns columns =
                new Columns(prefixed(everywhere, "NAMESPACE", rows.header(kind.kind(), wide)));
        for (JsonNode object : objects) {
            columns.add(
                    prefixed(
                            everywhere,
                            Json.namespace(object),
                            rows.row(kind.kind(), object, wide)));
        }
        return new Output(columns.toString(), "", 0);
    }

    private static List<String> prefixed(boolean everywhere, String first, List<String> row) {
        List<String> all = new java.util.ArrayList<>(row);
        if (everywhere) {
            all.addFirst(first);
        }
        return all;
    }

    private static String write(ObjectMapper mapper, Query query, List<JsonNode> objects) {
        JsonNode root;
        if (query.name().isEmpty()) {
            ObjectNode list = JsonNodeFactory.instance.objectNode();
            list.put("apiVersion", "v1");
            list.putArray("items").addAll(objects);
            list.put("kind", "List");
            root = list;
        } else {
            root = objects.getFirst();
        }
        try {
            return mapper.writeValueAsString(root);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot write " + query.kind(), e);
        }
    }
}
