package dev.fairlead.agent.control.xds.compile;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Fields that may be set, and what those of type Any may hold. Thread: that which fills it. */
final class FieldTable {

    private final Set<FieldDescriptor> allowed = new HashSet<>();
    private final Map<FieldDescriptor, AnyField> anys = new HashMap<>();

    private record AnyField(String kind, List<Message> types) {}

    /** These fields of {@code message}. */
    void allow(Descriptor message, String... names) {
        for (String name : names) {
            allowed.add(field(message, name));
        }
    }

    /** The {@code typed_config} of {@code message}: a {@code kind}, of one of these types. */
    void any(Descriptor message, String kind, Message... types) {
        any(field(message, "typed_config"), kind, types);
    }

    /** Likewise another field. */
    void any(FieldDescriptor field, String kind, Message... types) {
        anys.put(field, new AnyField(kind, List.of(types)));
    }

    static FieldDescriptor field(Descriptor message, String name) {
        FieldDescriptor field = message.findFieldByName(name);
        if (field == null) {
            throw new IllegalStateException(message.getFullName() + " has no field " + name);
        }
        return field;
    }

    boolean has(FieldDescriptor field) {
        return allowed.contains(field);
    }

    Set<FieldDescriptor> all() {
        return Set.copyOf(allowed);
    }

    /** Default instances. */
    List<Message> typesOf(FieldDescriptor field) {
        AnyField any = anys.get(field);
        return any == null ? List.of() : any.types;
    }

    String kindOf(FieldDescriptor field) {
        AnyField any = anys.get(field);
        return any == null ? "type" : any.kind;
    }

    /** Of all fields. */
    List<Message> types() {
        return anys.values().stream().flatMap(any -> any.types.stream()).toList();
    }
}
