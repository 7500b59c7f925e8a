package dev.fairlead.pilot.compile;

import dev.fairlead.pilot.state.ClusterState;
import dev.fairlead.pilot.state.Namespace;
import dev.fairlead.pilot.state.Pod;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/** Compiles a state. Stateless; cost grows with namespaces × Services. */
public final class MeshCompiler {

    private MeshCompiler() {}

    public static MeshView compile(ClusterState state) {
        var registry = new Registry(state);
        var rules = new Rules(state);
        var clusters = new ClusterCompiler(registry, rules);
        var inbound = new InboundCompiler(registry, rules);
        Map<String, ScopeView> scopes = new HashMap<>();
        Map<String, PodView> pods = new HashMap<>();
        for (Pod pod : state.pods().values()) {
            pods.put(pod.uid(), inbound.view(pod));
            scopes.computeIfAbsent(
                    pod.namespace(), namespace -> scope(namespace, registry, rules, clusters));
        }
        SortedSet<String> enrolled = new TreeSet<>();
        for (Namespace namespace : state.namespaces().values()) {
            if (namespace.word().asks()) {
                enrolled.add(namespace.name());
            }
        }
        return new MeshView(state.mesh(), scopes, pods, enrolled);
    }

    private static ScopeView scope(
            String namespace, Registry registry, Rules rules, ClusterCompiler clusters) {
        var routes = new RouteCompiler(registry, rules, clusters, namespace);
        return new ScopeView(
                namespace,
                new ChainCompiler(registry, routes).chains(),
                routes.tables(),
                clusters.clusters(namespace));
    }
}
