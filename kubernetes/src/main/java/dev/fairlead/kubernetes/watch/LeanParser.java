package dev.fairlead.kubernetes.watch;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.JsonParserDelegate;
import java.io.IOException;
import java.util.Set;

/** A parser that does not see some fields, wherever they stand. */
final class LeanParser extends JsonParserDelegate {

    private final Set<String> ballast;

    LeanParser(JsonParser parser, Set<String> ballast) {
        super(parser);
        this.ballast = ballast;
    }

    @Override
    public JsonToken nextToken() throws IOException {
        JsonToken token = delegate.nextToken();
        while (token == JsonToken.FIELD_NAME && ballast.contains(delegate.currentName())) {
            delegate.nextToken();
            delegate.skipChildren();
            token = delegate.nextToken();
        }
        return token;
    }
}
