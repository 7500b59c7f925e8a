package dev.fairlead.pilot.compile;

import dev.fairlead.pilot.state.ClusterState;
import dev.fairlead.pilot.state.Delegation;
import dev.fairlead.pilot.state.DestinationRule;
import dev.fairlead.pilot.state.ExtensionProvider;
import dev.fairlead.pilot.state.MeshSettings;
import dev.fairlead.pilot.state.Namespace;
import dev.fairlead.pilot.state.Pod;
import dev.fairlead.pilot.state.RouteLimits;
import dev.fairlead.pilot.state.Service;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One state, compiled, and what the next compilation may take from it. Views that come out equal to
 * those before are the same objects.
 */
final class Compilation {

    private final ClusterState state;
    private final Registry registry;
    private final Delegation delegation;
    private final RouteLimits limits;
    private final Rules rules;
    private final PeerModes modes;
    private final ClusterCompiler clusters;
    private final Map<String, ScopeRoutes> routes = new HashMap<>();
    private final Map<String, ClientScope> scopes;
    private final SourceLabels sources;
    private final MeshView view;

    Compilation(ClusterState state, @Nullable Compilation before) {
        this.state = state;
        registry = Registry.of(state, before == null ? null : before.registry);
        delegation =
                Delegation.of(state.virtualServices(), before == null ? null : before.delegation);
        limits =
                RouteLimits.of(
                        delegation.inForce(),
                        state.rateLimits(),
                        before == null ? null : before.limits);
        rules = new Rules(state);
        modes = new PeerModes(registry);
        boolean sameFacts = before != null && registry.sharesWith(before.registry);
        boolean sameClusters =
                sameFacts
                        && before != null
                        && Same.object(state.destinationRules(), before.state.destinationRules())
                        && Same.object(state.peerPolicies(), before.state.peerPolicies())
                        && Same.object(state.healthChecks(), before.state.healthChecks());
        clusters =
                new ClusterCompiler(
                        registry,
                        rules,
                        modes,
                        before == null ? null : before.clusters,
                        sameClusters);
        sources = SourceLabels.of(state);
        var clientScopes = new ClientScopes(state, sources);
        Map<String, PodView> pods;
        if (before != null
                && sameFacts
                && Same.object(state.peerPolicies(), before.state.peerPolicies())
                && Same.object(state.authorizationPolicies(), before.state.authorizationPolicies())
                && Same.object(state.rbac(), before.state.rbac())
                && Same.object(state.rateLimits(), before.state.rateLimits())
                && Same.object(state.mixer(), before.state.mixer())
                && Same.object(
                        state.requestAuthentications(), before.state.requestAuthentications())
                && Same.object(state.keySets(), before.state.keySets())
                && Same.object(state.sidecars(), before.state.sidecars())
                && sources.equals(before.sources)
                && Rules.ofProxyHeaders(state).equals(Rules.ofProxyHeaders(before.state))
                && (sameClusters || !(preserves(state) || preserves(before.state)))) {
            pods = before.view.pods();
            scopes = before.scopes;
        } else {
            pods = pods(clientScopes, before == null ? Map.of() : before.view.pods());
            scopes = scopes(clientScopes);
        }
        Map<String, ScopeView> views = new HashMap<>();
        for (ClientScope scope : scopes.values()) {
            views.put(scope.name(), view(scope, before, sameClusters));
        }
        view = new MeshView(state.mesh(), views, pods, enrolled(state), state.nodes(), deciders());
    }

    /** Seen as their own namespaces see them: what a pod may is not its clients' business. */
    private List<ServiceCluster> deciders() {
        List<ServiceCluster> deciders = new ArrayList<>();
        for (ExtensionProvider provider : state.mesh().security().providers().values()) {
            Service service = registry.service(provider.host());
            if (service != null) {
                for (ServiceCluster cluster :
                        clusters.clusters(Client.of(service.namespace()), List.of(service))) {
                    if (cluster.name().equals(provider.cluster())) {
                        deciders.add(cluster);
                    }
                }
            }
        }
        return deciders;
    }

    MeshView view() {
        return view;
    }

    /** Whether any pod's inbound clusters follow from a DestinationRule. */
    private static boolean preserves(ClusterState state) {
        return state.destinationRules().stream().anyMatch(DestinationRule::usesClientProtocol);
    }

    private Map<String, PodView> pods(ClientScopes clientScopes, Map<String, PodView> before) {
        var inbound = new InboundCompiler(registry, rules, modes, clientScopes);
        Map<String, PodView> pods = HashMap.newHashMap(state.pods().size());
        for (Pod pod : state.pods().values()) {
            pods.put(pod.uid(), Same.ifEqual(before.get(pod.uid()), inbound.view(pod)));
        }
        return Map.copyOf(pods);
    }

    private Map<String, ClientScope> scopes(ClientScopes clientScopes) {
        Map<String, ClientScope> scopes = new LinkedHashMap<>();
        for (Pod pod : state.pods().values()) {
            // agents of profile 1 have all pods of a namespace in one scope
            ClientScope own = clientScopes.of(pod);
            scopes.putIfAbsent(own.name(), own);
            scopes.computeIfAbsent(pod.namespace(), clientScopes::of);
        }
        return scopes;
    }

    private static SortedSet<String> enrolled(ClusterState state) {
        SortedSet<String> enrolled = new TreeSet<>();
        for (Namespace namespace : state.namespaces().values()) {
            if (namespace.word().asks()
                    && state.mesh().enrolment() == MeshSettings.Enrolment.AS_ANNOTATED) {
                enrolled.add(namespace.name());
            }
        }
        return enrolled;
    }

    private ScopeView view(ClientScope scope, @Nullable Compilation before, boolean sameClusters) {
        ScopeView old = before == null ? null : before.view.scopes().get(scope.name());
        if (old != null && old.egress() != scope.egress()) {
            old = null; // tables and listeners are written by it
        }
        var horizon = new Horizon(scope, registry, limits.inForce());
        var known =
                ScopeRoutes.after(
                        old == null || before == null ? null : before.routes.get(scope.name()),
                        horizon.services(),
                        sameClusters);
        routes.put(scope.name(), known);
        List<Service> destinations = horizon.destinations();
        boolean sameDestinations = known.leadsWhereItLed(destinations) && sameClusters;
        var compiler = new RouteCompiler(registry, horizon, clusters, known);
        var now =
                new ScopeView(
                        scope.name(),
                        scope.egress(),
                        Same.ifEqual(
                                old == null ? null : old.chains(),
                                List.copyOf(
                                        new ChainCompiler(registry, horizon, compiler).chains())),
                        Same.ifSame(old == null ? null : old.routes(), compiler.tables()),
                        old != null && sameDestinations
                                ? old.clusters()
                                : Same.ifSame(
                                        old == null ? null : old.clusters(),
                                        clusters.clusters(horizon.client(), destinations)));
        return old != null
                        && Same.object(old.chains(), now.chains())
                        && Same.object(old.routes(), now.routes())
                        && Same.object(old.clusters(), now.clusters())
                ? old
                : now;
    }
}
