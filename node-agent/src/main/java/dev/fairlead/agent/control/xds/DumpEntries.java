package dev.fairlead.agent.control.xds;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import dev.fairlead.agent.control.xds.compile.KnownTypes;
import dev.fairlead.agent.control.xds.compile.ResourceType;
import dev.fairlead.agent.control.xds.state.ResourceTable;
import dev.fairlead.agent.control.xds.state.Resources;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Makes the entries of a {@link ConfigDump}. Called by the owner of the resources. */
final class DumpEntries {

    private DumpEntries() {}

    /** Holder: built at the first dump, not at the start. */
    private static final class Printer {
        static final JsonFormat.Printer JSON =
                JsonFormat.printer()
                        .preservingProtoFieldNames()
                        .usingTypeRegistry(TypeRegistry.newBuilder().add(KnownTypes.all()).build());
    }

    static List<ConfigDump.Entry> of(Resources resources, Map<ResourceType, Set<String>> held) {
        List<ConfigDump.Entry> entries = new ArrayList<>();
        for (ResourceType type : ResourceType.values()) {
            ResourceTable<?> table = resources.of(type);
            Set<String> waiting = held.getOrDefault(type, Set.of());
            for (var good : table.all()) {
                entries.add(
                        new ConfigDump.Entry(
                                type.label(),
                                type.typeUrl(),
                                good.name(),
                                good.version(),
                                waiting.contains(good.name())
                                        ? ConfigDump.State.WARMING
                                        : ConfigDump.State.ACTIVE,
                                "",
                                good.since(),
                                () -> json(good.resource())));
            }
            for (var bad : table.refused()) {
                entries.add(
                        new ConfigDump.Entry(
                                type.label(),
                                type.typeUrl(),
                                bad.name(),
                                bad.version(),
                                ConfigDump.State.REJECTED,
                                bad.message(),
                                bad.since(),
                                () -> json(bad.resource())));
            }
        }
        return entries;
    }

    /** Keys that tokens are both signed and verified by, in key sets. */
    private static final Pattern SHARED_KEY =
            Pattern.compile(
                    "(\\\\\"k\\\\\"\\s*:\\s*)\\\\\"(?:[^\"\\\\]|\\\\u[0-9A-Fa-f]{4})*\\\\\"");

    static String withoutSecrets(String json) {
        return SHARED_KEY.matcher(json).replaceAll("$1\\\\\"[redacted]\\\\\"");
    }

    private static String json(Any resource) {
        try {
            return withoutSecrets(Printer.JSON.print(resource));
        } catch (InvalidProtocolBufferException e) {
            // It holds what we do not know: shown by its type alone.
            return "{\"@type\": \""
                    + resource.getTypeUrl().replaceAll("[\"\\\\\\p{Cntrl}]", "?")
                    + "\"}";
        }
    }
}
