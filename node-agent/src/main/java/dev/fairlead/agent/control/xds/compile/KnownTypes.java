package dev.fairlead.agent.control.xds.compile;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.List;

/** Every message type that may stand in an Any: resources and typed configurations. */
public final class KnownTypes {

    private KnownTypes() {}

    /** For printing resources as JSON. */
    public static List<Descriptor> all() {
        return defaults().stream().map(Message::getDescriptorForType).toList();
    }

    static List<Message> defaults() {
        List<Message> types = new ArrayList<>(ProfileFields.typedConfigs());
        for (ResourceType type : ResourceType.values()) {
            types.add(type.message());
        }
        return types;
    }
}
