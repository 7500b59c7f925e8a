package dev.fairlead.pilot.compile;

import dev.fairlead.pilot.state.ClusterState;
import dev.fairlead.pilot.state.EndpointSlice;
import dev.fairlead.pilot.state.EndpointSlice.Endpoint;
import dev.fairlead.pilot.state.MeshSettings;
import dev.fairlead.pilot.state.Meta;
import dev.fairlead.pilot.state.Namespace;
import dev.fairlead.pilot.state.Node;
import dev.fairlead.pilot.state.Pod;
import dev.fairlead.pilot.state.Service;
import dev.fairlead.pilot.state.Visibility;
import dev.fairlead.wire.enrolment.Enrolment;
import dev.fairlead.wire.enrolment.NamespaceWord;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Services and who answers for them, indexed for one compilation. Immutable once built. */
final class Registry {

    /** One address and port of a Service, ready or not. */
    record Member(String address, int port, boolean ready, @Nullable Pod pod, String node) {

        boolean has(Map<String, String> labels) {
            return labels.isEmpty()
                    || (pod != null && pod.labels().entrySet().containsAll(labels.entrySet()));
        }
    }

    private record PortKey(String fqdn, String name) {}

    private final ClusterState state;
    private final Map<String, Service> byFqdn;
    private final Map<Selection, List<Service>> bySelector;
    private final Map<String, Set<Service>> byPod;
    private final Map<String, Visibility> visibilities;
    private final Map<PortKey, List<Member>> members;
    private final Map<PortKey, Map<String, Integer>> podPorts;

    /** One label of a selector, in a namespace: pods without it are not selected. */
    private record Selection(String namespace, String label, String value) {}

    /** What {@code before} indexed is taken over as long as nothing of it changed. */
    static Registry of(ClusterState state, @Nullable Registry before) {
        if (before != null
                && state.mesh().equals(before.state.mesh())
                && Same.object(state.namespaces(), before.state.namespaces())
                && Same.object(state.services(), before.state.services())
                && Same.object(state.slices(), before.state.slices())
                && Same.object(state.pods(), before.state.pods())
                && Same.object(state.nodes(), before.state.nodes())
                && Same.object(state.networkPolicies(), before.state.networkPolicies())
                && Same.object(state.captured(), before.state.captured())) {
            return new Registry(state, before);
        }
        return new Registry(state);
    }

    private Registry(ClusterState state, Registry before) {
        this.state = state;
        byFqdn = before.byFqdn;
        bySelector = before.bySelector;
        byPod = before.byPod;
        visibilities = before.visibilities;
        members = before.members;
        podPorts = before.podPorts;
    }

    private Registry(ClusterState state) {
        this.state = state;
        byFqdn = new LinkedHashMap<>();
        bySelector = new HashMap<>();
        byPod = new HashMap<>();
        visibilities = new HashMap<>();
        members = new HashMap<>();
        podPorts = new HashMap<>();
        List<String> otherwise = state.mesh().scoping().services();
        for (Service service : state.services()) {
            String namespace = service.namespace();
            List<String> exportTo = service.exportTo().isEmpty() ? otherwise : service.exportTo();
            byFqdn.put(service.fqdn(), service);
            if (!service.selector().isEmpty()) {
                var label = service.selector().entrySet().iterator().next();
                bySelector
                        .computeIfAbsent(
                                new Selection(namespace, label.getKey(), label.getValue()),
                                key -> new ArrayList<>())
                        .add(service);
            }
            visibilities.put(service.fqdn(), Visibility.of(exportTo, namespace));
        }
        Set<String> seen = new HashSet<>();
        for (EndpointSlice slice : state.slices()) {
            String fqdn = slice.service() + "." + slice.namespace() + "." + Service.DOMAIN;
            for (EndpointSlice.Port port : slice.ports()) {
                addMembers(new PortKey(fqdn, port.name()), port.port(), slice.endpoints(), seen);
            }
        }
    }

