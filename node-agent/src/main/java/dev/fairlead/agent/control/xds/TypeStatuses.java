package dev.fairlead.agent.control.xds;

import dev.fairlead.agent.control.xds.XdsStatus.TypeStatus;
import dev.fairlead.agent.control.xds.compile.ResourceType;
import dev.fairlead.agent.control.xds.state.ResourceTable;
import dev.fairlead.agent.control.xds.state.Resources;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** Counts of the tables, for {@link XdsStatus}. Called by the owner of the resources. */
final class TypeStatuses {

    private TypeStatuses() {}

    static Map<String, TypeStatus> of(Resources resources, Map<ResourceType, Set<String>> held) {
        Map<String, TypeStatus> statuses = new HashMap<>();
        for (ResourceType type : ResourceType.values()) {
            ResourceTable<?> table = resources.of(type);
            statuses.put(
                    type.label(),
                    new TypeStatus(
                            table.all().size(),
                            held.getOrDefault(type, Set.of()),
                            table.refused().size(),
                            table.accepted(),
                            table.rejected()));
        }
        return statuses;
    }
}
