package dev.fairlead.pilot.state;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Leaves out of a state what the mesh is not to know: everything in namespaces that none of the
 * mesh's discovery selectors takes. The root namespace is always known, as mesh-wide policy lives
 * there.
 */
public final class Discovery {

    /** Kubernetes puts this label on every namespace. */
    private static final String NAME_LABEL = "kubernetes.io/metadata.name";

    private final ClusterState all;
    private final Map<String, Boolean> known = new HashMap<>();

    private Discovery(ClusterState all) {
        this.all = all;
    }

    /** The state without undiscovered namespaces; the same one where there are no selectors. */
    public static ClusterState of(ClusterState state) {
        return state.mesh().scoping().discovery().isEmpty()
                ? state
                : new Discovery(state).filtered();
    }

    private ClusterState filtered() {
        Map<String, Pod> pods = only(all.pods(), pod -> knows(pod.namespace()));
        Set<String> captured = new HashSet<>(all.captured());
        captured.retainAll(pods.keySet());
        return new ClusterState(
                all.appliedRevision(),
                all.observedRevision(),
                all.captureRevision(),
                all.mesh(),
                only(all.namespaces(), namespace -> knows(namespace.name())),
                only(all.services(), Service::namespace),
                only(all.slices(), EndpointSlice::namespace),
                pods,
                all.nodes(),
                only(all.networkPolicies(), NetworkPolicy::namespace),
                only(all.virtualServices(), rule -> rule.meta().namespace()),
                only(all.destinationRules(), rule -> rule.meta().namespace()),
                only(all.sidecars(), sidecar -> sidecar.meta().namespace()),
                only(all.peerPolicies(), policy -> policy.meta().namespace()),
                only(all.authorizationPolicies(), policy -> policy.meta().namespace()),
                only(all.rbac(), object -> object.meta().namespace()),
                only(all.rateLimits(), limit -> limit.meta().namespace()),
                only(all.healthChecks(), check -> check.meta().namespace()),
                only(all.mixer(), object -> object.meta().namespace()),
                only(all.requestAuthentications(), policy -> policy.meta().namespace()),
                all.keySets(),
                captured);
    }

    private boolean knows(String namespace) {
        return known.computeIfAbsent(namespace, this::selected);
    }

    private boolean selected(String name) {
        if (name.isEmpty() || name.equals(all.mesh().rootNamespace())) {
            return true; // cluster-scoped objects have no namespace
        }
        Map<String, String> labels = new HashMap<>(Map.of(NAME_LABEL, name));
        Namespace namespace = all.namespaces().get(name);
        if (namespace != null) {
            labels.putAll(namespace.labels());
        }
        return all.mesh().scoping().discovery().stream().anyMatch(s -> s.matches(labels));
    }

    private static <T> Map<String, T> only(Map<String, T> map, Predicate<T> kept) {
        Map<String, T> some = new HashMap<>(map);
        some.values().removeIf(kept.negate());
        return some;
    }

    private <T> List<T> only(List<T> list, Function<T, String> namespace) {
        return list.stream().filter(item -> knows(namespace.apply(item))).toList();
    }
}
