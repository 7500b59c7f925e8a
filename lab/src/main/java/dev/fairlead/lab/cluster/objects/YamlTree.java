package dev.fairlead.lab.cluster.objects;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.representer.Representer;

/**
 * YAML documents as JSON trees, scalars typed as the Kubernetes tools type them ({@link
 * YamlScalars}). Aliases and merge keys are followed; a key given twice, a tag of its own or a
 * document that unfolds without bound is an error.
 */
final class YamlTree {

    private static final int MAX_CHARACTERS = 16 << 20;
    private static final int MAX_NODES = 1_000_000; // aliases of aliases grow without bound
    private static final int MAX_DEPTH = 200;
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private int nodes;

    private YamlTree() {}

    /**
     * One tree per document; an empty document is a null node. SnakeYAML's or our own words on
     * error.
     */
    static List<JsonNode> documents(String text) {
        LoaderOptions limits = new LoaderOptions();
        limits.setCodePointLimit(MAX_CHARACTERS);
        limits.setNestingDepthLimit(MAX_DEPTH);
        DumperOptions unused = new DumperOptions();
        Yaml yaml =
                new Yaml(
                        new SafeConstructor(limits),
                        new Representer(unused),
                        unused,
                        limits,
                        new YamlScalars());
        List<JsonNode> documents = new ArrayList<>();
        for (Node document : yaml.composeAll(new StringReader(text))) {
            documents.add(new YamlTree().tree(document, 0));
        }
        return documents;
    }

    private JsonNode tree(Node node, int depth) {
        if (++nodes > MAX_NODES || depth > MAX_DEPTH) {
            throw at(node, "aliases unfold without bound");
        }
        return switch (node) {
            case ScalarNode scalar -> scalar(scalar);
            case SequenceNode sequence -> {
                ArrayNode array = JSON.arrayNode();
                sequence.getValue().forEach(element -> array.add(tree(element, depth + 1)));
                yield array;
            }
            case MappingNode mapping -> {
                ObjectNode object = JSON.objectNode();
                mapping(mapping, object, depth);
                yield object;
            }
            default -> throw at(node, "unexpected " + node.getNodeId());
        };
    }

    private void mapping(MappingNode mapping, ObjectNode object, int depth) {
        Set<String> keys = new HashSet<>();
        List<Node> merged = new ArrayList<>();
        for (NodeTuple tuple : mapping.getValue()) {
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                throw at(tuple.getKeyNode(), "a key that is no scalar");
            }
            if (key.getTag().equals(Tag.MERGE)) {
                merged.add(tuple.getValueNode());
                continue;
            }
            if (!keys.add(key.getValue())) {
                throw at(key, "key \"" + key.getValue() + "\" is given twice");
            }
            object.set(key.getValue(), tree(tuple.getValueNode(), depth + 1));
        }
        merged.forEach(source -> merge(source, object, depth));
    }

    private void merge(Node source, ObjectNode object, int depth) {
        if (source instanceof SequenceNode sequence) {
            sequence.getValue().forEach(element -> merge(element, object, depth));
            return;
        }
        if (!(tree(source, depth + 1) instanceof ObjectNode inherited)) {
            throw at(source, "<< needs a mapping");
        }
        inherited.properties().forEach(e -> object.putIfAbsent(e.getKey(), e.getValue()));
    }

    private static JsonNode scalar(ScalarNode scalar) {
        try {
            return YamlScalars.value(scalar.getTag(), scalar.getValue());
        } catch (IllegalArgumentException e) {
            throw at(scalar, String.valueOf(e.getMessage()));
        }
    }

    private static IllegalArgumentException at(Node node, String what) {
        return new IllegalArgumentException(
                "line " + (node.getStartMark().getLine() + 1) + ": " + what);
    }
}
