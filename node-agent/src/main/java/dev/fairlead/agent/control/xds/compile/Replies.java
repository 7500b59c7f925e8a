package dev.fairlead.agent.control.xds.compile;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import java.util.Map;

/**
 * What filters answer instead of Envoy's own texts, by their names: metadata {@code fairlead.reply}
 * of a filter chain or route, which Envoy itself has no use for.
 */
final class Replies {

    private static final String KEY = "fairlead.reply";
    private static final int MAX_BODY = 4096;

    private final Map<String, Value> byFilter;
    private final At at;

    private Replies(Map<String, Value> byFilter, At at) {
        this.byFilter = byFilter;
        this.at = at;
    }

    /**
     * @param at of the metadata
     */
    static Replies of(Metadata metadata, At at) throws Refusal {
        for (String key : metadata.getFilterMetadataMap().keySet()) {
            if (!key.equals(KEY)) {
                throw at.field("filter_metadata[" + key + "]").refuse("unknown");
            }
        }
        return new Replies(
                metadata.getFilterMetadataOrDefault(KEY, Struct.getDefaultInstance())
                        .getFieldsMap(),
                at.field("filter_metadata[" + KEY + "]"));
    }

    /** What one filter answers. */
    record Reply(int ownStatus, String ownBody) {

        static final Reply USUAL = new Reply(0, "");

        int status(int usual) {
            return ownStatus == 0 ? usual : ownStatus;
        }

        String body(String usual) {
            return ownBody.isEmpty() ? usual : ownBody;
        }
    }

    Reply of(String filter) throws Refusal {
        Value value = byFilter.get(filter);
        if (value == null) {
            return Reply.USUAL;
        }
        At replyAt = at.field(filter);
        int status = 0;
        String body = "";
        for (Map.Entry<String, Value> field : value.getStructValue().getFieldsMap().entrySet()) {
            At fieldAt = replyAt.field(field.getKey());
            switch (field.getKey()) {
                case "status" -> {
                    double number = field.getValue().getNumberValue();
                    if (number != Math.rint(number) || number < 400 || number > 599) {
                        throw fieldAt.refuse(number + " is no status of an error");
                    }
                    status = (int) number;
                }
                case "body" -> {
                    body = field.getValue().getStringValue();
                    if (body.length() > MAX_BODY) {
                        throw fieldAt.refuse(body.length() + " bytes, at most " + MAX_BODY);
                    }
                }
                default -> throw fieldAt.refuse("unknown");
            }
        }
        return new Reply(status, body);
    }
}
