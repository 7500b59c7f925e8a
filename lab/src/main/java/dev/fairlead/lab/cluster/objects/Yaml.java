package dev.fairlead.lab.cluster.objects;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.List;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;

/** YAML text that is no Kubernetes object, such as the image map. */
public final class Yaml {

    private Yaml() {}

    /** The one document in {@code text}; {@link ManifestException} names {@code source}. */
    public static JsonNode parse(String source, String text) {
        List<JsonNode> documents = documents(source, text);
        if (documents.size() > 1) {
            throw new ManifestException(source, documents.size() + " documents, expected one");
        }
        return documents.isEmpty() ? MissingNode.getInstance() : documents.getFirst();
    }

    static List<JsonNode> documents(String source, String text) {
        try {
            return YamlTree.documents(text);
        } catch (MarkedYAMLException e) {
            int line = e.getProblemMark() == null ? 0 : e.getProblemMark().getLine() + 1;
            throw new ManifestException(source, "line " + line + ": " + e.getProblem());
        } catch (YAMLException | IllegalArgumentException e) {
            throw new ManifestException(source, String.valueOf(e.getMessage()));
        }
    }
}
