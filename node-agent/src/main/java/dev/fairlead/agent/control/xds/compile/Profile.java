package dev.fairlead.agent.control.xds.compile;

import com.google.protobuf.Any;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MapEntry;
import com.google.protobuf.Message;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * Holds messages to the profile: a set field that {@link ProfileFields} does not list, an unknown
 * field, an unknown enum value or a typed_config of another type is refused with its path. Values
 * are the compilers' to judge.
 *
 * <p>Cost: one walk over the set fields.
 */
final class Profile {

    private Profile() {}

    static void check(Message message) throws Refusal {
        check(message, At.ROOT);
    }

    private static void check(Message message, At at) throws Refusal {
        if (!message.getUnknownFields().asMap().isEmpty()) {
            NewerFields.check(message, at);
        }
        for (Map.Entry<FieldDescriptor, Object> set : message.getAllFields().entrySet()) {
            FieldDescriptor field = set.getKey();
            if (!ProfileFields.allows(field)) {
                throw at.field(field.getName()).refuse("field is outside the profile");
            }
            if (field.isMapField()) {
                checkMap(field, (Collection<?>) set.getValue(), at);
            } else if (set.getValue() instanceof Collection<?> elements) {
                int index = 0;
                for (Object element : elements) {
                    checkValue(field, element, at.element(field.getName(), index++));
                }
            } else {
                checkValue(field, set.getValue(), at.field(field.getName()));
            }
        }
    }

    private static void checkMap(FieldDescriptor field, Collection<?> entries, At at)
            throws Refusal {
        for (Object element : entries) {
            var entry = (MapEntry<?, ?>) element;
            At entryAt = at.field(field.getName() + "[" + entry.getKey() + "]");
            checkValue(field, entry.getValue(), entryAt);
        }
    }

    private static void checkValue(FieldDescriptor field, Object value, At at) throws Refusal {
        switch (value) {
            case Any any -> check(unpack(field, any, at), at);
            case Message message -> check(message, at);
            case EnumValueDescriptor choice when choice.getIndex() < 0 ->
                    throw at.refuse("unknown value " + choice.getNumber());
            default -> {}
        }
    }

    private static Message unpack(FieldDescriptor field, Any any, At at) throws Refusal {
        List<Message> choices = ProfileFields.typesOf(field);
        for (Message choice : choices) {
            if (any.is(choice.getClass())) {
                try {
                    return choice.getParserForType().parseFrom(any.getValue());
                } catch (InvalidProtocolBufferException e) {
                    throw at.refuse("malformed: " + e.getMessage());
                }
            }
        }
        String url = any.getTypeUrl();
        throw at.refuse(
                ProfileFields.kindOf(field)
                        + " "
                        + url.substring(url.lastIndexOf('/') + 1)
                        + " is outside the profile");
    }

    /** A typed_config that {@link #check} has passed, as the type that it has. */
    static <M extends Message> M typed(Any any, Class<M> type, At at) throws Refusal {
        if (!any.is(type)) {
            String url = any.getTypeUrl();
            throw at.refuse(
                    url.substring(url.lastIndexOf('/') + 1)
                            + " where "
                            + type.getSimpleName()
                            + " was expected");
        }
        try {
            return any.unpack(type);
        } catch (InvalidProtocolBufferException e) {
            throw at.refuse("malformed: " + e.getMessage());
        }
    }
}
