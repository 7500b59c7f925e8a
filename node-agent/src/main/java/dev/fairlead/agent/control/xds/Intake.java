package dev.fairlead.agent.control.xds;

import dev.fairlead.agent.control.xds.compile.ResourceType;
import dev.fairlead.agent.control.xds.state.ResourceTable;
import dev.fairlead.agent.control.xds.state.Resources;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes a response into the tables: the good resources of it, whatever the others are like. */
final class Intake {

    private static final Logger log = LoggerFactory.getLogger(Intake.class);

    /**
     * @param names that the response spoke of
     * @param error one line for each resource refused: {@code <name>: <path>: <reason>}
     */
    record Taken(Set<String> names, String error) {}

    private Intake() {}

    /**
     * @param wanted names asked for; used for types that are not wildcard
     */
    static Taken take(
            ResourceType type,
            DeltaDiscoveryResponse response,
            Resources resources,
            Set<String> wanted,
            Instant now) {
        ResourceTable<?> table = resources.of(type);
        Set<String> names = new HashSet<>();
        List<String> errors = new ArrayList<>();
        for (Resource resource : response.getResourcesList()) {
            String name = resource.getName();
            if (!type.wildcard() && !wanted.contains(name)) {
                continue; // crossed with our unsubscribing
            }
            names.add(name);
            var refused = table.put(name, resource.getVersion(), resource.getResource(), now);
            if (refused != null) {
                errors.add(name + ": " + refused.message());
                log.warn(
                        "resource rejected type={} resource={} version={} reason=\"{}\"",
                        type.label(),
                        name,
                        resource.getVersion(),
                        refused.message());
            }
        }
        for (String name : response.getRemovedResourcesList()) {
            names.add(name);
            if (type.wildcard()) {
                table.remove(name);
            } else if (wanted.contains(name)) {
                // As Envoy: what something still names is kept; the namer's removal ends it.
                table.noteAbsent(name);
            }
        }
        return new Taken(names, String.join("\n", errors));
    }
}
