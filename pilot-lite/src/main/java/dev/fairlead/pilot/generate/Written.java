package dev.fairlead.pilot.generate;

import dev.fairlead.pilot.compile.Chain;
import dev.fairlead.pilot.compile.MeshView;
import dev.fairlead.pilot.compile.Placement;
import dev.fairlead.pilot.compile.PodView;
import dev.fairlead.pilot.compile.RouteTable;
import dev.fairlead.pilot.compile.Same;
import dev.fairlead.pilot.compile.ScopeView;
import dev.fairlead.pilot.compile.ServiceCluster;
import dev.fairlead.pilot.state.MeshSettings;
import dev.fairlead.pilot.state.Node;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Resources as agents get them, each written once for its view. A map whose views are all as they
 * were is the same map again: who compares by identity sees at a glance that nothing is to be sent.
 *
 * <p>Thread: any.
 */
final class Written {

    private final MeshView view;
    private final Audience audience;
    private final ByIdentity<ServiceCluster, VersionedResource> clusters;
    private final ByIdentity<ServiceCluster, VersionedResource> endpoints;
    private final ByIdentity<RouteTable, VersionedResource> routes;
    private final ByIdentity<PodView, VersionedResource> inbound;
    private final ByIdentity<ScopeView, Map<ResourceType, Map<String, VersionedResource>>> scopes;
    private final ByIdentity<List<ServiceCluster>, Map<String, VersionedResource>> clusterMaps;
    private final ByIdentity<List<ServiceCluster>, Map<String, VersionedResource>> endpointMaps;
    private final ByIdentity<List<ServiceCluster>, List<ServiceCluster>> placed;
    private final Map<Node, Placed> places = new ConcurrentHashMap<>();
    private final Map<Node, Placed> placesBefore;
    private final Map<String, Listener> listeners = new ConcurrentHashMap<>();
    private final Map<String, Listener> listenersBefore;
    private final Map<Integer, Workloads> workloads = new ConcurrentHashMap<>();
    private final Map<Integer, Workloads> workloadsBefore;

    /**
     * Endpoints as clients of a place see them. Of a node whose name is empty: as all clients of
     * that zone do.
     */
    private record Placed(
            ByIdentity<ServiceCluster, VersionedResource> each,
            ByIdentity<List<ServiceCluster>, Map<String, VersionedResource>> maps) {}

    /** The listener of a scope, and what it was written of. */
    private record Listener(
            List<Chain> chains, boolean limited, Map<String, VersionedResource> written) {}

    /** Every workload in one profile. */
    private record Workloads(
            Map<String, PodView> pods,
            ByIdentity<PodView, VersionedResource> each,
            Map<String, VersionedResource> all) {}

    /**
     * @param audience the agents that it is for, by what they understand of HTTP
     * @param other what was written for them and the view before, under the same settings, or null
     */
    Written(MeshView view, Audience.Agent audience, @Nullable Written other) {
        this.view = view;
        this.audience = audience;
        Written before = other != null && other.settings().equals(view.mesh()) ? other : null;
        clusters = new ByIdentity<>(before == null ? null : before.clusters);
        endpoints = new ByIdentity<>(before == null ? null : before.endpoints);
        routes = new ByIdentity<>(before == null ? null : before.routes);
        inbound = new ByIdentity<>(before == null ? null : before.inbound);
        scopes = new ByIdentity<>(before == null ? null : before.scopes);
        clusterMaps = new ByIdentity<>(before == null ? null : before.clusterMaps);
        endpointMaps = new ByIdentity<>(before == null ? null : before.endpointMaps);
        placed = new ByIdentity<>(before == null ? null : before.placed);
        placesBefore = before == null ? Map.of() : before.places;
        listenersBefore = before == null ? Map.of() : before.listeners;
        workloadsBefore = before == null ? Map.of() : before.workloads;
    }

    private MeshSettings settings() {
        return view.mesh();
    }

    /** Resources of a scope by type and name. */
    Map<ResourceType, Map<String, VersionedResource>> scope(ScopeView scope) {
        return scopes.of(scope, this::write);
    }

    private Map<ResourceType, Map<String, VersionedResource>> write(ScopeView scope) {
        var generator = new ClusterGenerator(view.mesh(), audience);
        var router = new RouteGenerator(scope.egress(), audience);
        Map<ResourceType, Map<String, VersionedResource>> resources =
                new EnumMap<>(ResourceType.class);
        resources.put(
                ResourceType.CLUSTER,
                clusterMaps.of(scope.clusters(), all -> map(all, one -> cluster(generator, one))));
        resources.put(ResourceType.ENDPOINTS, endpointMaps.of(scope.clusters(), this::endpoints));
        resources.put(
                ResourceType.ROUTES,
                map(scope.routes(), table -> routes.of(table, router::routes)));
        resources.put(ResourceType.LISTENER, listener(scope));
        return resources;
    }

