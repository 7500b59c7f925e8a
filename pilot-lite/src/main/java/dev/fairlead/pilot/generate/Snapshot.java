package dev.fairlead.pilot.generate;

import dev.fairlead.pilot.compile.MeshView;
import dev.fairlead.pilot.compile.Placement;
import dev.fairlead.pilot.compile.PodView;
import dev.fairlead.pilot.compile.Profile;
import dev.fairlead.pilot.compile.Same;
import dev.fairlead.pilot.compile.ScopeView;
import dev.fairlead.pilot.compile.ServiceCluster;
import dev.fairlead.pilot.state.Node;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Everything that is served from one compilation. Resources are written when a client first asks
 * and kept; what agents share is written once.
 *
 * <p>Thread: any; immutable but for what it remembers.
 */
public final class Snapshot {

    /** The last of each run of profiles that routes, clusters and listeners are alike for. */
    private static final List<Integer> WRITTEN =
            List.of(
                    Profile.HTTP2 - 1,
                    Profile.TRAFFIC_POLICY - 1,
                    Profile.OUTLIER_DETECTION - 1,
                    Profile.SECURITY - 1,
                    Profile.IDENTITY - 1,
                    Profile.NEWER_FIELDS - 1,
                    Profile.NEWEST);

    private final Revisions revisions;
    private final MeshView view;
    private final Map<Integer, Written> written = new HashMap<>();
    private final Map<String, List<PodView>> local;
    private final Map<AgentKey, AgentResources> agents = new ConcurrentHashMap<>();
    private final Map<AgentKey, AgentResources> agentsBefore;

    /**
     * What a snapshot was made from.
     *
     * @param generation counts compilations of this process
     */
    public record Revisions(long generation, long applied, long observed, long capture) {}

    /** What an agent gets depends on its node and on what it understands. */
    private record AgentKey(String node, int profile) {}

    /** What an agent gets, and what that was put together of. */
    private record AgentResources(
            List<PodView> pods,
            Map<ResourceType, Map<String, VersionedResource>> ofPods,
            Map<ResourceType, Merged> merged,
            Map<ResourceType, Map<String, VersionedResource>> all) {}

    public Snapshot(Revisions revisions, MeshView view) {
        this(revisions, view, null);
    }

    /** Takes over what was written for {@code before} and is as it was. */
    public Snapshot(Revisions revisions, MeshView view, @Nullable Snapshot before) {
        this.revisions = revisions;
        this.view = view;
        for (int profile : WRITTEN) {
            written.put(
                    profile,
                    new Written(
                            view,
                            audience(profile),
                            before == null ? null : before.written.get(profile)));
        }
        local =
                before != null && Same.object(before.view.pods(), view.pods())
                        ? before.local
                        : byNode(view, before == null ? Map.of() : before.local);
        agentsBefore =
                before != null && before.view.mesh().equals(view.mesh()) ? before.agents : Map.of();
    }

    /**
     * Writes what those get who were served the snapshot before. Without it, of two snapshots in a
     * row that nobody had time to ask the second would be written from nothing.
     */
    public void prepare() {
        agentsBefore.keySet().stream()
                .filter(agent -> local.containsKey(agent.node))
                .forEach(agent -> agent(agent.node, agent.profile));
    }

    /** Lists that hold the same pods are the same lists. */
    private static Map<String, List<PodView>> byNode(
            MeshView view, Map<String, List<PodView>> before) {
        Map<String, List<PodView>> byNode = new HashMap<>();
        for (PodView pod : view.pods().values()) {
            byNode.computeIfAbsent(pod.pod().node(), node -> new ArrayList<>()).add(pod);
        }
        byNode.values()
                .forEach(pods -> pods.sort(Comparator.comparing((PodView p) -> p.pod().uid())));
        byNode.replaceAll((node, pods) -> Same.ifSame(before.get(node), pods));
        return byNode;
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
        return agents.computeIfAbsent(new AgentKey(node, served), this::writeAgent).all;
    }

    private static Audience.Agent audience(int profile) {
        return new Audience.Agent(profile);
    }

    /** What is shared by agents that understand the same of HTTP and of traffic policy. */
    private Written written(int profile) {
        for (int newest : WRITTEN) {
            Written of = written.get(newest);
            if (profile <= newest && of != null) {
                return of;
            }
        }
        throw new IllegalStateException("profile " + profile + " is not served");
    }

