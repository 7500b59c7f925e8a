package dev.fairlead.agent;

import dev.fairlead.agent.control.xds.ConfigDump;
import dev.fairlead.agent.control.xds.ConfigDump.Entry;
import dev.fairlead.agent.control.xds.XdsClient;
import dev.fairlead.agent.ops.admin.ConfigDumpSource;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The xDS client's resources in admin's words. Thread: any that may wait. */
final class ShownConfiguration implements ConfigDumpSource {

    private static final Map<Kind, String> TYPES =
            Map.of(
                    Kind.LISTENER, "listeners",
                    Kind.ROUTE, "routes",
                    Kind.CLUSTER, "clusters",
                    Kind.ENDPOINT, "endpoints",
                    Kind.WORKLOAD, "workloads");

    private final XdsClient client;

    ShownConfiguration(XdsClient client) {
        this.client = client;
    }

    @Override
    public List<Resource> resources(Kind kind) {
        Map<String, Both> byName = new LinkedHashMap<>();
        for (Entry entry : client.entries().join()) {
            if (entry.type().equals(TYPES.get(kind))) {
                byName.computeIfAbsent(entry.name(), _ -> new Both()).add(entry);
            }
        }
        return byName.entrySet().stream().map(e -> e.getValue().shown(e.getKey())).toList();
    }

    /** The version in use and the one refused, of one resource. */
    private static final class Both {
        @Nullable Entry taken;
        @Nullable Entry refused;

        void add(Entry entry) {
            if (entry.state() == ConfigDump.State.REJECTED) {
                refused = entry;
            } else if (taken == null || entry.state() == ConfigDump.State.ACTIVE) {
                taken = entry;
            }
        }

        Resource shown(String name) {
            Rejection rejection =
                    refused == null
                            ? null
                            : new Rejection(refused.version(), refused.message(), refused.since());
            return taken == null
                    ? new Resource(name, null, "", Instant.EPOCH, rejection)
                    : new Resource(
                            name, taken.json().get(), taken.version(), taken.since(), rejection);
        }
    }

    @Override
    public String version() {
        return client.status().generation();
    }
}
