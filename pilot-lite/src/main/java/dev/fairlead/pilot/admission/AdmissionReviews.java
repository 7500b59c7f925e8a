package dev.fairlead.pilot.admission;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fairlead.pilot.admission.AdmissionRequest.Operation;
import dev.fairlead.wire.directory.ObjectKey;
import java.io.IOException;

/** AdmissionReview {@code admission.k8s.io/v1} as JSON. Thread: any. */
final class AdmissionReviews {

    private static final String VERSION = "admission.k8s.io/v1";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int BAD_REQUEST = 400; // kubectl then shows the message and little else

    /** A body that is no review, with the reason. */
    static final class BadReview extends Exception {
        private static final long serialVersionUID = 1;

        BadReview(String message) {
            super(message);
        }
    }

    private AdmissionReviews() {}

    static AdmissionRequest read(byte[] body) throws BadReview {
        JsonNode review = parse(body);
        if (!review.path("apiVersion").asText("").equals(VERSION)
                || !review.path("kind").asText("").equals("AdmissionReview")) {
            throw new BadReview("expected an AdmissionReview of " + VERSION);
        }
        JsonNode request = review.path("request");
        String uid = request.path("uid").asText("");
        if (uid.isEmpty()) {
            throw new BadReview("request.uid is missing");
        }
        return new AdmissionRequest(
                uid,
                operation(request),
                key(request),
                request.path("subResource").asText(""),
                request.path("object"),
                request.path("oldObject"));
    }

    private static JsonNode parse(byte[] body) throws BadReview {
        try {
            JsonNode review = JSON.readTree(body);
            if (review == null) {
                throw new BadReview("empty");
            }
            return review;
        } catch (JsonProcessingException e) {
            throw new BadReview("not JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new IllegalStateException("reading memory", e);
        }
    }

    private static Operation operation(JsonNode request) throws BadReview {
        String operation = request.path("operation").asText("");
        for (Operation one : Operation.values()) {
            if (one.name().equals(operation)) {
                return one;
            }
        }
        throw new BadReview("request.operation \"" + operation + "\"");
    }

    /** The object's key; what is to be named by the API server has its generateName. */
    private static ObjectKey key(JsonNode request) throws BadReview {
        JsonNode kind = request.path("kind");
        String name = request.path("name").asText("");
        if (name.isEmpty()) {
            JsonNode metadata = request.path("object").path("metadata");
            name = metadata.path("name").asText(metadata.path("generateName").asText(""));
        }
        try {
            String of = kind.path("kind").asText("");
            return new ObjectKey(
                    kind.path("group").asText(""),
                    of,
                    of.equals("Namespace") ? "" : request.path("namespace").asText(""),
                    name);
        } catch (IllegalArgumentException e) {
            throw new BadReview("request names no object: " + e.getMessage());
        }
    }

    static String write(String uid, Decision decision) {
        ObjectNode review = JSON.createObjectNode();
        review.put("apiVersion", VERSION).put("kind", "AdmissionReview");
        ObjectNode response = review.putObject("response");
        response.put("uid", uid).put("allowed", decision.allowed());
        if (!decision.allowed()) {
            response.putObject("status")
                    .put("code", BAD_REQUEST)
                    .put("reason", "BadRequest")
                    .put("message", decision.message());
        }
        if (!decision.warnings().isEmpty()) {
            decision.warnings().forEach(response.withArrayProperty("warnings")::add);
        }
        try {
            return JSON.writeValueAsString(review);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("writing to memory", e);
        }
    }
}
