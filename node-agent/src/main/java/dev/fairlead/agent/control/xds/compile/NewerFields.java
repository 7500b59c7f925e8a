package dev.fairlead.agent.control.xds.compile;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.envoyproxy.envoy.config.cluster.v3.CircuitBreakers;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import java.util.Map;
import java.util.Objects;

/**
 * Fields that Envoy has and the generated types have not: they are among a message's unknown
 * fields. Source: {@code newer.proto} of module wire.
 */
final class NewerFields {

    private static final Map<Descriptor, Message> TYPES =
            Map.of(
                    CircuitBreakers.Thresholds.RetryBudget.getDescriptor(),
                    dev.fairlead.wire.v1.newer.RetryBudget.getDefaultInstance(),
                    HttpProtocolOptions.getDescriptor(),
                    dev.fairlead.wire.v1.newer.HttpProtocolOptions.getDefaultInstance());

    private NewerFields() {}

    /** Refuses what is unknown all the same. */
    static void check(Message message, At at) throws Refusal {
        Message type = TYPES.get(message.getDescriptorForType());
        refuseUnknown(type == null ? message : parse(message, type, at), at);
    }

    private static void refuseUnknown(Message message, At at) throws Refusal {
        for (int number : message.getUnknownFields().asMap().keySet()) {
            throw at.refuse("field number " + number + " is outside the profile");
        }
        for (Object value : message.getAllFields().values()) {
            if (value instanceof Message inner) {
                refuseUnknown(inner, at);
            }
        }
    }

    /** Those of a message that {@link #check} has passed. */
    static <M extends Message> M of(Message message, Class<M> type, At at) throws Refusal {
        Message known = Objects.requireNonNull(TYPES.get(message.getDescriptorForType()));
        return type.cast(parse(message, known, at));
    }

    private static Message parse(Message message, Message type, At at) throws Refusal {
        try {
            return type.getParserForType().parseFrom(message.getUnknownFields().toByteString());
        } catch (InvalidProtocolBufferException e) {
            throw at.refuse("malformed: " + e.getMessage());
        }
    }
}
