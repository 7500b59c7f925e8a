package dev.fairlead.agent.control.xds.compile;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.fairlead.agent.model.policy.AccessRules.Subject;
import dev.fairlead.agent.model.policy.Matcher.Attribute;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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

    /**
     * What one filter answers.
     *
     * @param exactClock whether tokens end when they say so: Envoy's least skew is a second
     */
    record Reply(int ownStatus, String ownBody, @Nullable Subject subject, boolean exactClock) {

        static final Reply USUAL = new Reply(0, "", null, false);

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
        List<Attribute> facts = new ArrayList<>();
        String otherwise = "";
        boolean exactClock = false;
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
                case "subject" -> {
                    for (Value fact : field.getValue().getListValue().getValuesList()) {
                        facts.add(fact(fact.getStringValue(), fieldAt));
                    }
                }
                case "otherwise" -> otherwise = field.getValue().getStringValue();
                case "exact_clock" -> exactClock = field.getValue().getBoolValue();
                default -> throw fieldAt.refuse("unknown");
            }
        }
        return new Reply(
                status, body, facts.isEmpty() ? null : new Subject(facts, otherwise), exactClock);
    }

    /** Of a request, what a body may tell. */
    private static Attribute fact(String name, At at) throws Refusal {
        int colon = name.indexOf(':');
        String key = name.substring(colon + 1);
        return switch (colon < 0 ? name : name.substring(0, colon)) {
            case "address" -> new Attribute.Address();
            case "principal" -> new Attribute.Principal();
            case "namespace" -> new Attribute.PeerNamespace();
            case "workload" -> new Attribute.PeerWorkload();
            case "path" -> new Attribute.Path();
            case "label" -> new Attribute.PeerLabel(key);
            case "header" -> new Attribute.Header(key.toLowerCase(Locale.ROOT));
            default -> throw at.refuse("\"" + name + "\" is unknown");
        };
    }
}
