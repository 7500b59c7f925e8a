package dev.fairlead.agent.ops.admin;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * What a page answers.
 *
 * @param contentType as the header has it
 */
record AdminResponse(int status, String contentType, String body) {

    static final String TEXT = "text/plain; charset=UTF-8";
    static final String JSON = "application/json";
    static final String HTML = "text/html; charset=UTF-8";

    static AdminResponse text(String body) {
        return new AdminResponse(200, TEXT, body);
    }

    static AdminResponse json(JsonNode body) {
        return new AdminResponse(200, JSON, body.toPrettyString() + "\n");
    }

    static AdminResponse html(String body) {
        return new AdminResponse(200, HTML, body);
    }

    /** A refusal in one line. */
    static AdminResponse refusal(int status, String why) {
        return new AdminResponse(status, TEXT, why + "\n");
    }

    static AdminResponse unknownFormat(String format, String known) {
        return refusal(400, "format \"" + format + "\" is none of " + known);
    }
}