    private AgentResources writeAgent(AgentKey agent) {
        Written shared = written(agent.profile);
        AgentResources before = agentsBefore.get(agent);
        List<PodView> pods = local.getOrDefault(agent.node, List.of());
        var ofPods =
                before != null && Same.object(before.pods, pods)
                        ? before.ofPods
                        : ofPods(pods, agent.profile);
        Map<ResourceType, List<Map<String, VersionedResource>>> parts =
                new EnumMap<>(ResourceType.class);
        pods.stream()
                .map(pod -> scopeOf(pod, agent.profile))
                .distinct()
                .map(view.scopes()::get)
                .filter(Objects::nonNull)
                .forEach(scope -> {
                    addParts(parts, shared.scope(scope));
                    var placed = shared.placed(scope, node(agent.node));
                    if (!placed.isEmpty()) {
                        addParts(parts, Map.of(ResourceType.ENDPOINTS, placed));
                    }
                });
        Set<String> deciders = new TreeSet<>();
        pods.forEach(pod -> deciders.addAll(pod.deciders()));
        if (!deciders.isEmpty()) {
            addParts(parts, shared.deciders(deciders, node(agent.node)));
        }
        addParts(parts, ofPods);
        Map<ResourceType, Merged> merged = new EnumMap<>(ResourceType.class);
        Map<ResourceType, Map<String, VersionedResource>> all = new EnumMap<>(ResourceType.class);
        parts.forEach((type, some) -> {
            var now = Merged.of(some, before == null ? null : before.merged.get(type));
            merged.put(type, now);
            all.put(type, now.all());
        });
        all.put(ResourceType.WORKLOAD, shared.workloads(agent.profile));
        if (agent.profile >= Profile.ENROLMENT) {
            add(
                    all,
                    ResourceType.ENROLMENT,
                    WorkloadGenerator.enrolment(view.enrolledNamespaces()));
        }
        return new AgentResources(pods, ofPods, merged, all);
    }

    private Node node(String name) {
        Node node = view.nodes().get(name);
        return node != null ? node : new Node(name, "", "");
    }

    private static void addParts(
            Map<ResourceType, List<Map<String, VersionedResource>>> parts,
            Map<ResourceType, Map<String, VersionedResource>> more) {
        more.forEach((type, some) -> parts.computeIfAbsent(type, t -> new ArrayList<>()).add(some));
    }

    private Map<ResourceType, Map<String, VersionedResource>> ofPods(
            List<PodView> pods, int profile) {
        var resources = empty();
        addPods(resources, pods, audience(profile), written(profile)::inbound);
        return resources;
    }

    /** Before that profile an agent finds a pod's scope by its namespace. */
    private static String scopeOf(PodView pod, int profile) {
        return profile >= Profile.SCOPED_PODS ? pod.scope() : pod.pod().namespace();
    }

    /** What an Envoy beside one pod gets; null where there is no such pod. */
    public @Nullable Map<ResourceType, Map<String, VersionedResource>> envoy(String podUid) {
        PodView pod = view.pods().get(podUid);
        if (pod == null) {
            return null;
        }
        var audience = new Audience.Envoy(pod, pod.pod().identity(view.mesh().trustDomain()).uri());
        Node node = node(pod.pod().node());
        var resources = writeScope(pod.scope(), audience, node);
        Set<String> deciders = pod.deciders();
        addClusters(
                resources,
                view.deciders().stream().filter(one -> deciders.contains(one.name())).toList(),
                audience,
                node);
        var listeners = new InboundListenerGenerator(view.mesh(), audience);
        addPods(resources, List.of(pod), audience, listeners::listener);
        return resources;
    }

    private Map<ResourceType, Map<String, VersionedResource>> writeScope(
            String name, Audience audience, Node node) {
        var resources = empty();
        ScopeView scope = view.scopes().get(name);
        if (scope == null) {
            return resources;
        }
        addClusters(resources, scope.clusters(), audience, node);
        var routes = new RouteGenerator(scope.egress(), audience);
        scope.routes().forEach(table -> add(resources, ResourceType.ROUTES, routes.routes(table)));
        add(
                resources,
                ResourceType.LISTENER,
                new OutboundListenerGenerator(view.mesh(), audience).listener(scope));
        return resources;
    }

    private void addClusters(
            Map<ResourceType, Map<String, VersionedResource>> resources,
            List<ServiceCluster> some,
            Audience audience,
            Node node) {
        var clusters = new ClusterGenerator(view.mesh(), audience);
        for (ServiceCluster cluster : some) {
            add(resources, ResourceType.CLUSTER, clusters.service(cluster));
            if (!cluster.headless()) {
                Placement placement = cluster.policy().placement();
                add(
                        resources,
                        ResourceType.ENDPOINTS,
                        placement == null
                                ? EndpointGenerator.endpoints(cluster, audience)
                                : EndpointGenerator.endpoints(cluster, placement, node));
            }
        }
    }

    private void addPods(
            Map<ResourceType, Map<String, VersionedResource>> resources,
            Collection<PodView> pods,
            Audience audience,
            Function<PodView, VersionedResource> listener) {
        var clusters = new ClusterGenerator(view.mesh(), audience);
        add(resources, ResourceType.CLUSTER, clusters.passthrough());
        add(resources, ResourceType.CLUSTER, ClusterGenerator.blackHole());
        add(resources, ResourceType.CLUSTER, clusters.inboundPassthrough());
        for (PodView pod : pods) {
            if (pod.pod().addresses().isEmpty()) {
                continue; // nowhere to listen yet
            }
            add(resources, ResourceType.LISTENER, listener.apply(pod));
            for (PodView.Port port : pod.ports()) {
                add(resources, ResourceType.CLUSTER, clusters.inbound(port));
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