    private VersionedResource cluster(ClusterGenerator generator, ServiceCluster cluster) {
        return clusters.of(cluster, generator::service);
    }

    private Map<String, VersionedResource> endpoints(List<ServiceCluster> all) {
        return map(
                all.stream().filter(cluster -> !cluster.headless() && !isPlaced(cluster)).toList(),
                cluster ->
                        endpoints.of(cluster, one -> EndpointGenerator.endpoints(one, audience)));
    }

    private boolean isPlaced(ServiceCluster cluster) {
        return cluster.policy().placement() != null
                && !cluster.headless()
                && audience.knowsTrafficPolicy();
    }

    /** Endpoints of a scope that are others, or in another order, by the client's node. */
    Map<String, VersionedResource> placed(ScopeView scope, Node node) {
        List<ServiceCluster> some =
                placed.of(scope.clusters(), all -> all.stream().filter(this::isPlaced).toList());
        return some.isEmpty()
                ? Map.of()
                : at(node).maps.of(some, all -> map(all, one -> placed(one, node)));
    }

    private VersionedResource placed(ServiceCluster cluster, Node node) {
        Placement placement = java.util.Objects.requireNonNull(cluster.policy().placement());
        Node place =
                placement.seesNode()
                        ? node
                        : new Node("", node.region(), node.zone(), node.subZone());
        return at(place)
                .each
                .of(cluster, one -> EndpointGenerator.endpoints(one, placement, place));
    }

    /** Those whom pods of a node ask, as that node sees them: clusters and endpoints. */
    Map<ResourceType, Map<String, VersionedResource>> deciders(Set<String> names, Node node) {
        List<ServiceCluster> some =
                view.deciders().stream().filter(one -> names.contains(one.name())).toList();
        if (some.isEmpty()) {
            return Map.of();
        }
        var generator = new ClusterGenerator(view.mesh(), audience);
        Map<String, VersionedResource> all = new LinkedHashMap<>(endpoints(some));
        for (ServiceCluster one : some) {
            if (isPlaced(one)) {
                VersionedResource placed = placed(one, node);
                all.put(placed.name(), placed);
            }
        }
        return Map.of(
                ResourceType.CLUSTER,
                map(some, one -> cluster(generator, one)),
                ResourceType.ENDPOINTS,
                all);
    }

    private Placed at(Node place) {
        return places.computeIfAbsent(
                place,
                p -> {
                    Placed before = placesBefore.get(p);
                    return new Placed(
                            new ByIdentity<>(before == null ? null : before.each),
                            new ByIdentity<>(before == null ? null : before.maps));
                });
    }

    private Map<String, VersionedResource> listener(ScopeView scope) {
        Listener before = listenersBefore.get(scope.name());
        Listener now =
                before != null
                                && Same.object(before.chains, scope.chains())
                                && before.limited == scope.isLimited()
                        ? before
                        : new Listener(scope.chains(), scope.isLimited(), writeListener(scope));
        listeners.put(scope.name(), now);
        return now.written;
    }

    private Map<String, VersionedResource> writeListener(ScopeView scope) {
        var listener = new OutboundListenerGenerator(view.mesh(), audience).listener(scope);
        return Map.of(listener.name(), listener);
    }

    /** The listener in front of a pod. */
    VersionedResource inbound(PodView pod) {
        return inbound.of(
                pod, one -> new InboundListenerGenerator(view.mesh(), audience).listener(one));
    }

    /**
     * Every pod that the mesh knows, not just those in reach: anybody may call, and whose call it
     * is, is found by address.
     */
    Map<String, VersionedResource> workloads(int profile) {
        return workloads.computeIfAbsent(profile, this::writeWorkloads).all;
    }

    private Workloads writeWorkloads(int profile) {
        Workloads before = workloadsBefore.get(profile);
        if (before != null && Same.object(before.pods, view.pods())) {
            return before;
        }
        var each = new ByIdentity<>(before == null ? null : before.each);
        Function<PodView, VersionedResource> write =
                pod -> WorkloadGenerator.workload(pod, view.mesh(), profile);
        return new Workloads(
                view.pods(), each, map(view.pods().values(), pod -> each.of(pod, write)));
    }

    private static <V> Map<String, VersionedResource> map(
            java.util.Collection<V> views, Function<V, VersionedResource> write) {
        Map<String, VersionedResource> map = LinkedHashMap.newLinkedHashMap(views.size());
        for (V one : views) {
            VersionedResource resource = write.apply(one);
            map.put(resource.name(), resource);
        }
        return map;
    }
}
