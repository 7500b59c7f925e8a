package dev.fairlead.pilot.compile;

import dev.fairlead.pilot.state.ClusterState;
import dev.fairlead.pilot.state.MeshSettings;
import dev.fairlead.pilot.state.Namespace;
import dev.fairlead.pilot.state.Pod;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/** Compiles a state. Stateless; cost grows with scopes × Services in their sight. */
public final class MeshCompiler {

    private MeshCompiler() {}

    public static MeshView compile(ClusterState state) {
        var registry = new Registry(state);
        var rules = new Rules(state);
        var clusters = new ClusterCompiler(registry, rules);
        var scopes = new ClientScopes(state);
        var inbound = new InboundCompiler(registry, rules, scopes);
        Map<String, ScopeView> views = new HashMap<>();
        Map<String, PodView> pods = new HashMap<>();
        for (Pod pod : state.pods().values()) {
            pods.put(pod.uid(), inbound.view(pod));
            // agents of profile 1 have all pods of a namespace in one scope
            for (ClientScope scope :
                    new ClientScope[] {scopes.of(pod), scopes.of(pod.namespace())}) {
                views.computeIfAbsent(scope.name(), name -> view(scope, registry, clusters));
            }
        }
        SortedSet<String> enrolled = new TreeSet<>();
        for (Namespace namespace : state.namespaces().values()) {
            if (namespace.word().asks()
                    && state.mesh().enrolment() == MeshSettings.Enrolment.AS_ANNOTATED) {
                enrolled.add(namespace.name());
            }
        }
        return new MeshView(state.mesh(), views, pods, enrolled);
    }

    private static ScopeView view(ClientScope scope, Registry registry, ClusterCompiler clusters) {
        var horizon = new Horizon(scope, registry);
        var routes = new RouteCompiler(registry, horizon, clusters);
        return new ScopeView(
                scope.name(),
                scope.egress(),
                new ChainCompiler(registry, horizon, routes).chains(),
                routes.tables(),
                clusters.clusters(horizon));
    }
}