    private void addMembers(PortKey key, int port, List<Endpoint> endpoints, Set<String> seen) {
        List<Member> some = members.computeIfAbsent(key, k -> new ArrayList<>());
        Service service = byFqdn.get(key.fqdn);
        for (Endpoint endpoint : endpoints) {
            if (seen.add(key.fqdn + " " + key.name + " " + endpoint.address() + " " + port)) {
                Pod pod = state.pods().get(endpoint.podUid());
                String node = pod != null ? pod.node() : endpoint.node();
                some.add(new Member(endpoint.address(), port, endpoint.ready(), pod, node));
                if (pod != null) {
                    podPorts.computeIfAbsent(key, k -> new HashMap<>())
                            .putIfAbsent(pod.uid(), port);
                    if (service != null && service.namespace().equals(pod.namespace())) {
                        byPod.computeIfAbsent(pod.uid(), uid -> identities()).add(service);
                    }
                }
            }
        }
    }

    /** Whether this has the index of the other. */
    boolean sharesWith(Registry other) {
        return Same.object(members, other.members);
    }

    ClusterState state() {
        return state;
    }

    /** Oldest first. */
    List<Service> services() {
        return state.services();
    }

    /** A set that does not hash all that a Service is. */
    private static Set<Service> identities() {
        return Collections.newSetFromMap(new IdentityHashMap<>());
    }

    /** Services of its namespace that lead to a pod, by selector or endpoint, oldest first. */
    List<Service> services(Pod pod) {
        Set<Service> found = identities();
        found.addAll(byPod.getOrDefault(pod.uid(), Set.of()));
        pod.labels()
                .forEach((label, value) -> {
                    var key = new Selection(pod.namespace(), label, value);
                    for (Service service : bySelector.getOrDefault(key, List.of())) {
                        if (service.selects(pod.labels())) {
                            found.add(service);
                        }
                    }
                });
        List<Service> services = new ArrayList<>(found);
        services.sort(Comparator.comparing(Service::meta, Meta.OLDEST_FIRST));
        return services;
    }

    @Nullable Service service(String fqdn) {
        return byFqdn.get(fqdn);
    }

    /** Whether a Service is exported to clients of a namespace. */
    boolean visible(Service service, String clientNamespace) {
        return visibilities.getOrDefault(service.fqdn(), Visibility.PUBLIC).to(clientNamespace);
    }

    Node node(String name) {
        Node node = state.nodes().get(name);
        return node != null ? node : new Node(name, "", "");
    }

    boolean captured(@Nullable Pod pod) {
        return pod != null && state.captured().contains(pod.uid());
    }

    /** Whether a pod's traffic is to be captured. */
    Enrolment enrolment(Pod pod) {
        if (state.mesh().enrolment() == MeshSettings.Enrolment.OFF) {
            return new Enrolment.LeftAlone("the mesh's settings: enrolment is OFF", "");
        }
        Namespace namespace = state.namespaces().get(pod.namespace());
        return Enrolment.of(
                pod.meta().name(),
                pod.word(),
                namespace == null ? NamespaceWord.silent(pod.namespace()) : namespace.word());
    }

    /** Who answers on a port of a Service, each address once. */
    List<Member> members(Service service, Service.Port port) {
        return members.getOrDefault(new PortKey(service.fqdn(), port.name()), List.of());
    }

    /** The number of a Service's port on a pod of its namespace; 0 where the pod lacks it. */
    int targetPort(Service service, Service.Port port, Pod pod) {
        int number =
                podPorts.getOrDefault(new PortKey(service.fqdn(), port.name()), Map.of())
                        .getOrDefault(pod.uid(), 0);
        if (number != 0 || !service.selects(pod.labels())) {
            return number;
        }
        return port.targetName().isEmpty()
                ? port.targetPort()
                : pod.ports().getOrDefault(port.targetName(), 0);
    }
}
