package dev.fairlead.pilot.generate;

import dev.fairlead.pilot.compile.MeshView;
import dev.fairlead.pilot.compile.PodView;
import dev.fairlead.pilot.compile.Profile;
import dev.fairlead.pilot.compile.ScopeView;
import dev.fairlead.pilot.compile.ServiceCluster;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Everything that is served from one compilation. Resources are written when a client first asks
 * and kept; what agents share is written once.
 *
 * <p>Thread: any; immutable but for what it remembers.
 */
public final class Snapshot {

    private static final Audience AGENT = new Audience.Agent();

    private final Revisions revisions;
    private final MeshView view;
    private final Map<String, Scope> agentScopes = new ConcurrentHashMap<>();
    private final Map<Integer, Map<String, VersionedResource>> workloads =
            new ConcurrentHashMap<>();
    private final Map<AgentKey, Map<ResourceType, Map<String, VersionedResource>>> agents =
            new ConcurrentHashMap<>();

    /**
     * What a snapshot was made from.
     *
     * @param generation counts compilations of this process
     */
    public record Revisions(long generation, long applied, long observed, long capture) {}

    /** What an agent gets depends on its node and on what it understands. */
    private record AgentKey(String node, int profile) {}

    /** Resources of one scope by type. */
    private record Scope(Map<ResourceType, Map<String, VersionedResource>> resources) {}

    public Snapshot(Revisions revisions, MeshView view) {
        this.revisions = revisions;
        this.view = view;
    }

    public Revisions revisions() {
        return revisions;
    }

    /** The pod of this UID, or null. */
    public @Nullable PodView pod(String uid) {
        return view.pods().get(uid);
    }

    /**
     * What the agent of a node gets: its pods, their scopes, and every workload by name; of all
     * that, what a profile has.
     */
    public Map<ResourceType, Map<String, VersionedResource>> agent(String node, int profile) {
        int served = Math.min(profile, Profile.NEWEST);
        return agents.computeIfAbsent(new AgentKey(node, served), this::writeAgent);
    }

    private Map<ResourceType, Map<String, VersionedResource>> writeAgent(AgentKey agent) {
        List<PodView> local =
                view.pods().values().stream()
                        .filter(pod -> pod.pod().node().equals(agent.node))
                        .toList();
        var resources = empty();
        if (agent.profile >= Profile.ENROLMENT) {
            add(
                    resources,
                    ResourceType.ENROLMENT,
                    WorkloadGenerator.enrolment(view.enrolledNamespaces()));
        }
        resources.put(
                ResourceType.WORKLOAD,
                workloads.computeIfAbsent(agent.profile, this::writeWorkloads));
        local.stream()
                .map(pod -> scopeOf(pod, agent.profile))
                .distinct()
                .map(name -> agentScopes.computeIfAbsent(name, this::agentScope))
                .forEach(scope ->
                        scope.resources.forEach((type, some) -> of(resources, type).putAll(some)));
        addPods(resources, local, AGENT);
        return resources;
    }

    /**
     * Every pod that the mesh knows, not just those in reach: anybody may call, and whose call it
     * is, is found by address.
     */
    private Map<String, VersionedResource> writeWorkloads(int profile) {
        Map<String, VersionedResource> written = new LinkedHashMap<>();
        for (PodView pod : view.pods().values()) {
            var workload = WorkloadGenerator.workload(pod, view.mesh().trustDomain(), profile);
            written.put(workload.name(), workload);
        }
        return written;
    }

    /** Before that profile an agent finds a pod's scope by its namespace. */
    private static String scopeOf(PodView pod, int profile) {
        return profile >= Profile.SCOPED_PODS ? pod.scope() : pod.pod().namespace();
    }

    private Scope agentScope(String name) {
        return new Scope(writeScope(name, AGENT));
    }

    /** What an Envoy beside one pod gets; null where there is no such pod. */
    public @Nullable Map<ResourceType, Map<String, VersionedResource>> envoy(String podUid) {
        PodView pod = view.pods().get(podUid);
        if (pod == null) {
            return null;
        }
        var audience = new Audience.Envoy(pod, pod.pod().identity(view.mesh().trustDomain()).uri());
        var resources = writeScope(pod.scope(), audience);
        addPods(resources, List.of(pod), audience);
        return resources;
    }

    private Map<ResourceType, Map<String, VersionedResource>> writeScope(
            String name, Audience audience) {
        var resources = empty();
        ScopeView scope = view.scopes().get(name);
        if (scope == null) {
            return resources;
        }
        var clusters = new ClusterGenerator(view.mesh(), audience);
        for (ServiceCluster cluster : scope.clusters()) {
            add(resources, ResourceType.CLUSTER, clusters.service(cluster));
            if (!cluster.headless()) {
                add(resources, ResourceType.ENDPOINTS, EndpointGenerator.endpoints(cluster));
            }
        }
        var routes = new RouteGenerator(scope.egress(), audience);
        scope.routes().forEach(table -> add(resources, ResourceType.ROUTES, routes.routes(table)));
        add(
                resources,
                ResourceType.LISTENER,
                new OutboundListenerGenerator(view.mesh(), audience).listener(scope));
        return resources;
    }

    private void addPods(
            Map<ResourceType, Map<String, VersionedResource>> resources,
            Collection<PodView> pods,
            Audience audience) {
        var clusters = new ClusterGenerator(view.mesh(), audience);
        add(resources, ResourceType.CLUSTER, clusters.passthrough());
        add(resources, ResourceType.CLUSTER, ClusterGenerator.blackHole());
        add(
                resources,
                ResourceType.CLUSTER,
                ClusterGenerator.inbound(ClusterGenerator.INBOUND_PASSTHROUGH));
        var listeners = new InboundListenerGenerator(view.mesh());
        for (PodView pod : pods) {
            if (pod.pod().addresses().isEmpty()) {
                continue; // nowhere to listen yet
            }
            add(resources, ResourceType.LISTENER, listeners.listener(pod));
            for (PodView.Port port : pod.ports()) {
                add(resources, ResourceType.CLUSTER, ClusterGenerator.inbound(port.cluster()));
            }
        }
    }

    private static Map<ResourceType, Map<String, VersionedResource>> empty() {
        return new EnumMap<>(ResourceType.class);
    }

    private static void add(
            Map<ResourceType, Map<String, VersionedResource>> resources,
            ResourceType type,
            VersionedResource resource) {
        of(resources, type).put(resource.name(), resource);
    }

    private static Map<String, VersionedResource> of(
            Map<ResourceType, Map<String, VersionedResource>> resources, ResourceType type) {
        return resources.computeIfAbsent(type, t -> new LinkedHashMap<>());
    }
}
