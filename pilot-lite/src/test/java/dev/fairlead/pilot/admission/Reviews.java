package dev.fairlead.pilot.admission;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.pilot.testing.Yaml;
import dev.fairlead.wire.directory.ObjectKey;
import org.jspecify.annotations.Nullable;

/** Reviews as an API server sends them. */
final class Reviews {

    private Reviews() {}

    static byte[] body(String operation, @Nullable String object, @Nullable String oldObject) {
        JsonNode present = object == null ? null : Yaml.documents(object).getFirst();
        JsonNode before = oldObject == null ? null : Yaml.documents(oldObject).getFirst();
        ObjectKey key =
                ObjectKey.of(java.util.Objects.requireNonNull(present == null ? before : present));
        ObjectNode review = JsonNodeFactory.instance.objectNode();
        review.put("apiVersion", "admission.k8s.io/v1").put("kind", "AdmissionReview");
        ObjectNode request = review.putObject("request");
        request.put("uid", "review-1").put("operation", operation).put("dryRun", true);
        request.putObject("kind").put("group", key.group()).put("kind", key.kind());
        request.put("name", key.name()).put("namespace", key.namespace());
        request.set("object", present);
        request.set("oldObject", before);
        return review.toString().getBytes(UTF_8);
    }
}
