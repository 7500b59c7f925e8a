package dev.fairlead.kubernetes.watch;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.EOFException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** One page of a list, of which one object at a time is in memory. Owner: its reader. */
final class Page {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final JsonParser parser;
    private JsonNode metadata = MissingNode.getInstance();
    private boolean inItems;

    Page(JsonParser parser) {
        this.parser = parser;
    }

    /** The next object, or null after the last. */
    @Nullable ObjectNode next() throws IOException {
        while (true) {
            JsonToken token = parser.nextToken();
            if (token == null) {
                throw new EOFException("list ended early");
            } else if (inItems) {
                if (token == JsonToken.START_OBJECT) {
                    return (ObjectNode) JSON.<JsonNode>readTree(parser);
                }
                inItems = token != JsonToken.END_ARRAY;
            } else if (token == JsonToken.FIELD_NAME) {
                field(parser.currentName());
            } else if (token == JsonToken.END_OBJECT) {
                return null;
            }
        }
    }

    private void field(String name) throws IOException {
        JsonToken value = parser.nextToken();
        if (name.equals("metadata")) {
            metadata = JSON.readTree(parser);
        } else if (name.equals("items") && value == JsonToken.START_ARRAY) {
            inItems = true;
        } else {
            parser.skipChildren();
        }
    }

    /** The list's own; after the last object. */
    JsonNode metadata() {
        return metadata;
    }
}
