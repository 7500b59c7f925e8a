package dev.fairlead.agent.model.snapshot;

import dev.fairlead.agent.model.cluster.Cluster;
import dev.fairlead.agent.model.cluster.Endpoints;
import dev.fairlead.agent.model.cluster.TlsOrigination;
import dev.fairlead.agent.model.cluster.UpstreamTransport;
import dev.fairlead.agent.model.listener.Listener;
import dev.fairlead.agent.model.route.RouteTable;
import dev.fairlead.agent.model.workload.WorkloadIndex;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One consistent configuration. Unchanged parts are the same objects as in the snapshot before, so
 * a reader can tell by identity what to rebuild.
 *
 * @param generation the control plane's, as it last sent it
 * @param outbound listeners of client scopes, by scope: a namespace, or what the control plane
 *     names
 * @param inbound listeners of local pods, by UID
 * @param routes by route configuration name
 * @param clusters by name
 * @param endpoints by EDS name
 */
public record Snapshot(
        String generation,
        Map<String, Listener> outbound,
        Map<String, Listener> inbound,
        Map<String, RouteTable> routes,
        Map<String, Cluster> clusters,
        Map<String, Endpoints> endpoints,
        WorkloadIndex workloads) {

    public static final Snapshot EMPTY =
            new Snapshot("", Map.of(), Map.of(), Map.of(), Map.of(), Map.of(), WorkloadIndex.EMPTY);

    public Snapshot {
        outbound = Map.copyOf(outbound);
        inbound = Map.copyOf(inbound);
        routes = Map.copyOf(routes);
        clusters = Map.copyOf(clusters);
        endpoints = Map.copyOf(endpoints);
    }

    /** Names of the secrets that clusters need beside the mesh's own. */
    public Set<String> secrets() {
        Set<String> secrets = new HashSet<>();
        for (Cluster cluster : clusters.values()) {
            if (cluster.transport() instanceof UpstreamTransport.Originated(TlsOrigination tls)) {
                addIfGiven(secrets, tls.certificate());
                addIfGiven(secrets, tls.roots());
            }
        }
        return secrets;
    }

    private static void addIfGiven(Set<String> secrets, @Nullable String name) {
        if (name != null) {
            secrets.add(name);
        }
    }

    /** Endpoints of {@code cluster}; null where none have come. */
    public @Nullable Endpoints endpointsOf(Cluster cluster) {
        return endpoints.get(cluster.edsName());
    }
}
